"""The key that wraps all others: given by a setting, or kept in a file that only its owner can read."""

from __future__ import annotations

import binascii
import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from service.errors import CannotStart

_BYTES = 32
_REMEDY = "restore it from where you keep it: without it nothing that was written can be read"


def master_key(given: str | None, file: Path) -> Callable[[bool], bytes]:
    """Reads the master key when it is called; called with True it makes the file where there is none."""

    def read(may_make: bool) -> bytes:
        if given is not None:
            return _read(given, "SIGNOFF_MASTER_KEY")
        if may_make and not file.exists():
            _write(file)
        return _read(_contents(file), str(file))

    return read


def _contents(file: Path) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise CannotStart(f"{file} can be read by others", remedy=f"chmod 600 {file}")
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{file} is missing or cannot be read", remedy=_REMEDY) from error


def _read(text: str, place: str) -> bytes:
    try:
        found = binascii.unhexlify(text.strip())
    except ValueError:
        found = b""
    if len(found) != _BYTES:
        raise CannotStart(f"{place} holds no master key: it has {2 * _BYTES} hexadecimal digits", remedy=_REMEDY)
    return found


def _write(file: Path) -> None:
    """Whole or not at all, and never over one that is there."""
    draft = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(_BYTES))
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):  # another process made it meanwhile: that one it is
            os.link(draft, file)
    finally:
        draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
