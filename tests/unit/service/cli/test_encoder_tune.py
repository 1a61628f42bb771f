"""`signoff encoder tune` and `signoff encoder rollback`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.errors import Conflict, InvalidRequest

NAME = "retail-banking"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["encoder", *arguments])


@pytest.fixture
def pairs(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Questions in two words that no document has."""
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    path = tmp_path / "pairs.jsonl"
    said = [("zorp", "card-freeze"), ("blick", "bereavement")]
    lines = (
        json.dumps({"text": f"{word} {number}", "documents": [name]}) for number in range(25) for word, name in said
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_it_gains_is_shown_and_nothing_is_released_dry(pairs: Path) -> None:
    """One table: both searches before and after, on questions not learned from."""
    told = run("tune", NAME, "--pairs", str(pairs), "--dry-run")
    assert told.exit_code == 0, told.output
    rows = [line.split() for line in told.stdout.splitlines() if line.startswith("all: 50")]
    assert [row[2] for row in rows] == ["dense", "fused"]
    assert all(float(row[4]) > float(row[3]) for row in rows)
    assert "Without --dry-run it is released" in told.stderr
    undo = run("rollback", NAME, "--why", "nothing happened")
    assert isinstance(undo.exception, Conflict)


def test_too_few_pairs_are_refused(pairs: Path) -> None:
    """In a sentence with its remedy."""
    pairs.write_text(pairs.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    told = run("tune", NAME, "--pairs", str(pairs), "--no-reviews")
    assert isinstance(told.exception, InvalidRequest)
    assert "fewer than 40" in told.exception.detail


def test_a_method_that_is_none_is_refused(pairs: Path) -> None:
    """With those there are."""
    told = run("tune", NAME, "--pairs", str(pairs), "--method", "magic")
    assert told.exit_code == 2
    assert "adapter, lora, full" in " ".join(told.output.split())
