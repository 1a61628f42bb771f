"""Which kind of file this is: by its name, and checked against its first bytes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath
from typing import Final

from index.formats.model import CannotRead


class Kind(StrEnum):
    """What can be read."""

    MARKDOWN = "Markdown"
    TEXT = "plain text"
    HTML = "HTML"
    PDF = "PDF"
    DOCX = "DOCX"
    XML = "XML"
    JSON_LINES = "JSON lines"


_BY_ENDING: Final = {
    "md": Kind.MARKDOWN,
    "markdown": Kind.MARKDOWN,
    "txt": Kind.TEXT,
    "text": Kind.TEXT,
    "html": Kind.HTML,
    "htm": Kind.HTML,
    "xhtml": Kind.HTML,
    "pdf": Kind.PDF,
    "docx": Kind.DOCX,
    "docm": Kind.DOCX,
    "dotx": Kind.DOCX,
    "xml": Kind.XML,
    "jsonl": Kind.JSON_LINES,
    "ndjson": Kind.JSON_LINES,
}

_OTHERWISE: Final = {
    "doc": "save it as .docx",
    "rtf": "save it as .docx",
    "odt": "save it as .docx",
    "pages": "export it as .docx",
    "wpd": "save it as .docx",
    "epub": "convert it to HTML",
    "mht": "save it as HTML",
    "mhtml": "save it as HTML",
    "ppt": "export it as PDF",
    "pptx": "export it as PDF",
    "odp": "export it as PDF",
    "xls": "export what matters as Markdown or JSON lines",
    "xlsx": "export what matters as Markdown or JSON lines",
    "csv": "turn its rows into JSON lines",
    "json": "write one object a line and name it .jsonl",
    "eml": "export its text or attachments",
    "msg": "export its text or attachments",
    "zip": "unpack it",
    "7z": "unpack it",
    "tar": "unpack it",
    "tgz": "unpack it",
    "png": "a picture has no text; run OCR over it and save the result as PDF",
    "jpg": "a picture has no text; run OCR over it and save the result as PDF",
    "jpeg": "a picture has no text; run OCR over it and save the result as PDF",
    "tif": "a picture has no text; run OCR over it and save the result as PDF",
    "tiff": "a picture has no text; run OCR over it and save the result as PDF",
}

_OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_SNIFFED: Final = 1_024

#: What is read with a gzip around it.
_PACKED: Final = (Kind.JSON_LINES, Kind.XML, Kind.MARKDOWN, Kind.TEXT, Kind.HTML)


def kind_of(name: str) -> Kind:
    """By the file's name. CannotRead says what to do about a kind that is not read."""
    ending = _ending(name)
    if kind := _BY_ENDING.get(ending):
        if is_packed(name) and kind not in _PACKED:
            raise CannotRead(f"a packed {kind} is not read; unpack it")
        return kind
    known = "md, txt, html, pdf, docx, xml, jsonl"
    what = f"files of the kind .{ending[:20]} are not read" if ending else "its name has no ending that tells its kind"
    raise CannotRead(f"{what}; {_OTHERWISE.get(ending, f'the kinds are {known}')}")


def is_packed(name: str) -> bool:
    """Whether the name says that gzip is around it."""
    return name.lower().endswith(".gz")


def check_content(kind: Kind, data: bytes) -> None:
    """CannotRead: these bytes are of another kind than the file's name says."""
    # Mail servers put lines before a PDF, and readers allow a kilobyte of them.
    found = Kind.PDF if kind is Kind.PDF and b"%PDF-" in data[:_SNIFFED] else _sniffed(data)
    if found and found != kind:
        raise CannotRead(f"its name says {kind}, its content is {found}; rename it")
    if not data.strip():
        raise CannotRead("it is empty")
    if kind is Kind.PDF and found != kind:
        raise CannotRead("its name says PDF, but it does not begin like one; it may be cut off or damaged")
    if kind is Kind.DOCX and found != kind:
        raise CannotRead("its name says DOCX, but it does not begin like one; it may be cut off or damaged")


def _sniffed(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    if data.startswith(b"PK\3\4"):
        return Kind.DOCX  # other packages say so when they are opened
    if data.startswith(_OLD_OFFICE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        return "an Office file with a password" if locked else "an Office file from before 2007"
    if data.startswith(b"{\\rtf"):
        return "RTF"
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")):
        return "a picture"
    if data.startswith(b"\x1f\x8b"):
        return "a gzip archive"
    return ""


def _ending(name: str) -> str:
    return PurePath(name.lower().removesuffix(".gz")).suffix.removeprefix(".")
