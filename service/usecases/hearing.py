"""What a worker hears of the others, and whom it wakes.

On PostgreSQL others are heard at once (`service.store.listen`). Everything is looked for all the same, as it has to be
on SQLite: seldom as long as this worker is sure that it hears, often from the moment it is not. It is sure while it
hears its own signs of life, which go the whole way: written by one connection, told by the server, heard by another. A
pooler in between that swallows notices, or a connection that died in silence, so costs milliseconds and nothing else.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import Final

from service.store import listen
from service.usecases.house import House

#: A worker that has not heard itself for so long looks as often as if it heard nothing.
SURE_FOR: Final = 6.0  # seconds: three signs of life
#: Between looks while it hears.
SELDOM: Final = 0.5  # seconds
#: Woken as often as others commit, nobody looks more often.
_LEAST: Final = 0.05  # seconds


class Hearing:
    """The ears of one worker: `rest` between looks, and be woken when there is something to look at."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: defaultdict[str, list[threading.Event]] = defaultdict(list)
        self._heard_itself = float("-inf")
        self._over = threading.Event()
        self._listener = house.store.listener(self._hear)

    def start(self) -> None:
        if self._listener is not None:
            self._listener.start()

    def stop(self) -> None:
        """Wake everybody for the last time, and hear nothing any more."""
        self._over.set()
        self._wake_all()
        if self._listener is not None:
            self._listener.stop()

    @property
    def sure(self) -> bool:
        """Whether what others commit is heard at once."""
        return time.monotonic() - self._heard_itself < SURE_FOR

    def waiter(self, topic: str) -> threading.Event:
        """What `rest` waits on; one for each thread."""
        event = threading.Event()
        self._waiting[topic].append(event)
        return event

    def rest(self, event: threading.Event, seconds: float) -> None:
        """Until there is something to look at, or a look is due anyway: after `seconds`, or SELDOM if that is longer
        and this worker is sure that it hears."""
        if not self._over.wait(min(_LEAST, seconds)):
            event.wait(max(seconds, SELDOM if self.sure else 0.0))
        event.clear()

    def _hear(self, topic: str, subject: str) -> None:
        if topic == listen.HEARS:  # what was told before this connection, nobody heard
            self._wake_all()
        elif topic == listen.DECISION:
            self._house.changed.tell(subject)
        elif topic == listen.WORKER:
            if subject == self._house.worker:
                self._heard_itself = time.monotonic()
        else:
            self._wake(topic)

    def _wake(self, topic: str) -> None:
        for event in self._waiting[topic]:
            event.set()

    def _wake_all(self) -> None:
        for topic in list(self._waiting):
            self._wake(topic)
