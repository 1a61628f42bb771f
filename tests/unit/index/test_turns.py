from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from index.turns import Turns


def test_no_more_than_so_many_at_once() -> None:
    """However many ask, only so many hold a turn, and all get theirs."""
    turns, lock = Turns(2), threading.Lock()
    holding = most = done = 0

    def work(place: int) -> None:
        nonlocal holding, most, done
        with turns.taken(bulk=place % 2 == 0):
            with lock:
                holding += 1
                most = max(most, holding)
            threading.Event().wait(0.002)
            with lock:
                holding -= 1
                done += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(40)))
    assert (most, holding, done) == (2, 0, 40)


def test_those_who_are_waited_for_go_before_bulk_work() -> None:
    """Bulk work that came first still lets a request pass when the turn is given back."""
    turns, order = Turns(1), []
    waiting = threading.Barrier(3)

    def take(name: str, *, bulk: bool) -> None:
        waiting.wait()
        with turns.taken(bulk=bulk):
            order.append(name)

    with ThreadPoolExecutor(2) as threads, turns.taken():
        threads.submit(take, "bulk", bulk=True)
        threads.submit(take, "request", bulk=False)
        waiting.wait()
        threading.Event().wait(0.2)  # both stand in line by now
    assert order == ["request", "bulk"]


def test_a_turn_comes_back_after_an_error() -> None:
    """Work that fails does not cost a turn."""
    turns = Turns(1)
    for _ in range(3):
        with suppress(ZeroDivisionError), turns.taken():
            raise ZeroDivisionError
    with turns.taken(bulk=True):
        pass
