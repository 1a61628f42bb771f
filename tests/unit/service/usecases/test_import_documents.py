"""Documents from files: what is readable goes in, what is not is named with its place."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from rules.errors import RuleErrors
from service.errors import BadRequest
from service.usecases.import_documents import DocumentFile, read_documents, read_json_document, read_markdown

GOOD = b"""---
id: fees
title: Fees
owner: a@b.example
status: approved
version: 3
effective_from: 2026-02-01
effective_until: null
review_by: 2027-02-01
audience: []
jurisdiction: [GB, NO]
citations: [limits]
---
## Fees

We refund fees.
"""


def test_front_matter_is_read_as_written():
    """Dates are days in UTC, `NO` is Norway and not false, an empty audience is everybody."""
    document = read_markdown(GOOD, "fees.md")
    assert document.effective_from == datetime(2026, 2, 1, tzinfo=UTC)
    assert document.effective_until is None
    assert document.jurisdiction == ("GB", "NO")
    assert document.audience == ()
    assert document.text == "## Fees\n\nWe refund fees.\n"


@pytest.mark.parametrize(
    "change, says",
    [
        ((b"id: fees\n", b""), "lacks `id`"),
        ((b"owner:", b"ownr:"), "no key `ownr`"),
        ((b"version: 3", b"version: three"), "whole number"),
        ((b"effective_from: 2026-02-01", b"effective_from: soon"), "`soon`"),
        ((b"id: fees", b"id: fees/../x"), "document id"),
        ((b"---\nid", b"id"), "no front matter"),
        ((b"## Fees\n\nWe refund fees.\n", b"\n"), "has no text"),
    ],
)
def test_bad_front_matter_is_named_with_its_line(change, says):
    """A mistake in a document's head is told with file and line."""
    with pytest.raises(RuleErrors) as error:
        read_markdown(GOOD.replace(*change), "fees.md")
    assert says in str(error.value)
    assert "fees.md:" in str(error.value)


def test_the_line_in_an_error_is_the_line_in_the_file():
    """Front matter begins in line 2 of its file."""
    with pytest.raises(RuleErrors) as error:
        read_markdown(GOOD.replace(b"owner:", b"ownr:"), "fees.md")
    assert error.value.problems[0].line == 4


def test_a_folder_takes_what_is_readable(tmp_path):
    """One broken file does not keep the others out."""
    (tmp_path / "good.md").write_bytes(GOOD)
    (tmp_path / "bad.md").write_bytes(b"no head")
    (tmp_path / "latin.md").write_bytes(GOOD.replace(b"We", b"\xff"))
    found, wrong = read_documents(tmp_path)
    assert [document.id for document in found] == ["fees"]
    assert sorted(entry.place for entry in wrong) == ["bad.md", "latin.md"]


def test_json_lines_are_reported_by_line(tmp_path):
    """Each line stands for itself, also in a gzipped file."""
    lines = [
        json.dumps({"_id": "a", "title": "A", "text": "alpha"}),
        "not json",
        json.dumps({"title": "no id", "text": "x"}),
        json.dumps({"_id": "b", "text": "  "}),
        json.dumps({"_id": "a", "text": "twice"}),
        json.dumps({"_id": "c", "text": "with\0nul"}),
        json.dumps([1]),
    ]
    path = tmp_path / "corpus.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join(lines))
    found, wrong = read_documents(path)
    assert [document.id for document in found] == ["a", "c"]
    assert "\0" not in found[1].text
    assert [entry.place for entry in wrong] == [f"corpus.jsonl.gz:{n}" for n in (2, 3, 4, 5, 7)]


def test_a_missing_source_is_said(tmp_path):
    """No file is an error with the path, not an empty import."""
    found, wrong = read_documents(tmp_path / "nothing")
    assert not found
    assert "no such" in wrong[0].why


def test_the_digest_follows_the_content():
    """Another word, another digest; the same file, the same one."""
    first = read_markdown(GOOD, "fees.md")
    assert first.digest == read_markdown(GOOD, "fees.md").digest
    assert first.digest != read_markdown(GOOD.replace(b"We refund", b"We never refund"), "fees.md").digest


@pytest.mark.parametrize(
    "name", ["fees/../x", "..", "", "a b", "a\0b", "é", "a" * 151, "\ud800", None, "fees\n", ["a"]]
)
def test_a_json_document_needs_an_id_like_any_other(name):
    """The same ids as in Markdown files, because addresses and cursors are made of them."""
    why = read_json_document({"_id": name, "title": "T", "text": "words"})
    assert isinstance(why, str)
    assert "id" in why
    assert why.isprintable()


@pytest.mark.parametrize("name", ["5", 5, "doc:a-1.b_c", "a" * 150])
def test_good_ids_are_taken(name):
    """Letters, digits and four marks."""
    read = read_json_document({"_id": name, "text": "words"})
    assert isinstance(read, DocumentFile)
    assert read.id == str(name)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "half \ud800"},
        {"title": "half \udfff"},
        {"owner": "\ud800"},
        {"owner": "a\0"},
        {"audience": ["\ud800"]},
        {"citations": ["a\0b"]},
    ],
)
def test_half_characters_are_told_with_their_field(change):
    """No database can keep them, and one document does not stop an import."""
    why = read_json_document({"_id": "a", "title": "T", "text": "words", **change})
    assert isinstance(why, str)
    assert f"document a: {next(iter(change))} has a" in why


def test_nul_is_removed_from_title_and_text():
    """It shows nothing and means nothing."""
    read = read_json_document({"_id": "a", "title": "T\0i", "text": "al\0pha"})
    assert isinstance(read, DocumentFile)
    assert (read.title, read.text) == ("Ti", "alpha")
    assert read_markdown(GOOD.replace(b"refund", b"re\0fund"), "fees.md").text == read_markdown(GOOD, "fees.md").text


@pytest.mark.parametrize(
    "change", [{"version": 10**30}, {"effective_from": "9999-12-31T23:59:59-12:00"}, {"audience": "staff"}]
)
def test_values_out_of_range_are_told(change):
    """They are one document's fault."""
    assert "document a: " in str(read_json_document({"_id": "a", "text": "words", **change}))


def test_lines_in_another_encoding_are_reported(tmp_path):
    """By line, with the remedy; the other lines go in."""
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b'{"_id": "a", "text": "alpha"}\n{"_id": "b", "text": "caf\xe9"}\n{"_id": "c", "text": "gamma"}\n')
    found, wrong = read_documents(path)
    assert [document.id for document in found] == ["a", "c"]
    assert wrong[0].place == "corpus.jsonl:2"
    assert "save the file as UTF-8" in wrong[0].why


def test_markdown_in_another_encoding_is_told_with_its_line(tmp_path):
    """Line and remedy, as for every other mistake."""
    (tmp_path / "latin.md").write_bytes(GOOD.replace(b"We refund", b"We r\xe9fund"))
    _, wrong = read_documents(tmp_path)
    assert "latin.md:16:1: is not UTF-8 (save the file as UTF-8)" in wrong[0].why


def test_a_damaged_gzip_file_is_said(tmp_path):
    """Half a corpus is no corpus."""
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"_id": "a", "text": "alpha"}\n' * 999)[:-12])
    with pytest.raises(BadRequest, match="no whole gzip file"):
        read_documents(path)
