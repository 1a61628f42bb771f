"""A worker rests between looks, is woken by what others commit, and trusts its ears only while it hears itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from service.store import listen, pointers, workers
from service.store.engine import Store, open_store
from service.usecases import hearing
from service.usecases.changed import Changed
from service.usecases.hearing import Hearing

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Worker:
    """What hearing needs of a house."""

    store: Store
    worker: str = "wrk_me"
    changed: Changed = field(default_factory=Changed)


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    opened = open_store(migrated_url)
    yield opened
    opened.close()


@pytest.fixture
def ears(store: Store) -> Iterator[Hearing]:
    made = Hearing(Worker(store))  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()


def on_postgresql(store: Store) -> bool:
    return store.time() is not None


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_a_worker_is_sure_while_it_hears_itself(store, ears, monkeypatch):
    """Not because it hears others, nor for long; and never on SQLite."""
    store.commit(lambda c: workers.seen(c, "wrk_other", "here", NOW))
    time.sleep(0.1)
    assert not ears.sure

    def sign_of_life():
        store.commit(lambda c: workers.seen(c, "wrk_me", "here", NOW))
        time.sleep(0.05)
        return ears.sure

    assert until(sign_of_life, 5 if on_postgresql(store) else 0.2) == on_postgresql(store)
    monkeypatch.setattr(hearing, "SURE_FOR", 0.01)
    time.sleep(0.05)
    assert not ears.sure


def test_who_rests_is_woken_by_a_commit_or_looks_by_itself(store, ears, migrated_url):
    """On PostgreSQL at once, from another process; on SQLite, and without a notice, when the time is over."""
    event, woken = ears.waiter(listen.POINTERS), threading.Event()
    time.sleep(0.3)  # the first connection wakes everybody
    event.clear()

    def rest():
        ears.rest(event, 60.0 if on_postgresql(store) else 0.3)
        woken.set()

    thread = threading.Thread(target=rest)
    begun = time.monotonic()
    thread.start()
    time.sleep(0.1)
    other = open_store(migrated_url)
    other.commit(pointers.next_document_sequence)
    other.close()
    assert woken.wait(20)
    thread.join()
    assert time.monotonic() - begun < 10
    assert not event.is_set()


def test_who_is_sure_looks_seldom_and_who_is_not_looks_often(ears, monkeypatch):
    """Looks cost the database something; silence must not cost correctness."""
    event, took = ears.waiter("nothing ever happens here"), []
    time.sleep(0.3)  # the first connection wakes everybody
    event.clear()
    for heard in (float("-inf"), time.monotonic()):
        monkeypatch.setattr(ears, "_heard_itself", heard)
        begun = time.monotonic()
        ears.rest(event, 0.01)
        took.append(time.monotonic() - begun)
    assert took[0] < hearing.SELDOM <= took[1]


def test_stopping_wakes_everybody(store):
    """A worker that stops does not wait for the next look."""
    ears = Hearing(Worker(store))  # type: ignore[arg-type]
    ears.start()
    event = ears.waiter(listen.POINTERS)
    thread = threading.Thread(target=lambda: ears.rest(event, 60.0))
    thread.start()
    ears.stop()
    thread.join(5)
    assert not thread.is_alive()
