"""Whatever a policy says, nothing goes before the law's time, and nothing that is held or waits goes at all (P14)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.review_queue import QUEUE, make_queue, opened
from service.domain.access import ROLES, Principal
from service.domain.retention import FLOOR_DAYS, kept_from
from service.store import decisions, payloads
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.legal_holds import place
from service.usecases.purge import purge

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OPS = Principal("k", "Ona", ROLES["operations"])
_days = st.integers(0, 900)
_made = st.tuples(_days, st.sampled_from(("final", "superseded", "waiting")), st.booleans(), st.none() | st.just("ada"))


class Nothing:
    """Stands for what reads texts: there is none here."""

    digest = "none"

    def forget(self) -> None:
        """There is nothing to forget."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/signoff.db"
    make_queue(url, 0, now=NOW)
    with opened(url, tmp_path, lambda: NOW) as found:
        encoder = cast("Any", Nothing())
        yield dataclasses.replace(found, encoder=encoder, encoders=encoder)


def under(house: House, days: int) -> House:
    """The same instance, whose policy keeps texts for so many days, were it ever let in."""
    shelf = SimpleNamespace(policy=lambda _: SimpleNamespace(retention_days=days), forget_learned=lambda: None)
    return dataclasses.replace(house, shelf=cast("Any", shelf))


def decide(house: House, age: int, state: str, subject: str | None) -> str:
    """A decision that was made, and settled, so many days ago."""
    decision, request, answer = (house.new_id(kind) for kind in ("dec", "pay", "pay"))
    at = NOW - timedelta(days=age)

    def work(connection: Connection) -> None:
        rows = ((request, "request", b'{"text": "Where is it?"}'), (answer, "answer", b"{}"))
        payloads.add(connection, subject, at, *rows, workflow=QUEUE)
        final_at = None if state == "waiting" else at
        stands: dict[str, Any] = {"state": state, "outcome": "allow", "labels": [], "final_at": final_at}
        about = {"workflow": QUEUE, "release": "rel_review", "principal": "caller", "groups": []}
        place = {"document_sequence": 0, "created_at": at, "request": request, "answer": answer}
        decisions.add(connection, {"id": decision, **about, **place, **stands})

    house.store.commit(work)
    return decision


def gone(house: House, decision: str) -> bool:
    with house.store.read() as connection:
        return payloads.erased(connection, decision)


def test_nothing_goes_before_its_time(house: House) -> None:
    """For every policy and every age: only what is older than both the policy and the floor goes, and all of that."""
    known: dict[str, tuple[int, bool]] = {}

    @settings(max_examples=8, deadline=None)
    @given(st.integers(-100, 1_000), st.lists(_made, max_size=5))
    def story(days: int, asked: list[tuple[int, str, bool, str | None]]) -> None:
        for age, state, held, subject in asked:
            decision = decide(house, age, state, subject)
            if held:
                place(house, OPS, "decision", decision, "Court order")
            known[decision] = age, held or state == "waiting"
        before = {decision for decision in known if gone(house, decision)}
        told = purge(under(house, days), dry_run=True)["workflows"]
        done = purge(under(house, days))["workflows"]
        assert [each["decisions"] for each in told] == [each["decisions"] for each in done]
        for decision, (age, stays) in known.items():
            over = age > max(days, FLOOR_DAYS) and not stays
            assert gone(house, decision) == (decision in before or over), (age, days, stays)

    story()


@given(st.integers(-1_000_000, 36_500), st.datetimes(datetime(2024, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_the_floor_holds_for_every_number(days: int, now: datetime) -> None:
    """Six months are kept whatever is written, also where the number is none that a policy may have."""
    assert kept_from(days, now) <= now - timedelta(days=183)


def test_a_policy_below_the_floor_is_refused(tmp_path: Path) -> None:
    """Whoever writes fewer days is told so when the file is checked, and not when it is too late."""
    from service.usecases.workflow_file import BOUNDS

    assert BOUNDS["retention_days"][0] == FLOOR_DAYS
