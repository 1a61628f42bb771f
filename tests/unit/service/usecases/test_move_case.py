"""Moving a case, over a real database: all that the table says, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.domain.case import TOLD, TRANSITIONS, WAITING, CaseAction, CaseState
from service.errors import Conflict
from service.store import cases
from service.store.tables import cases as table
from service.usecases.move_case import move
from tests.unit.service.usecases.case_room import events_of, records_of, several, told

LEASE = {"holder": "Ann", "lease_token": "0" * 64}


@pytest.fixture
def case(house):
    """One case, to be put into any state."""
    return several(house, 1)[0]


def put(house, case, state, stage=CaseState.QUEUED):
    """As if it had come there; the row."""
    now = house.clock()
    until = now + timedelta(minutes=15)
    lease = LEASE | {"lease_until": until} if state is CaseState.CLAIMED else dict.fromkeys((*LEASE, "lease_until"))
    values = {**lease, "state": state.value, "stage": stage.value, "wake_at": until}

    def work(connection):
        connection.execute(table.update().where(table.c.id == case).values(**values))
        return cases.get(connection, case)

    return house.store.commit(work)


def moved(house, row, action, to=None):
    leased = action is CaseAction.CLAIM or action is CaseAction.UNDO
    values = LEASE | {"lease_until": house.clock()} if leased else {}
    return house.store.commit(lambda c: move(c, house, row, action, by="Ann", now=house.clock(), to=to, values=values))


def everything(house, case):
    with house.store.read() as connection:
        row = cases.get(connection, case)
    assert row is not None
    return row, events_of(house, case), records_of(house, case, row.decision), told(house, case)


def test_whatever_the_table_admits_happens_with_its_event_its_record_and_its_message(house, case):
    """From every state, by every action, to every state that it can lead to: all are written together, and say the
    same. Renewing alone tells nobody."""
    for (state, action), step in TRANSITIONS.items():
        for to in step.to:
            row = put(house, case, state, to if to in WAITING else CaseState.QUEUED)
            _, events, records, messages = everything(house, case)
            after = moved(house, row, action, to)
            now, more_events, more_records, more_messages = everything(house, case)
            assert (after.state, after.version) == (to.value, row.version + 1) == (now.state, now.version)
            assert (now.holder is None) == (to is not CaseState.CLAIMED)
            if to is not state:
                assert now.wake_at is None
            if action is CaseAction.RENEW:
                assert (more_events, more_records, more_messages) == (events, records, messages)
                continue
            kind = "case." + (to.value if action is CaseAction.PASS_ON else TOLD[action])
            assert more_events == [*events, action.value]
            assert len(more_records) == len(records) + 1
            assert kind in more_records
            assert [one[0] for one in more_messages] == [*(one[0] for one in messages), kind]
            assert more_messages[-1][1]["state"] == to.value


def test_nothing_else_happens(house, case):
    """What the table does not admit is refused, and so is every state that an action does not lead to: nothing is
    written."""
    refused = 0
    for state in CaseState:
        row = put(house, case, state)
        before = everything(house, case)
        for action in CaseAction:
            step = TRANSITIONS.get((state, action))
            for to in CaseState:
                if step is None or to not in step.to:
                    with pytest.raises(Conflict):
                        moved(house, row, action, to)
                    refused += 1
        assert everything(house, case) == before
    assert refused > 1_000


def test_a_claimed_case_comes_back_to_where_it_was_claimed_from(house, case):
    """Its stage says where, when nobody else does."""
    for stage in WAITING:
        row = put(house, case, CaseState.CLAIMED, stage)
        assert moved(house, row, CaseAction.RETURN).state == stage.value


def test_a_case_that_was_written_in_between_is_not_moved(house, case):
    """By the version it was read with; nothing is told of what did not happen."""
    stale = put(house, case, CaseState.QUEUED)
    moved(house, stale, CaseAction.COMMENT)
    before = everything(house, case)
    with pytest.raises(Conflict, match="changed in between"):
        moved(house, stale, CaseAction.CLAIM)
    assert everything(house, case) == before


def test_the_database_keeps_a_lease_and_its_state_together(house, case):
    """A claimed case without a holder, or a holder of any other, is refused below all code."""
    for state in CaseState:
        if state is not CaseState.CLAIMED:
            values = {**LEASE, "lease_until": house.clock(), "state": state.value}
            with pytest.raises(sa.exc.IntegrityError):
                house.store.commit(lambda c, v=values: c.execute(table.update().where(table.c.id == case).values(**v)))
