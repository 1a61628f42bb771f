"""Answers that are files: streamed, so that their size does not matter."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

_PIECE = 65_536  # bytes


def download(lines: Iterator[bytes], name: str, media_type: str) -> StreamingResponse:
    """The lines as a file of that name, which no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(lines), media_type=media_type, headers=headers)


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Many lines at once: each piece costs a change of threads."""
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= _PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)
