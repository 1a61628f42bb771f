"""The round of one worker that looks at live traffic when it is due, at low priority: requests go first."""

from __future__ import annotations

import os
import threading
import time

import structlog

from service.usecases.house import House
from service.usecases.watch_traffic import due, look

_DUE = 60.0  # seconds between looks for workflows that are due
_AGAIN = 3_600.0  # seconds before one that failed is tried again
_NICE = 10

log = structlog.get_logger("signoff")


class WatchChores:
    """To be run in a thread of its own, which gets a low priority for good."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._due = time.monotonic() + _DUE  # a start is busy enough
        self._yielding = False
        self._failed: dict[str, float] = {}  # workflow -> when to try again

    def round(self, *, first_of_all: bool) -> None:
        """Look at what is due; one that cannot be looked at leaves the others to be."""
        if not first_of_all or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _DUE
        self._yield_to_requests()
        for workflow in due(self._house):
            if time.monotonic() < self._failed.get(workflow, 0.0):
                continue
            try:
                look(self._house, workflow)
            except Exception:
                self._failed[workflow] = time.monotonic() + _AGAIN
                log.exception("live_traffic_not_looked_at", workflow=workflow)

    def _yield_to_requests(self) -> None:
        """Priority is a thread's own on Linux alone; elsewhere it would be the whole process's."""
        if not self._yielding and hasattr(os, "sched_getaffinity"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        self._yielding = True
