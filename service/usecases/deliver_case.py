"""Let a decision go out once nobody can take it back, or ask another person first.

One opinion is the decision, unless the queue's policy draws the case for a second one. Two that agree are; two that do
not wait for a third person, whose word it is then. Only what goes out settles the decision, tells the caller, counts
for rules and teaches the classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rules.model import Effect
from service.domain.case import CaseAction, CaseKind, CaseState
from service.domain.chosen import combined
from service.domain.types import DecidedBy, Outcome, State
from service.store import attached, cases, decisions, events, examples, ledger, reviews, rule_hours
from service.store.engine import Connection, Row
from service.usecases.case_grounds import Grounds, grounds
from service.usecases.collect import teach
from service.usecases.house import House
from service.usecases.judge_known_answer import judge
from service.usecases.move_case import SERVICE, is_copy, locked, move

_SPOKEN_OF = frozenset({Effect.BLOCK, Effect.REVIEW, Effect.RECHECK})  # by what a person decides


def deliver_due(house: House, case_id: str) -> bool:
    """Let the case's decision go on if its time has come; whether it did. For whoever comes before the steward."""
    found, now = grounds(house, case_id), house.clock()

    def work(connection: Connection) -> Row[Any] | None:
        row = locked(connection, case_id)
        due = row.state == CaseState.DECIDED.value and row.wake_at is not None and row.wake_at <= now
        return settle(connection, house, found, row, now) if due else None

    row = house.store.commit(work)
    if row is not None:
        tell_waiting(house, row)
    return row is not None


def tell_waiting(house: House, row: Row[Any]) -> None:
    """Whoever waits in this process for a decision of the case looks at once."""
    with house.store.read() as connection:
        others = [each.id for each in attached.of_case(connection, row.id)]
    for decision in (row.decision, *others):
        house.changed.tell(decision)


def settle(connection: Connection, house: House, found: Grounds, row: Row[Any], now: datetime) -> Row[Any]:
    """The decided case after its decision went out, or waiting for another person."""
    said = [each for each in reviews.of_case(connection, row.id) if each.undone_at is None]
    if is_copy(row):
        return judge(connection, house, row, said[-1], now)
    to = _wants(house, found, said)
    if to is not None:
        people = [*(each.reviewer for each in said), found.decision.principal]
        cases.pass_over(connection, row.id, people, "reviewed", now)
        values = {"stage": to.value, "assigned_to": None}
        return move(connection, house, row, CaseAction.PASS_ON, by=SERVICE, now=now, to=to, values=values)
    return _deliver(connection, house, found, row, said[-1], now)


def _wants(house: House, found: Grounds, said: Sequence[Row[Any]]) -> CaseState | None:
    """Where another person is to say what they think; None: the last opinion is the decision."""
    match len(said):
        case 1:
            drawn = house.draw() < found.queue.second_review
            return CaseState.SECOND_REVIEW if drawn else None
        case 2:
            return None if _agree(*said) else CaseState.ADJUDICATION
    return None


def _agree(one: Row[Any], other: Row[Any]) -> bool:
    return one.outcome == other.outcome and set(one.labels) == set(other.labels)


def _deliver(
    connection: Connection, house: House, found: Grounds, row: Row[Any], review: Row[Any], now: datetime
) -> Row[Any]:
    before = decisions.get(connection, row.decision)
    assert before is not None, "the foreign key keeps the decision"
    outcome = Outcome(review.outcome)
    reviews.deliver(connection, review.id, now)
    _stand(connection, before, review, now)
    if row.kind != CaseKind.APPEAL.value:
        _judge_rules(connection, found, outcome, now)
    _teach(connection, house, found, review, now)
    values = {"delivered_at": now}
    after = move(connection, house, row, CaseAction.DELIVER, by=SERVICE, now=now, values=values)
    _tell(connection, house, before, after, review, now)
    for other in attached.of_case(connection, row.id):
        _decide_with(connection, house, other, after, review, now)
    return after


def _stand(connection: Connection, decision: Row[Any], review: Row[Any], now: datetime) -> None:
    said = {"outcome": review.outcome, "labels": review.labels, "decided_by": DecidedBy.REVIEWER.value}
    decisions.settle(connection, decision.id, **said, now=now)


def _tell(
    connection: Connection, house: House, before: Row[Any], case: Row[Any], review: Row[Any], now: datetime
) -> None:
    """Whoever asked hears how it ended, or that it ended otherwise; `before` is the decision as it stood."""
    told = {"decision": before.id, "case": case.id, "workflow": case.workflow, "outcome": review.outcome}
    waited = before.state == State.WAITING.value
    if waited or (before.outcome, list(before.labels)) != (review.outcome, list(review.labels)):
        kind = "decision.final" if waited else "decision.corrected"
        if not waited:
            _record_overturned(connection, before, case, review, now)
        events.add(connection, house.new_id("evt"), kind, before.id, told, now)


def _record_overturned(
    connection: Connection, before: Row[Any], case: Row[Any], review: Row[Any], now: datetime
) -> None:
    """What went out was another answer: both are told, so that nobody has to look for the first one."""
    body = {
        "decision": before.id,
        "case": case.id,
        "review": review.id,
        "reviewer": review.reviewer,
        "was": {"outcome": before.outcome, "decided_by": before.decided_by, "labels": list(before.labels)},
        "state": State.FINAL.value,
        "outcome": review.outcome,
        "decided_by": DecidedBy.REVIEWER.value,
        "labels": list(review.labels),
    }
    ledger.append(connection, "decision.overturned", before.id, now, body)


def _decide_with(
    connection: Connection, house: House, before: Row[Any], case: Row[Any], review: Row[Any], now: datetime
) -> None:
    """A decision attached to the case ends as that does, with a record of its own that names who decided.

    It is no example, nor counted for a rule: somebody looked once, and copies of one look would be taken for many.
    """
    _stand(connection, before, review, now)
    body = {
        "decision": before.id,
        "case": case.id,
        "with": case.decision,
        "review": review.id,
        "reviewer": review.reviewer,
        "labels": list(review.labels),
        "outcome": review.outcome,
        "reason_code": review.reason_code,
    }
    ledger.append(connection, "decision.decided_with", before.id, now, body)
    _tell(connection, house, before, case, review, now)


def _judge_rules(connection: Connection, found: Grounds, outcome: Outcome, now: datetime) -> None:
    """Count for each rule that blocked or asked for a person whether that person blocked what it matched."""
    findings = (found.made.get("rules") or {}).get("findings", ())
    rules = {finding["rule"] for finding in findings if finding["effect"] in _SPOKEN_OF}
    what = "upheld" if outcome is Outcome.BLOCK else "overturned"
    place = {"workflow": found.workflow.name, "release": found.decision.release, "hour": rule_hours.hour_of(now)}
    rule_hours.add_rules(connection, [{**place, "rule": rule, what: 1} for rule in rules])


def _teach(connection: Connection, house: House, found: Grounds, review: Row[Any], now: datetime) -> None:
    """The decision becomes an example; a correction of one that became one already puts that right."""
    known = examples.taught_by(connection, review.decision)
    example = examples.get(connection, known) if known is not None else None
    if example is None:
        own = combined(label.outcome for name in review.labels if (label := found.workflow.label(name)))
        outcome = Outcome(review.outcome)
        teach(
            connection,
            house,
            decision=review.decision,
            request_payload=found.decision.request,
            labels=review.labels,
            by=review.reviewer,
            drawn=found.decision.probability,
            suggested=review.suggested,
            now=now,
            outcome=None if outcome is own else outcome,
        )
    elif list(example.labels) != list(review.labels):
        examples.relabel(connection, example.id, review.labels, review.reviewer)
        body = {
            "workflow": example.workflow,
            "was": list(example.labels),
            "labels": list(review.labels),
            "by": review.reviewer,
        }
        ledger.append(connection, "example.corrected", example.id, now, body)
