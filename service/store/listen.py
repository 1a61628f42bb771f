"""Hears at once what others committed, where the database tells: PostgreSQL's LISTEN.

Triggers (migration 0019) send a notice with each commit that other processes wait for. A notice says where to look and
nothing more: what happened is read from the tables. So a notice that nobody heard costs time, until the next look that
is due anyway, and never truth.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import structlog

CHANNEL: Final = "signoff"

#: What is told: topic and subject. `HEARS` comes first on each new connection: what was told before was missed.
Hear: TypeAlias = Callable[[str, str], None]
HEARS: Final = "hears"
#: Which release answers, what is halted, announced, approved, retired or disabled.
POINTERS: Final = "pointers"
EVENTS: Final = "events"  #: something happened that the outside may read of
DECISION: Final = "decision"  #: something happened to a decision after it was made; the subject is its id
WORKER: Final = "worker"  #: a worker said that it is alive; the subject is its id

_AGAIN: Final = 0.5  # seconds before a connection that was lost is made anew

log = structlog.get_logger(__name__)


class Listener:
    """One thread with a connection of its own. It outlives the server it listens to."""

    def __init__(self, connect: Callable[[], Any], hear: Hear) -> None:
        """`connect` gives a psycopg connection that commits by itself; `hear` must not wait for anything."""
        self._connect = connect
        self._hear = hear
        self._over = threading.Event()
        self._told = False  # that the connection was lost
        self._wake: socket.socket | None = None  # what is written into it ends the wait for notices
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._wake, woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, args=(woken,), name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._wake is not None and self._thread is not None:
            self._wake.send(b"x")
            self._thread.join()
            self._wake.close()

    def _run(self, woken: socket.socket) -> None:
        with woken:
            self._listen_on(woken)

    def _listen_on(self, woken: socket.socket) -> None:
        while not self._over.is_set():
            try:
                with contextlib.closing(self._connect()) as connection:
                    self._listen(connection, woken)
            except Exception as error:  # noqa: BLE001 - whatever it is: looks find what is not heard, and it is tried again
                if not self._told:
                    log.warning("not_listening", error=type(error).__name__, doing="looking instead, and trying again")
                self._told = True
                self._over.wait(_AGAIN)

    def _listen(self, connection: Any, woken: socket.socket) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        if self._told:
            log.info("listening_again")
            self._told = False
        self._hear(HEARS, "")
        with selectors.DefaultSelector() as either:
            either.register(connection.fileno(), selectors.EVENT_READ)
            either.register(woken, selectors.EVENT_READ)
            while not self._over.is_set():
                either.select()
                for notice in connection.notifies(timeout=0):
                    topic, _, subject = notice.payload.partition(" ")
                    self._hear(topic, subject)
