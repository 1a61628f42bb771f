"""Whatever people do, in whatever order, and whenever the machine fails: a case has one holder and one decision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from service.domain.audit import verify
from service.store import ledger
from tests.databases import BOTH
from tests.property.desk import Desk
from tests.property.machine import CasesMachine


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(migrated_url, tmp_path)
    yield opened
    opened.close()


def play(desk: Desk, stories: int, steps: int) -> None:
    way = settings(max_examples=stories, stateful_step_count=steps)
    run_state_machine_as_test(cast("type[CasesMachine]", lambda: CasesMachine(desk)), settings=way)
    with desk.house.store.read() as connection:
        assert verify(ledger.walk(connection)).ok


@pytest.mark.parametrize("migrated_url", BOTH, indirect=True)
def test_a_stale_token_writes_nothing_and_nothing_is_lost(desk: Desk) -> None:
    """A few stories of claims, renewals, leases that run out, steals, decisions, undos, holds, escalations, crashes."""
    play(desk, 3, 20)


@pytest.mark.slow
def test_ten_thousand_steps(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for long: a stale token never writes."""
    play(desk, 300, 50)
    with capsys.disabled():
        print(f"\n{desk.steps:,} steps on {desk.kind}")  # noqa: T201 - whoever runs it wants to know
    assert desk.steps >= 10_000
