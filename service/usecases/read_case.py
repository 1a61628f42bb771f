"""Read cases: the queue at a glance, and one case with everything a person needs to decide it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.domain.access import Principal, Scope, same_person
from service.domain.answer import timestamp
from service.domain.case import (
    WAITING,
    CaseAction,
    CaseState,
    Who,
    allowed,
    can_undo,
    hold_over,
    lease_expired,
    overdue,
)
from service.domain.types import Reason, Workflow
from service.errors import Forbidden
from service.store import attached, case_events, cases, decisions, payloads, reviews
from service.store.engine import Connection, Row
from service.usecases import read_questions
from service.usecases.attached_requests import attached_requests
from service.usecases.case_aids import aids
from service.usecases.case_grounds import Grounds, grounds, is_blind, suggestions, unled
from service.usecases.expectation import expected
from service.usecases.house import House
from service.usecases.known_answer_sight import answer_of, kind_of
from service.usecases.move_case import is_copy, no_case
from service.usecases.queue_policy import policies, sees, visible, works
from service.usecases.read_decision import current, opinion
from service.usecases.shown_text import shown_text
from service.usecases.standing_answer import standing_answer

EXCERPT = 160  # characters of the text shown in a list

# What was made of a request, and what stands for it where it is not shown.
_NOTHING: Mapping[str, Any] = {"labels": [], "rules": None, "documents": [], "draft": None}


def view(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """One case: the text, why it is here, what was found, what may be chosen, who holds it, what happened to it.

    Of a blind check that is not out: the text, what is known of the request, and what may be chosen. Not what rules,
    search and classifier made of it, nor what the caller was told, nor anything that follows from these. Where the
    queue's policy has people decide first, the same but for the documents, until this person has said what they think.
    """
    now = house.clock()
    found = grounds(house, case_id)
    row, decision, made, workflow = found.case, found.decision, found.made, found.workflow
    if not sees(principal, row.queue):
        raise no_case(case_id)
    with house.store.read() as connection:
        request = json.loads(payloads.get(connection, decision.request))
        stands = current(connection, decision, explain=True)
        said = reviews.of_case(connection, row.id)
        led = not unled(connection, found, principal.name)
        heard = _heard(connection, row, said, principal)
        unspoken = expected(connection, found, principal.name)
        asked = read_questions.of_case(connection, row.id, made, led=led)
        happened = _events(connection, row.id, asked)
        kind = kind_of(connection, principal, row, made)
        known = answer_of(connection, principal, row, told=found.queue.known_answers_told)
        skipped = [each.person for each in cases.passed_over(connection, row.id) if each.why == "skipped"]
        text = shown_text(request, made)
        others = attached_requests(connection, row.id, text)
    suggested = suggestions(workflow, made) if led else []
    shown = {name: made.get(name, nothing) for name, nothing in _NOTHING.items()} if led else dict(_NOTHING)
    if not led and not found.blind:
        shown["documents"] = made.get("documents", [])
    return {
        **summary(row, kind, found.blind, now, led=led),
        "text": text,
        "attached": len(others),
        "attached_requests": others,
        "attributes": request.get("attributes", {}),
        "subject": request.get("subject"),
        "several": workflow.several,
        "suggestion": suggested[0] if suggested else None,
        "suggestions": suggested,
        **shown,
        "choices": choices(workflow),
        "review": stands.get("review") if led else None,
        "opinions": heard,
        "outcome": stands["outcome"] if led else None,
        "hold": _hold(row, happened, now),
        "questions": asked,
        "without_note": unspoken.as_dict() if unspoken else None,
        "events": happened,
        "comments": [
            {"by": each["by"], "at": each["at"], "text": each["note"]}
            for each in happened
            if each["action"] == CaseAction.COMMENT.value
        ],
        "skipped_by": skipped,
        "undo_until": timestamp(row.wake_at) if can_undo(CaseState(row.state), row.wake_at, now) else None,
        "known_answer": known,
        "allowed": [
            action.value for action in actions(found, principal, said, now) if others or action is not CaseAction.DETACH
        ],
        **aids(house, found, request, [each["label"] for each in suggested], led=led),
    }


def actions(found: Grounds, principal: Principal, said: Sequence[Row[Any]], now: datetime) -> tuple[CaseAction, ...]:
    """What somebody may do to a case now, as table, rights and the queue's policy have it; `said` is what people
    decided of it so far."""
    row, state = found.case, _state(found.case, now)
    who = set()
    if works(principal, row.queue, CaseAction.CLAIM):
        who.add(Who.REVIEWER)
    if principal.may_in(row.queue, Scope.LEAD):
        who.add(Who.LEAD)
    if state is CaseState.CLAIMED and row.holder == principal.name:
        who.add(Who.HOLDER)
    if can_undo(state, row.wake_at, now) and said and said[-1].reviewer == principal.name:
        who.add(Who.DECIDER)
    if found.decision.principal == principal.name:
        who.add(Who.CALLER)
    hidden = {CaseAction(name) for name in found.queue.hidden_actions}
    hidden |= {action for action in CaseAction if not _granted(principal, row.queue, action, who)}
    standing = [each.reviewer for each in said if each.undone_at is None]
    others = [*standing, found.decision.principal] if standing else []
    handed = row.assigned_to is not None and not same_person(row.assigned_to, principal.name)
    if is_copy(row):
        hidden.add(CaseAction.REOPEN)
    if state in WAITING and (handed or any(same_person(each, principal.name) for each in others)):
        hidden.add(CaseAction.CLAIM)
    return allowed(state, who, hidden)


def _granted(principal: Principal, queue: str, action: CaseAction, who: set[Who]) -> bool:
    """Whoever asked for the decision needs no right in the queue for what is theirs to do."""
    return works(principal, queue, action) or (Who.CALLER in who and action in (CaseAction.CANCEL, CaseAction.ANSWER))


def events(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """What happened to a case, oldest first; NotFound."""
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        if row is None or not sees(principal, row.queue):
            raise no_case(case_id)
        decision = decisions.get(connection, row.decision)
        assert decision is not None, "the foreign key keeps the decision"
        made = json.loads(payloads.get(connection, decision.answer))
        return {"items": _events(connection, case_id, read_questions.of_case(connection, case_id, made))}


def page(
    house: House,
    principal: Principal,
    *,
    queue: str | None = None,
    state: str | None = None,
    reason: str | None = None,
    workflow: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Open cases best first, others newest first; `next` is the cursor of the following page. Of queues that the
    principal sees; Forbidden for one that they do not."""
    now, mine = house.clock(), visible(principal)
    if queue is not None and mine is not None and queue not in mine:
        raise Forbidden(f"{principal.name!r} does not see queue {queue}", remedy="ask operations for a right in it")
    among = mine if queue is None else frozenset({queue})
    there = principal.workflows if workflow is None else frozenset({workflow})
    with house.store.read() as connection:
        rows = cases.page(
            connection, queues=among, state=state, reason=reason, after=after, limit=limit + 1, workflows=there
        )
        together = attached.counts(connection, [row.id for row in rows])
        items = []
        for row in rows[:limit]:
            decision = decisions.get(connection, row.decision)
            assert decision is not None, "the foreign key keeps the decision"
            request = json.loads(payloads.get(connection, decision.request))
            made = standing_answer(connection, decision)
            kind = kind_of(connection, principal, row, made)
            told = summary(row, kind, is_blind(row, decision), now)
            items.append({**told, "attached": together.get(row.id, 0), "excerpt": shown_text(request, made)[:EXCERPT]})
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


def queues(house: House, principal: Principal) -> list[dict[str, Any]]:
    """Every queue with open cases, and with zeros those that the policies in force name; by name. Of those that the
    principal sees."""
    now, mine = house.clock(), visible(principal)
    names = {policy.queue.name for policy in policies(house)}
    with house.store.read() as connection:
        rows, leased = cases.queues(connection, now), cases.leased(connection, now)
    found: dict[str, dict[str, Any]] = {name: _empty(name) for name in names}
    oldest: dict[str, datetime] = {}
    for row in rows:
        one = found.setdefault(row.queue, _empty(row.queue))
        one["open"] += int(row.cases)
        one["overdue"] += int(row.late) if row.state != CaseState.NEEDS_INFORMATION.value else 0
        one["claimed"] = leased.get(row.queue, 0)
        one["asked"] += int(row.cases) if row.state == CaseState.NEEDS_INFORMATION.value else 0
        oldest[row.queue] = min(row.oldest_at, oldest.get(row.queue, row.oldest_at))
        one["oldest_at"] = timestamp(oldest[row.queue])
    return [found[name] for name in sorted(found) if mine is None or name in mine]


def _empty(queue: str) -> dict[str, Any]:
    return {"queue": queue, "open": 0, "claimed": 0, "overdue": 0, "asked": 0, "oldest_at": None}


def choices(workflow: Workflow) -> list[dict[str, Any]]:
    """The labels a person may choose from, with their definitions."""
    return [
        {
            "id": label.id,
            "title": label.title,
            "definition": label.definition,
            "includes": list(label.includes),
            "excludes": list(label.excludes),
            "outcome": label.outcome.value,
            "documents": list(label.documents),
        }
        for label in workflow.labels
    ]


def _state(row: Row[Any], now: datetime) -> CaseState:
    """Where the case stands for everybody: what time has ended is over, also before anybody wrote that down."""
    state = CaseState(row.state)
    over = lease_expired(state, row.lease_until, now) or hold_over(state, row.wake_at, now)
    return CaseState(row.stage) if over else state


def summary(row: Row[Any], kind: str, unseen: bool, now: datetime, *, led: bool = True) -> dict[str, Any]:
    """What a list says of a case; of one that is to be seen `unseen` or not `led`, nothing of what was made of it."""
    state = _state(row, now)
    return {
        "id": row.id,
        "decision": row.decision,
        "workflow": row.workflow,
        "queue": row.queue,
        "kind": None if unseen else kind,
        "blind": unseen,
        "state": state.value,
        "stage": state.value if state in WAITING else row.stage,
        "priority": row.priority,
        "reasons": [Reason.RANDOM_CHECK.value] if unseen else row.reasons if led else [],
        "created_at": timestamp(row.created_at),
        "due_at": timestamp(row.due_at),
        "overdue": overdue(CaseState(row.state), row.due_at, now),  # while it waited for its requester it was not
        "boosted": row.boosted,
        "lease": {"holder": row.holder, "until": timestamp(row.lease_until)} if state is CaseState.CLAIMED else None,
        "assigned_to": row.assigned_to,
        "claimed_at": _time(row.claimed_at),
        "decided_at": _time(row.decided_at),
        "delivered_at": _time(row.delivered_at),
        "reopens": row.reopens,
        "version": row.version,
    }


def _hold(row: Row[Any], happened: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any] | None:
    """Until when the case is put aside, by whom and why."""
    if _state(row, now) is not CaseState.ON_HOLD:
        return None
    last = next((each for each in reversed(happened) if each["action"] == CaseAction.HOLD.value), None)
    return {
        "until": _time(row.wake_at),
        "by": last["by"] if last else None,
        "reason": last["note"] if last else None,
    }


def _events(connection: Connection, case_id: str, asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`asked` are the case's questions: what was written with them lies there."""
    words = read_questions.words_of(asked)
    return [
        {
            "sequence": each.sequence,
            "action": each.action,
            "by": each.by,
            "at": timestamp(each.at),
            "was": each.was,
            "now": each.now,
            "told": dict(each.told),
            "note": words.get((each.action, each.told.get("question", ""))) or _written(each.written),
        }
        for each in case_events.of(connection, case_id)
    ]


def _written(data: bytes | None) -> str | None:
    return json.loads(data).get("text") if data else None


def _heard(
    connection: Connection, row: Row[Any], said: Sequence[Row[Any]], principal: Principal
) -> list[dict[str, Any]]:
    """What people said of the case, as far as this person may hear it: their own words; all of them where two
    disagree and a third one has to settle it, and once the decision is out."""
    state, stage = CaseState(row.state), CaseState(row.stage)
    all_of_them = row.delivered_at is not None or CaseState.ADJUDICATION in (state, stage)
    standing = [each for each in said if each.undone_at is None]
    return [opinion(connection, each) for each in standing if all_of_them or each.reviewer == principal.name]


def _time(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
