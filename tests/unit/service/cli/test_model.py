"""`signoff model`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.errors import Conflict, NotFound

NAME = "retail-banking"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["model", *arguments])


@pytest.fixture
def model(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the model that answers, as the list shows it."""
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    told = run("list", NAME, "--state", "active")
    assert told.exit_code == 0, told.output
    _, row = told.stdout.splitlines()
    assert row.split()[1:4] == [NAME, "active", "joined"]
    return row.split()[0]


def test_a_model_is_shown_with_its_promise(model: str) -> None:
    """In sentences, or everything as JSON."""
    told = run("show", model)
    assert told.exit_code == 0, told.output
    assert "Learned from" in told.stderr
    assert "Held out" in told.stderr
    assert '"card_missing"' in run("show", model, "--json").stdout


def test_other_promises_are_tried(model: str) -> None:
    """A row each, with what it would mean a day."""
    told = run("simulate", model, "--alpha", "0.2", "--alpha", "0.0001", "--per-day", "1000")
    rows = [line.split() for line in told.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["0.2", "0.0001"]
    assert "review at least" in told.stdout


def test_a_training_may_be_left_to_a_service(model: str) -> None:
    """It waits there, and can be cancelled."""
    job = run("train", NAME, "--kind", "vector", "--detach").stdout.split()[-1]
    assert "waiting" in next(line for line in run("jobs").stdout.splitlines() if line.startswith(job))
    assert "cancelled" in next(
        line for line in run("jobs", "--cancel", job).stdout.splitlines() if line.startswith(job)
    )


def test_what_is_typed_wrong_is_refused(model: str) -> None:
    """With what would be taken."""
    assert "lexical" in run("train", NAME, "--kind", "magic").stderr
    assert "contrast" in run("train", NAME, "--tune", "magic").stderr
    for share in ("0", "5", "nan"):
        assert "0.05" in run("simulate", model, "--alpha", share).stderr
    assert "retired" in run("list", NAME, "--state", "magic").stderr
    assert isinstance(run("rollback", model, "--why", "a try").exception, Conflict)
    assert isinstance(run("show", "mod_nothing").exception, NotFound)
