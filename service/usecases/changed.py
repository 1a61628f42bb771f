"""Lets a waiting read hear at once that its decision changed, without holding a thread."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict

_ASK_AGAIN = 1.0  # seconds


class Changed:
    """Decisions that changed in this process. Another process's change is found by asking again after a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)

    def tell(self, decision_id: str) -> None:
        """Wake whoever waits for this decision. May be called from any thread, once the change is durable."""
        with self._lock:
            waiting = self._waiting.pop(decision_id, set())
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    async def wait(self, decision_id: str, most: float) -> None:
        """Return when the decision changed, or after a second or `most` seconds, whichever is less."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting[decision_id].add(entry)
        try:
            await asyncio.wait_for(entry[1].wait(), min(most, _ASK_AGAIN))
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting[decision_id].discard(entry)
                if not self._waiting[decision_id]:
                    del self._waiting[decision_id]
