"""One file's bytes into documents, by its kind."""

from __future__ import annotations

import gzip
import io
import zlib

from index.formats.kinds import Kind, check_content, is_packed, kind_of
from index.formats.model import MOST_BYTES, CannotRead, Reading, Unreadable


def read_file(data: bytes, name: str) -> list[Reading | Unreadable]:
    """The documents in a file: one, or several of a regulation. JSON lines are rows, not a document, and not read here.

    Hostile files may take long or crash a parser: `index.formats.apart` bounds that.
    """
    try:
        kind = kind_of(name)
        if is_packed(name):
            data = _unpacked(data)
        if len(data) > MOST_BYTES:
            raise CannotRead(f"it has {len(data) / 2**20:.0f} MiB, more than {MOST_BYTES // 2**20}; split it")
        check_content(kind, data)
        return _read(kind, data)
    except CannotRead as error:
        return [Unreadable(name, str(error))]


def _read(kind: Kind, data: bytes) -> list[Reading | Unreadable]:
    # A parser is loaded when its kind first comes up.
    if kind is Kind.PDF:
        from index.formats.pdf_file import read_pdf

        return [read_pdf(data)]
    if kind is Kind.DOCX:
        from index.formats.docx_file import read_docx

        return [read_docx(data)]
    if kind is Kind.HTML:
        from index.formats.html_file import read_html

        return [read_html(data)]
    if kind is Kind.XML:
        from index.formats.xml_file import read_xml

        return read_xml(data)
    from index.formats.plain_file import read_markdown, read_text

    return [read_markdown(data) if kind is Kind.MARKDOWN else read_text(data)]


def _unpacked(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            return packed.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CannotRead(f"it is no whole gzip file ({error}); make or fetch it again") from error
