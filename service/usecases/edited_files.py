"""Take over rule files that somebody edited: at start, on SIGHUP, or because they are watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import structlog

from service.errors import LosesAutomation, RulesBroken, ServiceError
from service.usecases.house import House
from service.usecases.reload_rules import reload
from service.usecases.rule_files import GOLDEN
from service.usecases.workflow_file import FILE

#: Asked for by name, so also files that are older than what answers.
SIGNAL = "SIGHUP"

log = structlog.get_logger("signoff")


def take_over(house: House, by: str) -> bool:
    """Reload what changed. What goes wrong leaves the last good set in force, loudly.

    Whether these files are dealt with: False when something else than the files stood in the way, as a database that
    was busy, so that it is worth trying again.
    """
    try:
        report = reload(house, by, automatic=True, untouched=by == SIGNAL)
    except RulesBroken as error:
        log.warning(
            "rules_broken_last_good_set_serves",
            by=by,
            detail=error.detail,
            remedy=error.remedy,
            errors=error.extra.get("errors"),
        )
        return True
    except LosesAutomation as error:
        log.warning("rules_left_to_a_person_last_good_set_serves", by=by, detail=error.detail, remedy=error.remedy)
        return True
    except ServiceError as error:
        log.warning("rules_not_reloaded", by=by, detail=error.detail, remedy=error.remedy)
        return False
    for each in report["workflows"]:
        log.info("rules_reloaded", workflow=each["workflow"], release=each["release"], by=by)
    return True


class Watch:
    """Notices that files changed and have come to rest, by names, sizes, times and where links lead.

    Asking the file system works where events do not: network file systems, and folders swapped by a link.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._taken: object = None  # what was taken over last; None: nothing yet
        self._before: object = None

    def changed(self) -> bool:
        """Whether something is there to take over: once for each change, when two looks in a row saw the same."""
        seen = tuple(_seen(self._home))
        quiet, self._before = seen == self._before, seen
        if not quiet or seen == self._taken:
            return False
        self._taken = seen
        return True

    def again(self) -> None:
        """What was told last was not taken over: tell it again."""
        self._taken = None


def _seen(home: Path) -> Iterator[tuple[str, ...]]:
    for path in sorted(_files(home)):
        try:
            status = path.stat()
            yield str(path), str(path.resolve()), str(status.st_mtime_ns), str(status.st_size), str(status.st_ino)
        except OSError as error:  # gone between two looks, or a link that leads nowhere: a state like any other
            yield str(path), type(error).__name__


def _files(home: Path) -> Iterator[Path]:
    """Files of packs and policies, also in linked folders."""
    for folder in _inside(home / "packs"):
        yield from (path for path in _inside(folder) if not path.name.startswith("."))
    for folder in _inside(home / "workflows"):
        yield from (folder / FILE, folder / GOLDEN)


def _inside(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder)]
    except OSError:  # no folder: a file beside the packs, or one that is being swapped
        return []
