"""Calls about live traffic, for whoever looks after a model or after operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .answers import Answer
from .steps import Calling, Steps, quoted, send

_LOOKING = 120.0  # seconds on top of the timeout: some hundred requests are read by the encoder


class Watch(Answer):
    """The newest look at a workflow's live traffic."""

    id: str
    workflow: str
    release: str
    at: datetime
    alarming: bool
    paused: bool
    since: datetime
    until: datetime
    decisions: int
    enough: bool
    compared_with: dict[str, Any]
    signals: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    unlike: list[str]
    automation: dict[str, float | None]
    expected_error: dict[str, dict[str, Any] | None]
    live_error: list[dict[str, Any]]
    slices: dict[str, list[dict[str, Any]]]
    alarms: list[dict[str, str]]
    history: list[dict[str, Any]]


class WatchResumed(Answer):
    """What is automatic again."""

    workflow: str
    paused: bool


class WatchCalls(Calling):
    """Look, and let go on. Changes are not repeated blindly."""

    __slots__ = ()

    def watch(self, workflow: str) -> Steps[Watch]:
        """What the newest look found. SignoffError `not_found` before any."""
        return (yield from self._one(Watch, send("GET", _address(workflow))))

    def look(self, workflow: str, *, days: float | None = None) -> Steps[Watch]:
        """Look now; what is alarming may send everything to people."""
        asked = send("POST", _address(workflow), body={"days": days}, patience=_LOOKING, repeatable=False)
        return (yield from self._one(Watch, asked))

    def resume_watched(self, workflow: str) -> Steps[WatchResumed]:
        """Automatic again after an alarm. SignoffError `conflict` when none stopped it."""
        return (yield from self._one(WatchResumed, send("POST", f"{_address(workflow)}/resume", repeatable=False)))


def _address(workflow: str) -> str:
    return f"/v1/workflows/{quoted(workflow)}/watch"
