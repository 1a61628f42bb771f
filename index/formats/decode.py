"""Bytes into text, without guessing: a byte order mark, what the file declares, else UTF-8.

A guess that is wrong changes a £ into another sign without a word, so a file in none of these is refused by line.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from index.formats.model import CannotRead

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark its own begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(
    rb"""<meta\s[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_.:-]{1,40})"""
    rb"""|^\s{0,20}<\?xml\s[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_.:-]{1,40})""",
    re.IGNORECASE,
)
_HEAD: Final = 2_048  #: bytes within which a web page has to say what it is encoded in
_FEW_ZEROS: Final = 0.01  #: share of zero bytes that are taken for dirt; more make it UTF-16 or no text at all
_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def decode(data: bytes, *, declares: bool = False) -> str:
    """The text of a file with `\\n` at line ends. CannotRead names the line that is not what it should be.

    `declares`: the format can say its own encoding in its first lines, as HTML does.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name)
    if declares and (match := _DECLARED.search(data[:_HEAD])):
        return _decoded(data, _known((match[1] or match[2]).decode("ascii")))
    if data.count(0) > _FEW_ZEROS * len(data):
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise CannotRead(f"line {line} has zero bytes, so this is no text; save the file as UTF-8", line)
    return _decoded(data.replace(b"\0", b""), "utf-8")


def _known(name: str) -> str:
    # What web pages call Latin-1 or ASCII is Windows-1252 (WHATWG Encoding Standard, labels).
    if re.sub(r"[^a-z0-9]", "", name.lower()) in ("iso88591", "latin1", "ascii", "usascii", "l1", "cp1252"):
        return "cp1252"
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise CannotRead(f"it declares the encoding {name!r}, which is not known; save the file as UTF-8") from None


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        shown = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}.get(name, name.upper())
        raise CannotRead(f"line {line} is not {shown}; save the file as UTF-8", line) from None
    except LookupError:  # a codec that makes something else than text, as base64 does
        raise CannotRead(f"it declares the encoding {name!r}, which is none of text") from None
    return _LINE_END.sub("\n", text)
