"""Live traffic at a terminal: look, hear what alarms, let it go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app, watch
from service.cli.opening import opened
from service.errors import Conflict
from tests.unit.service.usecases.document_desk import Clock
from tests.unit.service.usecases.traffic import KIOSK, OTHERS, Kiosk, usual

Run = Callable[..., Result]


@pytest.fixture
def run(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a command, on the day that the kiosk has; errors come through."""
    monkeypatch.setenv("SIGNOFF_HOME", str(kiosk.house.home))
    monkeypatch.setattr(watch, "opened", lambda: opened(Clock(kiosk.clock.now)))

    def give(*words: str) -> Result:
        result = CliRunner().invoke(app, ["watch", *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return give


def written(result: Result) -> dict[str, Any]:
    """What was printed, without the log: at a terminal that goes elsewhere."""
    found: dict[str, Any] = json.loads(result.stdout[result.stdout.index("{\n") :])
    return found


def test_look_alarm_people_resume(kiosk: Kiosk, run: Run) -> None:
    """The whole way: what alarms is said in words, with the command that lets it go on."""
    kiosk.send([*(text for text, _ in usual(50)), *OTHERS])
    found = written(run(KIOSK, "--json"))
    assert (found["paused"], [each["kind"] for each in found["alarms"]]) == (True, ["drift"])
    told = run(KIOSK, "--last").output
    assert "stability index of energy" in told
    assert f"signoff watch {KIOSK} --resume" in told
    assert "wrong automatic decisions: none was checked" in told
    assert "again" in run(KIOSK, "--resume").output
    assert kiosk.pointer.watched_by is None
    with pytest.raises(Conflict):
        run(KIOSK, "--resume")


def test_how_far_back_is_said_as_people_say_it(kiosk: Kiosk, run: Run) -> None:
    """Hours, days and weeks; nothing else."""
    kiosk.send([text for text, _ in usual(3)])
    kiosk.later(3)
    kiosk.send([text for text, _ in usual(2, 2)])
    seen = [written(run(KIOSK, "--since", since, "--json"))["decisions"] for since in ("12h", "2d", "1w")]
    assert seen == [2, 2, 5]
    assert "too few to tell" in run(KIOSK, "--last").output
    for wrong in ("0d", "30", "a month"):
        assert run(KIOSK, "--since", wrong).exit_code == 2
    assert run(KIOSK, "--since", "2d", "--last").exit_code == 2
