"""What a worker does besides answering: threads that keep it in step with the others.

*Keeping up*, several times a second: releases that are announced are opened and reported, releases that answer and are
not open are opened. *Looking out*, as often: what answers is looked for in the documents there are now, so that no
request has to wait for that. *Signs of life*, every other second: that it is alive, and what it counted. *Chores*,
which may take long and hold up none of these: taking over edited files (the oldest worker of a host), trying
certificates again, watching for alarms (the oldest worker of all). Four more have a thread each, because none must
wait for another: trying certificates with changed documents, making new bases of old snapshots, seeing to models
(jobs, candidates in shadow), and looking at live traffic. Webhooks are sent by a thread of their own as well,
and so are replies drafted and long requests summed up. What others commit is heard at once where the database tells of
it (`hearing`); looks go on beside that, and find what nobody heard.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from service.errors import ServiceError
from service.observe.metrics import RELEASES_OPENING
from service.settings import Settings
from service.store import listen, rollouts, rule_hours, workers
from service.store.engine import Connection, open_store
from service.store.writing import try_out
from service.usecases import alarms, disable_rule
from service.usecases.case_chores import wake_due_cases
from service.usecases.checkpoints import CheckpointChores
from service.usecases.document_chores import DocumentChores
from service.usecases.edited_files import SIGNAL, Watch, take_over
from service.usecases.hearing import Hearing
from service.usecases.house import House
from service.usecases.keeping_chores import KeepingChores
from service.usecases.key_notices import count_ending, tell_of_ending
from service.usecases.known_answers import retire_unfit
from service.usecases.learning_chores import LearningChores
from service.usecases.one_clock import DatabaseClock
from service.usecases.place import place_of
from service.usecases.read_events import ANY
from service.usecases.roll_out import ALIVE
from service.usecases.send_webhooks import WebhookSender
from service.usecases.shelf import OpenRelease
from service.usecases.summarise import SummaryChores
from service.usecases.watch_chores import WatchChores
from service.usecases.write_drafts import WriterChores

_LOOK = 0.12  # seconds between looks
_TELL = 1.0  # seconds after which those who wait for events look without being told
_BEAT = 2.0  # seconds between signs of life
_CHORES = 0.1  # seconds between looks for something to do
_DOCUMENTS = 1.0  # seconds between looks for changed documents
_COMPACTION = 5.0  # seconds between looks for snapshots to make anew
_LEARNING = 1.0  # seconds between looks for jobs, and for decisions that candidates have not seen
_CHECKPOINTS = 5.0  # seconds between looks whether the ledger is to be signed anew
_CASES = 0.5  # seconds between looks for cases that move by themselves: decisions that go out
_KEEPING = 1.0  # seconds between looks for what was erased, and for what is too old
_WATCH = 1.0  # seconds between looks for live traffic to look at
_WRITER = 0.25  # seconds between looks for replies to draft
_SUMMARIES = 1.0  # seconds between looks for long requests
_COMPACTING = "compaction"
_LAST_WAIT = 3.0  # seconds
_LONG = frozenset({f"steward-{_COMPACTING}", "steward-keeping", "steward-watch", "steward-writer"})
_RECHECK = 1.0  # seconds
_ALARMS = 10.0  # seconds
_KNOWN = 300.0  # seconds between looks whether known answers stand still; each is looked at anyway when it is given
_KEYS = 600.0  # seconds between looks for API keys that end soon
_RETRY = 5.0  # seconds before a release that would not open is tried again
_KEPT = timedelta(days=400)  # of counts by hour
_FORGOTTEN = timedelta(days=1)  # workers that were killed

log = structlog.get_logger(__name__)


class _Every:
    """Something that is due every so many seconds; with 0, never."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if not self._seconds or now < self._next:
            return False
        self._next = now + self._seconds
        return True


@dataclass(slots=True)
class _Failures:
    """Releases that would not open, and when to try again: told once, tried for good."""

    _until: dict[str, float] = field(default_factory=dict)

    def waiting(self, release: str) -> bool:
        return time.monotonic() < self._until.get(release, 0.0)

    def note(self, release: str, error: Exception) -> None:
        if release not in self._until:
            detail = error.detail if isinstance(error, ServiceError) else type(error).__name__
            log.error("release_does_not_open", release=release, detail=detail)
        self._until[release] = time.monotonic() + _RETRY

    def forget(self, release: str) -> None:
        self._until.pop(release, None)


class Steward:
    """Start it before the first request and stop it after the last one; it lives as long as its worker answers."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._place = place_of(house.home)
        self._stop = threading.Event()
        self._first_of_host = self._first_of_all = False
        documents, watch, writer = DocumentChores(house), WatchChores(house), WriterChores(house)
        summaries, keeping = SummaryChores(house), KeepingChores(house)
        checkpoints = CheckpointChores(house)
        self._learning = LearningChores(house)
        self._webhooks = WebhookSender(house)
        rounds = (
            ("alive", _BEAT, self._say_alive),
            ("chores", _CHORES, self._chores),
            ("documents", _DOCUMENTS, lambda: documents.recheck(first_of_all=self._first_of_all)),
            ("keeping", _KEEPING, lambda: keeping.round(first_of_all=self._first_of_all)),
            ("checkpoints", _CHECKPOINTS, lambda: checkpoints.round(first_of_all=self._first_of_all)),
            ("learning", _LEARNING, lambda: self._learning.round(first_of_all=self._first_of_all)),
            ("watch", _WATCH, lambda: watch.round(first_of_all=self._first_of_all)),
            ("cases", _CASES, lambda: wake_due_cases(house)),
            ("writer", _WRITER, lambda: writer.round(first_of_all=self._first_of_all)),
            ("summaries", _SUMMARIES, lambda: summaries.round(first_of_all=self._first_of_all)),
            (
                _COMPACTING,
                _COMPACTION,
                lambda: documents.compact(first_of_all=self._first_of_all, first_of_host=self._first_of_host),
            ),
        )
        self._hearing = Hearing(house)
        heard: tuple[tuple[str, str, float, Callable[[], object]], ...] = (
            ("keep-up", listen.POINTERS, _LOOK, self._keep_up),
            ("look-out", listen.POINTERS, _LOOK, documents.look_out),
            ("tell", listen.EVENTS, _TELL, lambda: house.changed.tell(ANY)),
        )
        self._threads = [
            threading.Thread(target=self._round, args=(seconds, work), name=f"steward-{name}", daemon=True)
            for name, seconds, work in rounds
        ] + [
            threading.Thread(
                target=self._heard,
                args=(self._hearing.waiter(topic), seconds, work),
                name=f"steward-{name}",
                daemon=True,
            )
            for name, topic, seconds, work in heard
        ]
        self._alarms, self._tidy, self._recheck = _Every(_ALARMS), _Every(3_600.0), _Every(_RECHECK)
        self._known = _Every(_KNOWN)
        self._keys = _Every(_KEYS)
        self._files = _Every(house.settings.watch_rules)
        self._watch = Watch(house.home)
        self._announced: dict[str, list[str]] = {}  # rollout -> releases to have open until it ends
        self._reported: set[str] = set()  # rollouts whose releases are open here
        self._reloads: int | None = None  # how often a reload was asked for
        self._asked = threading.Event()
        self._failures = _Failures()

    def start(self) -> None:
        """Join the workers: from here on, changes wait for this one, and requests never open a release."""
        self._guarded(self._say_alive)
        self._guarded(self._keep_up)
        self._house.shelf.attend(True)
        for thread in self._threads:
            thread.start()
        self._hearing.start()
        self._webhooks.start()

    def stop(self) -> None:
        """Leave the workers in order, so that no change waits for this one."""
        self._stop.set()
        self._hearing.stop()
        self._guarded(self._webhooks.stop)
        for thread in self._threads:
            # Compaction may be waiting for workers that hang, a look takes seconds; cut off, nothing of them is lost.
            thread.join(_LAST_WAIT if thread.name in _LONG else None)
        self._guarded(self._learning.stop)
        self._house.shelf.attend(False)
        self._guarded(lambda: self._house.store.commit(lambda connection: workers.gone(connection, self._house.worker)))

    def _round(self, seconds: float, work: Callable[[], object]) -> None:
        while not self._stop.wait(seconds):
            self._guarded(work)

    def _heard(self, event: threading.Event, seconds: float, work: Callable[[], object]) -> None:
        self._hearing.rest(event, seconds)
        while not self._stop.is_set():
            self._guarded(work)
            self._hearing.rest(event, seconds)

    @staticmethod
    def _guarded(work: Callable[[], object]) -> None:
        """Nothing that goes wrong once may end a thread: it is logged and tried again."""
        try:
            work()
        except ServiceError as error:
            log.warning("steward_failed", detail=error.detail)
        except Exception as error:
            log.warning("steward_failed", detail=type(error).__name__, exc_info=True)

    def _keep_up(self) -> None:
        with self._house.store.read() as connection:
            seen = rollouts.glance(connection, self._place)
            self._announced = {
                rollout: self._announced.get(rollout) or rollouts.releases_of(connection, rollout)
                for rollout in seen.open
            }
        wanted = set(seen.active.values()).union(*self._announced.values())
        opened = {release: found for release in sorted(wanted) if (found := self._opened(release)) is not None}
        self._house.shelf.hold(opened)
        RELEASES_OPENING.set(sum(release not in opened for release in seen.active.values()))
        for rollout, release_ids in self._announced.items():
            if rollout not in self._reported and all(release in opened for release in release_ids):
                self._report(rollout)
        self._reported &= seen.open
        if self._reloads is not None and seen.reloads > self._reloads:
            self._asked.set()
        self._reloads = seen.reloads

    def _opened(self, release: str) -> OpenRelease | None:
        found = self._house.shelf.found(release)
        if found is None and not self._failures.waiting(release):
            try:
                found = self._house.shelf.open(release)
            except Exception as error:  # noqa: BLE001 - whatever it is, this worker leaves service and tries again
                self._failures.note(release, error)
            else:
                self._failures.forget(release)
        return found

    def _report(self, rollout: str) -> None:
        house = self._house
        house.store.commit(lambda connection: rollouts.staged(connection, rollout, house.worker, house.clock()))
        self._reported.add(rollout)

    def _say_alive(self) -> None:
        if isinstance(self._house.clock, DatabaseClock):
            self._house.clock.ask()
        house, now, tidy = self._house, self._house.clock(), self._tidy.due()
        trial = house.store.writing.trouble() is not None

        def work(connection: Connection) -> None:
            workers.seen(connection, house.worker, self._place, now)
            if trial:
                try_out(connection, time.time())
            if tidy:
                workers.forget(connection, now - _FORGOTTEN)
                rule_hours.forget(connection, now - _KEPT)

        house.store.commit(work)
        with house.store.read() as connection:
            alive = workers.alive(connection, now - ALIVE)
        self._first_of_all = bool(alive) and alive[0].id == house.worker
        self._first_of_host = next((row.id for row in alive if row.host == self._place), None) == house.worker
        house.tally.flush(house.store)

    def _chores(self) -> None:
        asked = self._asked.is_set()
        self._asked.clear()
        if self._first_of_host:
            if asked:
                self._guarded(lambda: take_over(self._house, SIGNAL))
            if self._files.due() and self._watch.changed():
                self._guarded(self._take_over_watched)
        if self._first_of_all and self._known.due():
            self._guarded(lambda: retire_unfit(self._house))
        if self._recheck.due():
            self._guarded(lambda: disable_rule.recheck(self._house))
        if self._keys.due():
            if self._first_of_all:
                self._guarded(lambda: tell_of_ending(self._house))
            self._guarded(lambda: count_ending(self._house))
        if self._alarms.due():
            if self._first_of_all:
                self._guarded(lambda: alarms.watch(self._house))
            self._guarded(lambda: alarms.count_open(self._house))

    def _take_over_watched(self) -> None:
        done = False
        try:
            done = take_over(self._house, "watch")
        finally:
            if not done:
                self._watch.again()


def ask_for_reload(settings: Settings) -> None:
    """Ask the workers of this home to take over edited files; for a process that has no house open."""
    place, store = place_of(settings.home), open_store(settings.database)
    try:
        store.commit(lambda connection: rollouts.ask_for_reload(connection, place))
    finally:
        store.close()
