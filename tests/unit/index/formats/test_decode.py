"""Bytes become text only where their encoding is known."""

from __future__ import annotations

import codecs

import pytest

from index.formats.decode import decode
from index.formats.model import CannotRead


@pytest.mark.parametrize(
    "data",
    [
        "£5\n".encode(),
        codecs.BOM_UTF8 + "£5\n".encode(),
        codecs.BOM_UTF16_LE + "£5\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "£5\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "£5\n".encode("utf-32-le"),
        "£5\r\n".encode(),
        "£5\r".encode(),
        "£\0005\n".encode() + b" " * 200,
    ],
)
def test_text_is_read_by_its_mark(data: bytes):
    """UTF-8 without one; line ends of every system; a stray zero byte is dirt."""
    assert decode(data).rstrip(" ") == "£5\n"


@pytest.mark.parametrize("name", ["iso-8859-1", "windows-1252", "latin1"])
def test_a_page_may_say_its_encoding(name: str):
    """As HTML and XML do; what calls itself Latin-1 is Windows-1252, as in every browser."""
    assert decode(f'<meta charset="{name}">'.encode() + b"\x93\xa35\x94", declares=True).endswith("“£5”")


@pytest.mark.parametrize(
    "data, declares, says",
    [
        (b"one\ntwo\ncaf\xe9 latte", False, "line 3 is not UTF-8; save the file as UTF-8"),
        ("£5 a day".encode("utf-16-le"), False, "line 1 has zero bytes"),
        (b'<meta charset="klingon">', True, "'klingon', which is not known"),
        (b'<?xml version="1.0" encoding="base64"?>', True, "none of text"),
        (b'<meta charset="utf-8">\n\xff', True, "line 2 is not UTF-8"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", False, "UTF-16"),
    ],
)
def test_nothing_is_guessed(data: bytes, declares: bool, says: str):
    """A wrong guess would change a sum of money without a word; the line is told instead."""
    with pytest.raises(CannotRead, match=says):
        decode(data, declares=declares)


def test_mixed_encodings_are_told_by_their_first_bad_line():
    """Two files pasted together: the part that is not UTF-8 is found."""
    with pytest.raises(CannotRead) as error:
        decode("naïve\n".encode() + "naïve\n".encode("latin-1"))
    assert error.value.line == 2
