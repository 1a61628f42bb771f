"""Files that somebody sends."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.access import ROLES, Principal
from service.errors import Busy, InvalidRequest, TooLarge
from service.store import documents
from service.usecases import upload_documents
from service.usecases.house import House
from service.usecases.upload_documents import Upload, plain_names, upload

OLGA = Principal("key_1", "olga", ROLES["operations"])
HERONS = Upload("herons.md", b"---\nid: herons\ntitle: Herons\n---\nHerons may stay on the roof until July.\n")


@pytest.mark.parametrize(
    "name, plain",
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\letter.docx", "letter.docx"),
        ("a\x00b\r\nc\u202e\u200b.txt", "abc.txt"),
        ("e\u0301.md", "\u00e9.md"),
        ("\ud800.md", "unnamed.md"),
        ("", "unnamed"),
        (" .. ", "unnamed"),
        ("///", "unnamed"),
        ("say %22hello%22.md", 'say "hello".md'),
        ("x" * 500 + ".jsonl", "x" * 114 + ".jsonl"),
        ("all.jsonl.gz", "all.jsonl.gz"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(name: str, plain: str) -> None:
    """No folders, no control or invisible characters, not too long, and its ending kept."""
    assert plain_names([name]) == [plain]


def test_names_tell_apart() -> None:
    """What could not be read is told by its name."""
    assert plain_names(["a/x.md", "b/x.md", "x (2).md", "x.md"]) == ["x.md", "x (2).md", "x (2) (2).md", "x (3).md"]


@given(st.lists(st.text(max_size=200), max_size=8))
def test_whatever_files_are_called(names: list[str]) -> None:
    """One name each, all different, none empty, none too long for the database."""
    plain = plain_names(names)
    assert len(plain) == len(set(plain)) == len(names)
    for name in plain:
        assert name
        assert name.isprintable()
        assert "/" not in name
        assert len(name) <= 200


def test_what_can_be_read_comes_in_and_the_rest_is_named(house: House) -> None:
    """In one go; the same again is no news, and words under another name are told."""
    again = Upload("again.md", HERONS.data.replace(b"id: herons", b"id: egrets"))
    report = upload(house, OLGA, "birds", [HERONS, Upload("notes.xyz", bytes(10)), again], draft=True)
    assert (report["added"], report["unchanged"]) == (2, 0)
    assert [(each["id"], each["status"], each["source"]) for each in report["documents"]] == [
        ("herons", "draft", "herons.md"),
        ("egrets", "draft", "again.md"),
    ]
    assert [each["place"] for each in report["unreadable"]] == ["notes.xyz"]
    assert [{each["id"], each["same_as"]} for each in report["duplicates"]] == [{"herons", "egrets"}]
    assert [each.partition(",")[0] for each in report["notices"]] == ["No workflow searches the collection birds"]
    assert upload(house, OLGA, "birds", [HERONS], draft=True)["unchanged"] == 1
    with house.store.read() as connection:
        assert {row.authors[0] for row in documents.versions(connection, "birds", "herons")} == {"olga"}


@pytest.mark.parametrize("collection", ["", "a/b", "..", "a b", "x" * 151, "\u00fcber"])
def test_a_collection_needs_a_plain_name(house: House, collection: str) -> None:
    """It stands in addresses; a new one may be begun by importing into it."""
    with pytest.raises(InvalidRequest, match="collection"):
        upload(house, OLGA, collection, [HERONS])


def test_too_many_files_are_refused_whole(house: House) -> None:
    """Before any is read."""
    with pytest.raises(TooLarge, match="200"):
        upload(house, OLGA, "birds", [HERONS] * 201)


def test_imports_take_turns(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds its files and a core, so a third one is asked to come again; the turn is given back on failure."""
    monkeypatch.setattr(upload_documents, "_at_once", threading.Semaphore(0))
    with pytest.raises(Busy):
        upload(house, OLGA, "birds", [HERONS])
    turns = threading.Semaphore(1)
    monkeypatch.setattr(upload_documents, "_at_once", turns)
    monkeypatch.setattr(upload_documents, "read_uploads", lambda files: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upload(house, OLGA, "birds", [HERONS])
    assert turns.acquire(blocking=False)
