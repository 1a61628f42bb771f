"""Documents from files: what is readable goes in, what is not is named with its place."""

from __future__ import annotations

import gzip
import io
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest

from index.formats.model import MOST_BYTES
from rules.errors import RuleErrors
from service.errors import BadRequest
from service.usecases.import_documents import (
    DocumentFile,
    id_of,
    read_documents,
    read_json_document,
    read_markdown,
    read_uploads,
    sample,
)

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
        ((b"id: fees\n", b"id:\n"), "a document id must be text"),
        ((b"title: Fees\n", b""), "lacks `title`"),
        ((b"citations:", b"fields: [1]\ncitations:"), "fields has to be a mapping"),
        ((b"citations:", b"fields: {Bad-Name: 1}\ncitations:"), "'Bad-Name' cannot be a field's name"),
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


@pytest.mark.parametrize(
    "change, says",
    [
        ((b"id: fees\n", b"id: fees/../x\n"), ["`fees/../x` cannot be a document id"]),
        ((b"id: fees\n", b"id:\n"), ["a document id must be text"]),
        ((b"title: Fees\n", b"title:\n"), []),
        ((b"title: Fees\n", b"title: [a]\n"), ["a title must be text"]),
    ],
)
def test_what_is_wrong_in_a_head_is_told_once(change, says):
    """And nobody is told to begin a head that is there."""
    text = GOOD.replace(*change)
    told = []
    try:
        assert read_markdown(text, "fees.md").title == "Fees", "the first heading of the text"
    except RuleErrors as error:
        told = [problem.message for problem in error.problems]
    assert told == says


def test_a_head_without_any_title_lacks_it():
    """Neither in the head, nor in the text, nor in the file's name."""
    with pytest.raises(RuleErrors) as error:
        read_markdown(b"---\nid: a\ntitle:\n---\nWords.\n", "a.md")
    assert [problem.message for problem in error.value.problems] == ["has no title"]


def test_the_line_in_an_error_is_the_line_in_the_file():
    """Front matter begins in line 2 of its file."""
    with pytest.raises(RuleErrors) as error:
        read_markdown(GOOD.replace(b"owner:", b"ownr:"), "fees.md")
    assert error.value.problems[0].line == 4


def test_a_folder_takes_what_is_readable(tmp_path):
    """One broken file does not keep the others out."""
    (tmp_path / "good.md").write_bytes(GOOD)
    (tmp_path / "bad.md").write_bytes(GOOD.replace(b"id: fees", b"id: fees/../x"))
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


def test_an_owner_as_long_as_no_name_is_told():
    """A column holds two hundred characters; PostgreSQL would refuse more."""
    why = read_json_document({"_id": "a", "title": "T", "text": "words", "owner": "a" * 201})
    assert why == "document a: owner has more than 200 characters"


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
    assert str(wrong[0]) == "latin.md: line 16: is not UTF-8 (save the file as UTF-8)"


def test_a_damaged_gzip_file_is_said(tmp_path):
    """Half a corpus is no corpus."""
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"_id": "a", "text": "alpha"}\n' * 999)[:-12])
    with pytest.raises(BadRequest, match="no whole gzip file"):
        read_documents(path)


def word(text: str) -> bytes:
    """A Word document of one paragraph."""
    document = docx.Document()
    document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def folder_of_all_kinds(root: Path) -> Path:
    (root / "policies" / "2026").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config.md").write_text("hidden")
    (root / "policies" / "fees.md").write_bytes(GOOD)
    (root / "policies" / "2026" / "travel guide.md").write_text(
        "# Travel\n\nSee [fees](../fees.md#top), [x](http://y)."
    )
    (root / "policies" / "leave.html").write_text("<h1>Leave</h1><p>25 days, <a href='2026/travel%20guide'>travel</a>.")
    (root / "notes.txt").write_text("Plain words.")
    (root / "letter.docx").write_bytes(word("Dear customer"))
    (root / "rows.jsonl").write_text('{"_id": "row", "text": "a row"}\n{"_id": "bad"}\n')
    (root / "broken.jsonl.gz").write_bytes(gzip.compress(b'{"_id": "whole", "text": "x"}\n' * 9)[:-9])
    (root / "scan.png").write_bytes(b"\x89PNG")
    (root / "page.pdf").write_bytes(b"hello")
    (root / "README").write_text("x")
    return root


def test_a_folder_is_read_with_all_that_lies_below(tmp_path):
    """Every kind that is read, ids from the paths where the files name none, links as citations."""
    found, _ = read_documents(folder_of_all_kinds(tmp_path))
    assert {file.id: file.title for file in found} == {
        "fees": "Fees",
        "policies:2026:travel-guide": "Travel",
        "policies:leave": "Leave",
        "notes": "Notes",
        "letter": "Letter",
        "row": "row",
    }
    by_id = {file.id: file for file in found}
    assert by_id["policies:2026:travel-guide"].citations == ("fees",)
    assert by_id["policies:leave"].citations == ("policies:2026:travel-guide",)
    assert by_id["fees"].citations == ("limits",)
    assert by_id["letter"].source == "letter.docx"
    assert by_id["row"].source == "rows.jsonl:1"


def test_nothing_of_a_folder_is_passed_by_in_silence(tmp_path):
    """What is hidden, of another kind, or damaged is named with its path and the reason."""
    _, wrong = read_documents(folder_of_all_kinds(tmp_path))
    said = {entry.place: entry.why for entry in wrong}
    assert sorted(said) == [".git", "README", "broken.jsonl.gz", "page.pdf", "rows.jsonl:2", "scan.png"]
    assert said[".git"] == "hidden files and folders are not read"
    assert "no whole gzip file" in said["broken.jsonl.gz"]
    assert "does not begin like one" in said["page.pdf"]


def test_links_out_of_a_folder_and_special_files_are_not_followed(tmp_path):
    """A link to a folder may lead round in a circle; a pipe would never end."""
    (tmp_path / "a.md").write_bytes(GOOD)
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.md")
    found, wrong = read_documents(tmp_path)
    assert [file.id for file in found] == ["fees"]
    assert {str(entry) for entry in wrong} == {
        "round: links to folders are not followed",
        "pipe.md: it is no regular file",
    }


def test_links_that_lead_out_of_a_folder_are_named(tmp_path):
    """Whoever may put a link there gets no other files taken in; links within it and a file that was named are read."""
    folder, elsewhere = tmp_path / "papers", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret.md").write_bytes(GOOD)
    (folder / "a.txt").write_text("Plain words.")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    (folder / "out.md").symlink_to(elsewhere / "secret.md")
    (folder / "rows.jsonl").symlink_to("../elsewhere/nothing.jsonl")
    (folder / "all").symlink_to(elsewhere)
    (folder / "circle.md").symlink_to(folder / "circle.md")
    found, wrong = read_documents(folder)
    assert [file.id for file in found] == ["a", "again"]
    out = "it is a link that leads out of the folder; put a copy here, or import what it leads to"
    assert {entry.place: entry.why for entry in wrong} == {
        "all": out,
        "circle.md": "it is no regular file",
        "out.md": out,
        "rows.jsonl": out,
    }
    assert [file.id for file in read_documents(folder / "out.md")[0]] == ["fees"]
    (tmp_path / "papers too").symlink_to(folder)
    assert [file.id for file in read_documents(tmp_path / "papers too")[0]] == ["a", "again"]
    assert [file.id for file in read_documents(folder, links_out=True)[0]] == ["a", "again", "fees"]


def test_a_file_beyond_every_measure_is_not_even_opened(tmp_path):
    """A hundred megabytes, which take no room on the disk."""
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(MOST_BYTES + 2**20)
    _, wrong = read_documents(tmp_path / "large.pdf")
    assert str(wrong[0]) == "large.pdf: it has 65 MiB, more than 64; split it"


def test_two_files_of_one_id_are_told_with_both_names(tmp_path):
    """The first one goes in."""
    (tmp_path / "fees.html").write_text("<p>one")
    (tmp_path / "fees.txt").write_text("two")
    found, wrong = read_documents(tmp_path)
    assert [file.text for file in found] == ["one\n"]
    assert str(wrong[0]) == "fees.txt: document fees was already read from fees.html; give one another id"


def test_uploads_are_read_as_files_are():
    """By name and content, without the disk."""
    files = [("fees.md", GOOD), ("a.jsonl", b'{"_id": "row", "text": "a row"}\n[]\n'), ("x.doc", b"x"), ("b.txt", b"B")]
    found, wrong = read_uploads(files)
    assert [file.id for file in found] == ["fees", "row", "b"]
    assert [str(entry) for entry in wrong] == [
        "a.jsonl:2: not a JSON object",
        "x.doc: files of the kind .doc are not read; save it as .docx",
    ]


@pytest.mark.parametrize(
    "path, name",
    [
        ("fees.md", "fees"),
        ("a/b c/d_e.f.pdf", "a:b-c:d_e.f"),
        ("Über uns.docx", "Uber-uns"),
        ("rules.xml.gz", "rules"),
        ("-_.md", "file-"),
        ("手当.md", "file-"),
        ("fees 手当.md", "fees-"),
        ("x" * 200 + ".md", "x" * 137 + "-"),
    ],
)
def test_ids_are_made_of_paths(path: str, name: str):
    """Letters of other scripts, and what is cut off, leave a digest, so that two files keep two ids."""
    assert id_of(path).startswith(name)
    assert (id_of(path) == name) == (not name.endswith("-"))
    assert isinstance(read_json_document({"_id": id_of(path), "text": "words"}), DocumentFile)


def test_paths_that_differ_where_ids_cannot_have_different_ids():
    """By their digest."""
    assert (
        len({id_of(path) for path in ("手当.md", "足当.md", "x" * 200 + ".md", "x" * 201 + ".md", "手当/手当.md")}) == 5
    )


def test_a_head_of_another_program_gives_what_it_shares(tmp_path):
    """A site generator's pages come in with their titles; what is not kept is noted."""
    head = b"---\ntitle: Time off\nversion: 2.1\nredirect_from:\n  - /leave/\nowner: hr\n---\nWords.\n"
    found = read_markdown(head, "leave.md", "leave", "Leave")
    assert (found.id, found.title, found.owner) == ("leave", "Time off", "hr")
    assert found.notes == ("front matter not kept: version, redirect_from",)


@pytest.mark.parametrize(
    "line, says",
    [
        (b"audiense: [staff]", "no key `audiense` (did you mean `audience`?)"),
        (b"audience: 5", "audience"),
        (b"effective_from: soon", "`soon`"),
    ],
)
def test_a_head_without_an_id_is_not_passed_over_where_rights_hang_on_it(line: bytes, says: str):
    """A slip in who may see a document must not show it to everybody."""
    with pytest.raises(RuleErrors) as error:
        read_markdown(b"---\ntitle: Pay\n" + line + b"\n---\nWords.\n", "pay.md", "pay", "Pay")
    assert says in str(error.value)


def test_fields_and_review_dates_are_read_from_every_kind():
    """Numbers and words that signals are computed from; they are part of what a version is."""
    head = GOOD.replace(b"citations:", b"fields: {tier: 2, topics: [cards, fees], public: true}\ncitations:")
    found = read_markdown(head, "fees.md")
    assert found.fields == {"tier": 2.0, "topics": ("cards", "fees"), "public": ("true",)}
    assert found.digest != read_markdown(GOOD, "fees.md").digest
    row = {"_id": "a", "text": "x", "review_by": "2027-02-01", "fields": {"tier": 2}, "metadata": {"reg": "E", "Q": {}}}
    read = read_json_document(row)
    assert isinstance(read, DocumentFile)
    assert read.review_by == date(2027, 2, 1)
    assert read.fields == {"tier": 2.0, "reg": ("E",)}
    assert read.notes == ("metadata not kept: Q",)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": []},
        {"fields": {"a b": 1}},
        {"fields": {"a": float("nan")}},
        {"fields": {"a": 10**400}},
        {"fields": {"a": {"b": 1}}},
        {"fields": {"a": "\ud800"}},
        {"fields": dict.fromkeys((f"f{n}" for n in range(51)), 1)},
        {"review_by": "soon"},
    ],
)
def test_wrong_fields_are_told(change):
    """They are one document's fault."""
    assert "document a: " in str(read_json_document({"_id": "a", "text": "words", **change}))


def test_a_report_shows_the_first_and_counts_the_rest():
    """A thousand bad files are not a thousand lines."""
    _, wrong = read_uploads([(f"{n}.doc", b"x") for n in range(12)])
    assert sample(wrong, 2).splitlines()[-1] == "… and 10 more"
