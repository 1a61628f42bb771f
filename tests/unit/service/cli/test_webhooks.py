"""Webhooks at a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app, webhooks
from service.errors import InvalidRequest, NotFound
from tests.unit.service.usecases import receiver as kinds
from tests.unit.service.usecases.post_room import PostRoom, post_room
from tests.unit.service.usecases.receiver import receiving

Run = Callable[..., Result]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    with post_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def run(room: PostRoom, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a command; errors come through."""
    monkeypatch.setattr(webhooks, "opened", lambda: contextlib.nullcontext(room.house))

    def give(*words: str, says: str = "") -> Result:
        result = CliRunner().invoke(app, ["webhooks", *words], input=says)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return give


def test_from_entering_to_removing(room: PostRoom, run: Run) -> None:
    """The secret is all that the standard output says of a new one, so that it can be piped to where it belongs."""
    with receiving() as receiver, room.sending():
        entered = run("add", "core", receiver.url, "--type", "decision.*")
        secret = entered.stdout.strip()
        assert secret.startswith("whsec_")
        (made,) = [line.split()[0] for line in run("list").stdout.splitlines()[1:]]
        assert "it arrived: 204" in run("test", made).output
        event = room.tell("dec_1")
        room.settled(made, 1)
        receiver.heard[-1].verified(secret)
        assert event in run("deliveries", made, "--state", "delivered").stdout
        assert "1 to be sent" in run("resend", made, event).output
        assert "0 to be sent" in run("resend", made).output
        assert run("rotate", made, "--keep-hours", "0").stdout.strip() != secret
        assert '"types": []' in run("change", made, "--all-types").stdout
        run("pause", made)
        assert "paused (asked)" in run("list").stdout
        run("resume", made)
        assert run("remove", made, says="n\n").exit_code == 1
        assert "removed" in run("remove", made, "--yes").output
    assert len(run("list").stdout.splitlines()) == 1


def test_what_does_not_arrive_says_why(room: PostRoom, run: Run) -> None:
    """In words, and the command fails."""
    with receiving(kinds.status(302, location="http://127.0.0.1:1/")) as receiver:
        run("add", "core", receiver.url)
        made = run("list").stdout.splitlines()[1].split()[0]
        result = run("test", made)
    assert result.exit_code == 1
    assert "(302)" in result.output
    assert "not followed" in result.output


def test_refusals(run: Run) -> None:
    """Wrong words are told apart from wrong things."""
    with pytest.raises(InvalidRequest, match="not a public address"):
        run("add", "core", "https://10.0.0.5/")
    with pytest.raises(NotFound):
        run("pause", "whk_none")
    assert run("deliveries", "whk_none", "--state", "lost").exit_code == 2
    assert run("resend", "whk_none", "--since", "a while ago").exit_code == 2
    assert run("change", "whk_none", "--type", "case.*", "--all-types").exit_code == 2
    assert "decision.final" in run("types").stdout
    assert '"required"' in run("types", "--json").stdout
