"""Documents from files: what is readable goes in, what is not is named with its place."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from rules.errors import RuleErrors
from service.usecases.import_documents import read_documents, read_markdown

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
