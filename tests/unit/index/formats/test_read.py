"""A file's kind is told by its name and checked against its content; what is not read says what to do."""

from __future__ import annotations

import gzip

import pytest

from index.formats.model import MOST_BYTES, Reading, Unreadable
from index.formats.read import read_file

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def only(data: bytes, name: str) -> Reading | Unreadable:
    (entry,) = read_file(data, name)
    return entry


@pytest.mark.parametrize("name", ["a.md", "a.MD", "a.markdown", "a.txt", "a.html", "a.xml", "a.md.gz", "a.xml.gz"])
def test_kinds_are_told_by_name(name: str):
    """In either case, also with gzip around text."""
    data = b"<p>We refund fees.</p>" if "ml" in name else b"We refund fees."
    found = only(gzip.compress(data) if name.endswith("gz") else data, name)
    assert isinstance(found, Reading)
    assert found.text == "We refund fees.\n"


@pytest.mark.parametrize(
    "data, name, says",
    [
        (b"x", "a.doc", "files of the kind .doc are not read; save it as .docx"),
        (b"x", "a.png", "run OCR"),
        (b"x", "a.xyz", "the kinds are md, txt, html, pdf, docx, xml, jsonl"),
        (b"x", "README", "no ending"),
        (b"x", "a.pdf.gz", "a packed PDF is not read"),
        (b"", "a.md", "it is empty"),
        (b" \n", "a.txt", "it is empty"),
        (b"%PDF-1.4", "a.md", "its name says Markdown, its content is PDF; rename it"),
        (b"PK\3\4", "a.html", "its content is DOCX"),
        (b"{\\rtf1", "a.docx", "its content is RTF"),
        (b"\x89PNG", "a.pdf", "its content is a picture"),
        (b"\x1f\x8b", "a.txt", "its content is a gzip archive"),
        (OLE, "a.docx", "an Office file from before 2007"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "an Office file with a password"),
        (b"hello", "a.pdf", "does not begin like one"),
        (b"hello", "a.docx", "does not begin like one"),
        (gzip.compress(b"hello" * 99, mtime=0)[:-9], "a.md.gz", "no whole gzip file"),
        (b"hello", "a.txt.gz", "no whole gzip file"),
    ],
)
def test_what_is_not_read_says_why_and_what_to_do(data: bytes, name: str, says: str):
    """By name, with a remedy."""
    found = only(data, name)
    assert isinstance(found, Unreadable)
    assert found.place == name
    assert says in found.why


def test_a_bomb_of_gzip_is_opened_no_further_than_a_file_may_be():
    """A hundred kilobytes that would fill a hundred megabytes."""
    found = only(gzip.compress(b" " * (MOST_BYTES + 2**20)), "a.txt.gz")
    assert isinstance(found, Unreadable)
    assert "64 MiB, more than 64; split it" in found.why
