"""A bounded store of the values used latest, safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Latest(Generic[K, V]):
    """Keeps the values that were used last, as long as together they weigh no more than `size`; 0 keeps nothing.

    Each weighs 1 unless `weigh` says otherwise: then `size` is in its unit.
    """

    def __init__(self, size: int, weigh: Callable[[V], int] | None = None) -> None:
        if size < 0:
            raise ValueError("the size has to be 0 or more")
        self._size = size
        self._weigh = weigh
        self._held = 0
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        with self._lock:
            if key in self._kept:
                self._held -= self._weight(self._kept.pop(key))
            self._kept[key] = value
            self._held += self._weight(value)
            while self._held > self._size:
                _, dropped = self._kept.popitem(last=False)
                self._held -= self._weight(dropped)

    def drop(self, unwanted: Callable[[K, V], bool]) -> None:
        """Forget the values that are unwanted."""
        with self._lock:
            for key in [key for key, value in self._kept.items() if unwanted(key, value)]:
                self._held -= self._weight(self._kept.pop(key))

    def __len__(self) -> int:
        return len(self._kept)

    def _weight(self, value: V) -> int:
        return 1 if self._weigh is None else self._weigh(value)
