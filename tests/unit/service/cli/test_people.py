"""`signoff people …`, as it is typed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app, people
from service.errors import Conflict, NotFound
from service.usecases.sign_in_by_password import set_by_code, sign_in
from tests.unit.service.usecases.registry import GOOD, HERE, Registry, registry_in


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with registry_in(tmp_path) as found:
        monkeypatch.setattr(people, "opened", lambda: contextlib.nullcontext(found.house))
        yield found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["people", *arguments], catch_exceptions=False)


def test_the_first_account_is_made_at_the_terminal(registry: Registry) -> None:
    """The code alone is on the standard output, so that a script can hand it on."""
    made = run("create", "Olga Brandt", "--role", "operations")
    assert made.exit_code == 0
    code = made.stdout.strip()
    set_by_code(registry.house, code, GOOD, HERE)
    sign_in(registry.house, "olga brandt", GOOD, HERE)
    assert registry.told("person.created")[0]["by"].startswith("cli:")


def test_rights_are_typed_as_lines_and_shown_as_such(registry: Registry) -> None:
    """A role, then the queues it holds in."""
    run("create", "Maya", "--queue", "loans:lead", "--queue", "cards::claim,skip", "--group", "staff")
    listed = run("list").stdout
    assert "loans:lead cards::claim,skip" in listed
    run("role", "maya", "auditor")
    listed = run("list").stdout
    assert "auditor" in listed
    assert "every queue" in listed
    assert registry.told("person.changed")[0]["groups"] == ["staff"]


def test_reset_disable_enable_and_sessions(registry: Registry) -> None:
    """By name, however it is written."""
    registry.person("Ann")
    assert "Firefox on Linux" in run("sessions", "ANN").stdout
    assert "ended 1" in run("sessions", "ann", "--end").output
    code = run("reset", "ann").stdout.strip()
    set_by_code(registry.house, code, GOOD, HERE)
    assert "is disabled" in run("disable", "ann").output
    with pytest.raises(Conflict):
        run("reset", "ann")
    assert "may sign in again" in run("enable", "ann").output
    with pytest.raises(NotFound):
        run("disable", "bob")


def test_linking_says_which_way(registry: Registry) -> None:
    """Neither both nor none."""
    registry.person("Ann")
    assert run("link", "ann").exit_code == 2
    assert run("link", "ann", "--subject", "x", "--none").exit_code == 2
    assert "not linked" in run("link", "ann", "--none").output
