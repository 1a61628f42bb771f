"""What people may do to cases, in any order: and what has to hold after each step, whatever they did before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import OPEN, SETTLED, TRANSITIONS, WAITING, CaseAction, CaseState
from service.errors import Conflict, LeaseLost
from service.store.engine import Row
from service.usecases import (
    answer_question,
    cancel_case,
    case_chores,
    claim_case,
    detach_case,
    hand_over_case,
    hold_case,
    question_case,
    reopen_case,
    resolve_case,
    undo_case,
)
from service.usecases.sign_in import digest_of
from tests.property.desk import CALLER, FRESH, LEAD, TEAM, Desk

_PEOPLE = st.sampled_from(TEAM)
_OUT = (CaseState.DELIVERED.value, CaseState.REOPENED.value)
_OPEN, _WAITING, _SETTLED = (frozenset(state.value for state in some) for some in (OPEN, WAITING, SETTLED))


class Crash(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Lease:
    """What somebody was given when they claimed a case."""

    person: Principal
    case: str
    token: str
    until: str

    def runs(self, now: datetime) -> bool:
        return timestamp(now) < self.until


class CasesMachine(RuleBasedStateMachine):
    """`leases` are all that were ever given; `current` those that nothing ended but time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.leases: list[Lease] = []
        self.current: dict[str, Lease] = {}
        self.queue, self.cases = "", [""]
        self.requests: Counter[str] = Counter()  #: decisions that people have to settle, once each

    @initialize(count=st.integers(1, 4))
    def open_queue(self, count: int) -> None:
        self.queue, self.cases = self.desk.new_queue(count)
        self.requests = Counter(row.decision for row in self.desk.look(self.queue).values())
        self.claim_next(TEAM[0])

    # --- whoever asks ---

    @rule()
    def say_the_same(self) -> None:
        """It joins a case that waits for anybody, or gets one of its own."""
        before = self.desk.look(self.queue)
        decision, case, joined = self.desk.come_in(self.queue)
        self.requests[decision] += 1
        if joined:
            assert (before[case].state, before[case].assigned_to) == (CaseState.QUEUED.value, None)
        else:
            self.cases.append(case)

    # --- whoever has no lease ---

    @rule(person=_PEOPLE)
    def claim_next(self, person: Principal) -> None:
        before, skipped = self.desk.look(self.queue), self.desk.skipped(person.name)
        free = [row for row in before.values() if self._may_claim(row, person) and row.id not in skipped]
        given = claim_case.claim_next(self.desk.house, person, self.queue)
        if given is None:
            assert not free
            return
        self._took(person, given)
        row, was = self.desk.look(self.queue)[given["case"]], before[given["case"]]
        if was.assigned_to != person.name:
            assert was.id not in skipped
            waited = [each for each in free if each.state in _WAITING and each.assigned_to is None]
            assert all((row.rank_at, row.id) <= (each.rank_at, each.id) for each in waited)

    @rule(person=_PEOPLE, data=st.data())
    def claim(self, person: Principal, data: st.DataObject) -> None:
        case = self._case(data)
        row = self.desk.look(self.queue)[case]
        mine = row.state == CaseState.CLAIMED.value and row.holder == person.name and self._good(self.current.get(case))
        if mine or self._may_claim(row, person):
            self._took(person, claim_case.claim(self.desk.house, person, case))
        else:
            self._refused(case, lambda: claim_case.claim(self.desk.house, person, case))

    @rule(person=_PEOPLE, data=st.data())
    def undo(self, person: Principal, data: st.DataObject) -> None:
        case = self._case(data)
        row, said = self.desk.look(self.queue)[case], self.desk.opinions(case)
        fresh = row.state == CaseState.DECIDED.value and self.desk.now < row.wake_at
        if fresh and said[-1].reviewer == person.name:
            self._took(person, undo_case.undo(self.desk.house, person, case))
            assert self.desk.opinions(case)[-1].undone_at == self.desk.now
        else:
            self._refused(case, lambda: undo_case.undo(self.desk.house, person, case))

    @rule(person=_PEOPLE, data=st.data())
    def take_off_hold(self, person: Principal, data: st.DataObject) -> None:
        case = self._case(data)
        if self._state(case) in (CaseState.ON_HOLD, CaseState.NEEDS_INFORMATION):
            hold_case.unhold(self.desk.house, person, case)
            assert self.desk.look(self.queue)[case].boosted
        else:
            self._refused(case, lambda: hold_case.unhold(self.desk.house, person, case))

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Whoever asked says what they were asked; nothing when nobody waits for it, and only once."""
        case = self._case(data)
        row = self.desk.look(self.queue)[case]
        if row.state == CaseState.NEEDS_INFORMATION.value:
            self._answer(row.decision)
            after = self.desk.look(self.queue)[case]
            assert CaseState(after.state) in WAITING
            assert after.boosted
        self._refused(case, lambda: self._answer(row.decision))

    # --- whoever has a lease, or had one ---

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        lease = self._lease(data)
        ended = self._with(lease, claim_case.renew)
        if ended is not None:
            until = self.desk.look(self.queue)[lease.case].lease_until
            self.current[lease.case] = Lease(lease.person, lease.case, lease.token, timestamp(until))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        self._with(self._lease(data), claim_case.give_back)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        lease = self._lease(data)
        if self._with(lease, lambda h, p, c, t: claim_case.skip(h, p, c, t, "not mine")) is not None:
            assert lease.case in self.desk.skipped(lease.person.name)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), hours=st.sampled_from((0.1, 30)))
    def hold(self, data: st.DataObject, hours: float) -> None:
        until = self.desk.now + timedelta(hours=hours)
        self._with(self._lease(data), lambda h, p, c, t: hold_case.hold(h, p, c, t, until=until, reason="tomorrow"))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), one=st.booleans())
    def detach(self, data: st.DataObject, one: bool) -> None:
        """One of those that said the same, or all of them, go on in another case; the lease stays."""
        lease = self._lease(data)
        own = self.desk.look(self.queue)[lease.case].decision
        others = {each.id for each in self.desk.settles(self.queue)[lease.case]} - {own}
        named = min(others) if others and one else None

        def act() -> dict[str, Any]:
            return detach_case.detach(self.desk.house, lease.person, lease.case, lease.token, named)

        if not self._good(lease):
            self._lost(lease, act)
        elif not others:
            self._refused(lease.case, act)
        else:
            done, gone = act(), {named} if named else others
            left = {case: {each.id for each in some} for case, some in self.desk.settles(self.queue).items()}
            assert (left[done["case"]], left[lease.case]) == (gone, {own, *others} - gone)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        self._with(self._lease(data), lambda h, p, c, t: question_case.ask(h, p, c, t, "Which card is it?"))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def escalate(self, data: st.DataObject) -> None:
        self._with(self._lease(data), lambda h, p, c, t: hand_over_case.escalate(h, p, c, t, "what is this"))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), to=_PEOPLE)
    def hand_over(self, data: st.DataObject, to: Principal) -> None:
        lease = self._lease(data)
        if self._said_already(lease.case, to):
            return
        self._with(lease, lambda h, p, c, t: hand_over_case.assign(h, p, c, to=to.name, token=t))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), label=st.sampled_from(("card", "fees")))
    def decide(self, data: st.DataObject, label: str) -> None:
        decided = resolve_case.Resolution((label,), "because", note="They say so.")
        self._with(self._lease(data), lambda h, p, c, t: resolve_case.resolve(h, p, c, t, decided))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), person=_PEOPLE)
    def decide_with_anothers_token(self, data: st.DataObject, person: Principal) -> None:
        lease = self._lease(data)
        if person != lease.person:
            self._lost(lease, lambda: self._decide(person, lease))

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def open_a_second_tab(self, data: st.DataObject) -> None:
        """Whoever claims again what they have holds it by the newer token alone."""
        lease = data.draw(st.sampled_from(self._running()), label="lease")
        self._took(lease.person, claim_case.claim(self.desk.house, lease.person, lease.case))
        self._lost(lease, lambda: self._decide(lease.person, lease))

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def let_a_lease_run_out(self, data: st.DataObject) -> None:
        """At its very end, before anybody else has come."""
        lease = data.draw(st.sampled_from(self._running()), label="lease")
        self.desk.now = self.desk.look(self.queue)[lease.case].lease_until
        self._lost(lease, lambda: self._decide(lease.person, lease))

    @precondition(lambda self: self._running())
    @rule(data=st.data())
    def crash_while_deciding(self, data: st.DataObject) -> None:
        """When all but the outgoing event is written."""
        lease = data.draw(st.sampled_from(self._running()), label="lease")
        before = self.desk.all_of(lease.case)
        with mock.patch("service.usecases.move_case.events.add", side_effect=Crash), pytest.raises(Crash):
            self._decide(lease.person, lease)
        self.desk.restart()
        assert self.desk.all_of(lease.case) == before

    # --- whoever leads ---

    @rule(data=st.data(), to=_PEOPLE)
    def take_away(self, data: st.DataObject, to: Principal) -> None:
        case = self._case(data)
        may = (self._state(case), CaseAction.ASSIGN) in TRANSITIONS and not self._said_already(case, to)
        if may:
            hand_over_case.assign(self.desk.house, LEAD, case, to=to.name)
            self.current.pop(case, None)
        else:
            self._refused(case, lambda: hand_over_case.assign(self.desk.house, LEAD, case, to=to.name))

    @rule(data=st.data(), sure=st.sampled_from((False, False, False, True)))
    def cancel(self, data: st.DataObject, sure: bool) -> None:
        case = self._case(data)
        if self._state(case).value not in _OPEN:
            self._refused(case, lambda: cancel_case.cancel(self.desk.house, LEAD, case))
        elif sure:
            cancel_case.cancel(self.desk.house, LEAD, case)
            self.current.pop(case, None)

    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        case = self._case(data)
        if self._state(case) is CaseState.DELIVERED:
            self.cases.append(reopen_case.reopen(self.desk.house, LEAD, case, "it was wrong")["case"])
        else:
            self._refused(case, lambda: reopen_case.reopen(self.desk.house, LEAD, case, "it was wrong"))

    # --- time and machines ---

    @rule(seconds=st.sampled_from((1, 5, 25, 300, 905, 90_000)))
    def wait(self, seconds: int) -> None:
        self.desk.now += timedelta(seconds=seconds)

    @rule(second=st.booleans())
    def steward_looks(self, second: bool) -> None:
        self.desk.second = second
        case_chores.wake_due_cases(self.desk.house)
        rows = self.desk.look(self.queue).values()
        assert all(row.wake_at is None or row.wake_at > self.desk.now for row in rows)

    @rule()
    def restart(self) -> None:
        self.desk.restart()

    # --- what always holds ---

    @invariant()
    def nothing_is_lost_or_held_twice(self) -> None:
        self.desk.steps += 1
        rows = self.desk.look(self.queue)
        settles = self.desk.settles(self.queue)
        first = [decision.id for case, row in rows.items() if row.reopens is None for decision in settles[case]]
        assert Counter(first) == self.requests, "each request is settled by one case, and none was lost"
        if self.queue:
            assert set(self.cases) <= set(rows)
            self.cases += sorted(set(rows) - set(self.cases))  # of those that parted ways
        for case, row in rows.items():
            lease = self.current.get(case)
            if self._good(lease):
                assert lease is not None
                assert (row.state, row.holder) == (CaseState.CLAIMED.value, lease.person.name)
                assert row.lease_token == digest_of(lease.token)
            else:
                assert row.lease_until is None or row.lease_until <= self.desk.now
            said = self.desk.opinions(case)
            assert sum(each.delivered_at is not None for each in said) == (row.state in _OUT)
            alive = [each.reviewer for each in said if each.undone_at is None]
            assert len(alive) == len(set(alive))
            if row.reopens is None:
                stands = {**dict.fromkeys(_OUT, "final"), CaseState.CANCELLED.value: "superseded"}
                assert {decision.state for decision in settles[case]} == {stands.get(row.state, "waiting")}

    def teardown(self) -> None:
        """Whatever was done to them: people who come to it afresh get every case decided."""
        if not self.queue:
            return
        self.desk.now += timedelta(days=40)
        self.desk.second = False
        for _ in range(3):  # a first, a second and a third opinion
            case_chores.wake_due_cases(self.desk.house)
            for person in FRESH:
                while (given := claim_case.claim_next(self.desk.house, person, self.queue)) is not None:
                    self._decide(person, Lease(person, given["case"], given["token"], given["until"]))
            self.desk.now += timedelta(minutes=1)
        case_chores.wake_due_cases(self.desk.house)
        for row in self.desk.look(self.queue).values():
            assert row.state in _SETTLED, row
            self._check_timeline(row)

    def _check_timeline(self, row: Row[Any]) -> None:
        """Each step began where the one before it ended, and is one that the table admits."""
        stood = CaseState.QUEUED.value
        for event in self.desk.timeline(row.id):
            assert event.was == stood
            assert event.now in TRANSITIONS[CaseState(event.was), CaseAction(event.action)].to
            stood = event.now
        assert stood == row.state

    # --- how the above ask ---

    def _case(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.cases), label="case")

    def _lease(self, data: st.DataObject) -> Lease:
        """Often one that still runs, else any that was ever given."""
        running = self._running()
        running_one = bool(running) and data.draw(st.booleans(), label="one that runs")
        of = running if running_one else self.leases
        return data.draw(st.sampled_from(of), label="lease")

    def _running(self) -> list[Lease]:
        return [lease for lease in self.current.values() if self._good(lease)]

    def _state(self, case: str) -> CaseState:
        return CaseState(self.desk.look(self.queue)[case].state)

    def _good(self, lease: Lease | None) -> bool:
        """Whether it is the last one given for its case, nothing ended it, and it has not run out."""
        if lease is None:
            return False
        current = self.current.get(lease.case)
        return current is not None and current.token == lease.token and current.runs(self.desk.now)

    def _said_already(self, case: str, person: Principal) -> bool:
        return any(each.reviewer == person.name and each.undone_at is None for each in self.desk.opinions(case))

    def _may_claim(self, row: Row[Any], person: Principal) -> bool:
        """Whether it waits for them, or would if somebody looked: leases, holds and hand-overs end by themselves."""
        over = row.wake_at is not None and row.wake_at <= self.desk.now
        waits = row.state in _WAITING or (over and row.state in ("claimed", "on_hold", "needs_information"))
        theirs = over or row.assigned_to in (None, person.name)
        return waits and theirs and not self._said_already(row.id, person)

    def _took(self, person: Principal, given: dict[str, Any]) -> None:
        """Somebody has a case now: nobody else had it."""
        before = self.current.get(given["case"])
        assert not self._good(before) or (before is not None and before.person == person)
        lease = Lease(person, given["case"], given["token"], given["until"])
        self.leases.append(lease)
        self.current[lease.case] = lease

    def _with(self, lease: Lease, act: Callable[..., Any]) -> object | None:
        """Do it with this lease: done when the lease is good, and nothing at all otherwise. None when it was not."""
        if not self._good(lease):
            self._lost(lease, lambda: act(self.desk.house, lease.person, lease.case, lease.token))
            return None
        act(self.desk.house, lease.person, lease.case, lease.token)
        return self.current.pop(lease.case)

    def _answer(self, decision: str) -> None:
        answer_question.answer(self.desk.house, CALLER, decision, answer_question.Answer("The green one."))

    def _decide(self, person: Principal, lease: Lease) -> None:
        decided = resolve_case.Resolution(("card",), "because", note="They say so.")
        resolve_case.resolve(self.desk.house, person, lease.case, lease.token, decided)

    def _lost(self, lease: Lease, act: Callable[[], object]) -> None:
        before = self.desk.all_of(lease.case)
        with pytest.raises(LeaseLost):
            act()
        assert self.desk.all_of(lease.case) == before

    def _refused(self, case: str, act: Callable[[], object]) -> None:
        before = self.desk.all_of(case)
        with pytest.raises(Conflict) as error:
            act()
        assert error.value.remedy
        assert self.desk.all_of(case) == before
