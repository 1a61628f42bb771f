"""`signoff documents …`: what a document owner does at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.cli.opening import by
from service.errors import Conflict, SamePerson
from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.publish_document import submit
from tests.unit.service.usecases.document_desk import ANN, paper

WORDS = "# Fees\n\nWe refund card fees within five working days.\n"


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, found by the command."""
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["documents", *arguments])


def submitted(home: Path, text: str) -> int:
    """A version that Ann submitted."""
    house = open_house(Settings(home=home))
    try:
        version: int = submit(house, ANN, paper(text, review_by="2026-01-01"))["version"]
    finally:
        house.close()
    return version


def test_a_document_goes_through_its_life_at_the_terminal(at_home: Path) -> None:
    """Submitted by somebody else: previewed, approved, replaced, compared, retired; each said in words."""
    submitted(at_home, WORDS)
    assert "No workflow searches the collection c." in run("preview", "c", "fees", "1").stdout
    assert "approved fees@1" in run("approve", "c", "fees", "1").stderr
    submitted(at_home, WORDS.replace("five", "ten"))
    returned = run("return", "c", "fees", "2", "--why", "ten is too long")
    assert "it is a draft again" in returned.stderr
    assert "ten is too long" in run("show", "c", "fees").stderr
    compared = run("diff", "c", "fees").stdout
    assert "We refund card fees within [-five-] working days." in compared
    assert "We refund card fees within {+ten+} working days." in compared
    assert "submitted fees@2" in run("submit", "c", "fees", "2").stderr
    assert isinstance(run("approve", "c", "fees", "2").exception, SamePerson)  # the same person submitted it
    listed = run("list", "--collection", "c").stdout.splitlines()
    assert listed[0].split()[:4] == ["collection", "id", "version", "status"]
    assert [line.split()[2:4] for line in listed[1:]] == [["1", "approved"], ["2", "submitted"]]
    assert "retired fees@1" in run("retire", "c", "fees", "1", "--why", "wrong").stderr
    assert run("list", "--collection", "c", "--status", "retired").stdout.count("\n") == 2


def test_what_is_read_by_machines_is_whole(at_home: Path) -> None:
    """Every reading command has --json."""
    version = submitted(at_home, WORDS)
    shown = json.loads(run("show", "c", "fees", "--json").stdout)
    assert (shown["text"], shown["authors"]) == (WORDS, ["Ann"])
    other = run("approve", "c", "fees", str(version), "--digest", "0" * 64)
    assert isinstance(other.exception, Conflict)
    assert run("approve", "c", "fees", str(version), "--digest", shown["digest"]).exit_code == 0
    assert json.loads(run("preview", "c", "fees", "1", "--json").stdout)["step"] == "retire"
    assert [
        each["id"] for each in json.loads(run("list", "--text", "card fees", "--collection", "c", "--json").stdout)
    ] == ["fees"]
    assert json.loads(run("list", "--as-of", "2020-01-01", "--json").stdout) == []
    assert [each["version"] for each in json.loads(run("list", "--due", "--collection", "c", "--json").stdout)] == [1]


def test_an_import_says_what_came_in_and_what_it_resembles(at_home: Path, tmp_path: Path) -> None:
    """What cannot be read is named and makes the command fail; the rest goes in."""
    folder = tmp_path / "papers"
    folder.mkdir()
    text = " ".join(f"Rule {n} says that fee number {n} is refunded." for n in range(40))
    for name, words in {"a": text, "b": text, "c": text + " Except on Sundays."}.items():
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name}\n---\n{words}\n")
    (folder / "broken.md").write_bytes(b"---\nid: broken\ntitle: \xff\n---\nx\n")
    done = run("import", str(folder), "--collection", "c")
    assert done.exit_code == 1
    assert "3 documents filed, 0 unchanged" in done.stderr
    assert "duplicate: b has the same words as a" in done.stderr
    assert "near-duplicate: c resembles a" in done.stderr
    assert "broken.md" in done.stderr
    again = json.loads(run("import", str(folder), "--collection", "c", "--json").stdout)
    assert (again["added"], again["unchanged"], len(again["unreadable"])) == (0, 3, 1)


def test_attesting_to_ones_own_import_is_refused(at_home: Path, tmp_path: Path) -> None:
    """Under the account's name as well as under that of the command line."""
    (tmp_path / "a.md").write_text("---\nid: a\ntitle: A\n---\nwords\n")
    for name in (by(), by().removeprefix("cli:")):
        done = run("import", str(tmp_path / "a.md"), "--collection", "c", "--attested-by", name)
        assert isinstance(done.exception, SamePerson)
    assert run("list", "--collection", "c").stdout == ""


def test_what_an_importer_should_know_is_said(at_home: Path, tmp_path: Path) -> None:
    """That nobody searches the collection, and that the same words were retired before."""
    paper_file = tmp_path / "fees.md"
    paper_file.write_text("---\nid: fees\ntitle: Fees\n---\nWe refund fees.\n")
    first = run("import", str(paper_file), "--collection", "retail-bankin")
    assert "did you mean `retail-banking`?" in first.stderr
    run("retire", "retail-bankin", "fees", "1", "--why", "wrong")
    again = run("import", str(paper_file), "--collection", "retail-bankin")
    assert "retired before: fees@2 says the same as version 1" in again.stderr


def test_an_empty_list_of_the_past_says_why(at_home: Path) -> None:
    """Also where a machine reads the list: on the standard error."""
    for more in ((), ("--json",)):
        assert "was approved here before" in run("list", "--as-of", "2001-01-01", *more).stderr
