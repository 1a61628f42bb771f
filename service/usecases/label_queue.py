"""The labelling queue: requests brought before people one by one, under a lease, to say what each of them is.

Labelling is blind: no suggestion is shown, so that what people say is what they think.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rules.evaluate import evaluate
from rules.normalize import normalize
from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.types import Workflow
from service.errors import Conflict, FieldProblem, Forbidden, InvalidRequest, LeaseLost, NotFound, did_you_mean
from service.store import examples, labelling, ledger, payloads
from service.store.engine import Connection, Row
from service.usecases.collect import Source, request_of, text_of
from service.usecases.examples import CALIBRATION
from service.usecases.house import House
from service.usecases.masked import masked
from service.usecases.read_case import choices
from service.usecases.sign_in import digest_of
from service.usecases.start_labelling import AT_THE_END, at_hand

_NO_LEASE = {"holder": None, "lease_token": None, "lease_until": None}


def claim_next(house: House, principal: Principal, workflow: str) -> dict[str, Any] | None:
    """Lease the next request to say what it is; None when nothing waits. What one holds already is given again.

    NotFound when there is no such workflow, Forbidden for whoever does not work in its queue.
    """
    policy, _ = at_hand(house, workflow)
    _refuse_elsewhere(principal, policy)
    token, now = secrets.token_urlsafe(24), house.clock()
    until = now + timedelta(minutes=policy.queue.lease_minutes)

    def work(connection: Connection) -> tuple[Row[Any], bytes] | None:
        row = labelling.held_by(connection, workflow, principal.name)
        while row := row or labelling.next_queued(connection, workflow, now):
            data = payloads.get(connection, row.payload)
            if text_of(data) is not None:
                _take(connection, row, principal, token, until)
                return row, data
            _end(connection, row, labelling.SKIPPED, now)  # its words were erased: nobody can label it
            row = None
        return None

    found = house.store.commit(work)
    return _claimed(house, *found, token, until) if found is not None else None


def held_now(house: House, principal: Principal, workflow: str, token: str) -> dict[str, Any] | None:
    """What one holds under this token, as `claim_next` gave it; None when the lease is over or another's."""
    with house.store.read() as connection:
        row = labelling.held_by(connection, workflow, principal.name, lock=False)
        if row is None or row.lease_token != digest_of(token) or row.lease_until <= house.clock():
            return None
        data = payloads.get(connection, row.payload)
    return _claimed(house, row, data, token, row.lease_until) if text_of(data) is not None else None


def take_back(house: House, principal: Principal, item_id: str) -> dict[str, Any]:
    """Lease again what one has labelled or skipped oneself, or what nobody holds; what was said of it is taken back.

    NotFound, Conflict when somebody else said it, LeaseLost when somebody else holds it.
    """
    policy, _ = at_hand(house, _item(house, item_id).workflow)
    _refuse_elsewhere(principal, policy)
    token, now = secrets.token_urlsafe(24), house.clock()
    until = now + timedelta(minutes=policy.queue.lease_minutes)

    def work(connection: Connection) -> tuple[Row[Any], bytes]:
        row = _locked(connection, item_id)
        data = payloads.get(connection, row.payload)
        if text_of(data) is None:
            raise Conflict(f"the words of {item_id} are erased", remedy="claim the next one")
        if row.state == labelling.LABELLED:
            _withdraw(connection, principal, row, now)
        elif row.state == labelling.CLAIMED and row.holder != principal.name and row.lease_until > now:
            raise _lost(row, now)
        _take(connection, row, principal, token, until)
        return row, data

    return _claimed(house, *house.store.commit(work), token, until)


def give(house: House, principal: Principal, item_id: str, token: str, labels: Sequence[str]) -> dict[str, Any]:
    """Say what the request is; no label: none of these. What was said, as an example.

    InvalidRequest for labels that this workflow has not, LeaseLost when one does not hold it any more.
    """
    policy, _ = at_hand(house, _item(house, item_id).workflow)
    given = check_labels(policy, labels)
    example_id, now = house.new_id("exa"), house.clock()

    def work(connection: Connection) -> dict[str, Any]:
        row = _held(connection, principal, item_id, token, now)
        request = request_of(payloads.get(connection, row.payload))
        measures = row.part == CALIBRATION
        said = {
            "id": example_id,
            "workflow": row.workflow,
            "payload": row.payload,
            "words": row.words,
            "labels": given,
            "part": row.part,
            "source": Source.LABELLING.value,
            "by": principal.name,
            "probability": float(request.get("drawn", 1.0)) if measures else 1.0,
            "created_at": now,
        }
        examples.add(connection, said)
        _end(connection, row, labelling.LABELLED, now)
        body = {"workflow": row.workflow, "item": row.id, "labels": given, "part": row.part, "by": principal.name}
        ledger.append(connection, "example.labelled", example_id, now, body)
        return {"item": row.id, "workflow": row.workflow, "example": example_id, "labels": given}

    return house.store.commit(work)


def skip(house: House, principal: Principal, item_id: str, token: str) -> None:
    """Pass the request by. One that was drawn at random comes back at the very end, because leaving out what is hard
    would make the rest look better than it is; any other is not asked again."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = _held(connection, principal, item_id, token, now)
        if row.part != CALIBRATION:
            _end(connection, row, labelling.SKIPPED, now)
            return
        place = max(AT_THE_END, labelling.last_place(connection, row.workflow) + 1)
        _write(connection, row, {**_NO_LEASE, "state": labelling.QUEUED, "place": place})

    house.store.commit(work)


def give_back(house: House, principal: Principal, item_id: str, token: str) -> None:
    """Return the request to its place, unlabelled."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = _held(connection, principal, item_id, token, now)
        _write(connection, row, {**_NO_LEASE, "state": labelling.QUEUED})

    house.store.commit(work)


def check(house: House, item_id: str, labels: Sequence[str]) -> None:
    """Whether the item's workflow has these labels, before anything else is done; raises as `give`."""
    check_labels(at_hand(house, _item(house, item_id).workflow)[0], labels)


def check_labels(workflow: Workflow, labels: Sequence[str]) -> list[str]:
    """The labels, each once; InvalidRequest when the workflow has them not, or one request has only one of them."""
    given = list(dict.fromkeys(labels))
    known = [label.id for label in workflow.labels]
    problems = [
        FieldProblem("labels", f"no label {label!r} in workflow {workflow.name}", did_you_mean(label, known, "labels"))
        for label in given
        if workflow.label(label) is None
    ]
    if len(given) > 1 and not workflow.several:
        hint = "name the one that fits best; `labels_per_request: several` in workflow.yaml admits more"
        problems.append(FieldProblem("labels", f"a request of {workflow.name} has one label", hint))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    return given


def _refuse_elsewhere(principal: Principal, policy: Workflow) -> None:
    """Requests to label are read by whoever may read the cases of the same workflow."""
    if not principal.may_in(policy.queue.name, Scope.REVIEW):
        raise Forbidden(
            f"you do not work in the queue {policy.queue.name!r}",
            remedy="label what belongs to your own queues, or ask operations for this one",
            extra={"scopes": [Scope.REVIEW.value]},
        )


def _claimed(house: House, row: Row[Any], data: bytes, token: str, until: datetime) -> dict[str, Any]:
    request = request_of(data)
    policy, ruleset = at_hand(house, row.workflow)
    attributes: Mapping[str, Any] = request.get("attributes") or {}
    text = str(request["text"])
    ruling = evaluate(ruleset, normalize(text), ruleset.schema.coerce(attributes), house.clock())
    return {
        "item": row.id,
        "workflow": row.workflow,
        "text": masked(text, ruling.obligations.redact),
        "attributes": dict(attributes),
        "choices": choices(policy),
        "several": policy.several,
        "token": token,
        "until": timestamp(until),
    }


def _withdraw(connection: Connection, principal: Principal, row: Row[Any], now: datetime) -> None:
    """Take back what was said of an item, if it was said by this person."""
    said = examples.last_of(connection, row.workflow, row.payload)
    if said is None or said.by != principal.name or said.source != Source.LABELLING.value:
        who = said.by if said is not None else "somebody else"
        raise Conflict(f"what {row.id} is was said by {who}", remedy="put it right: signoff label correct")
    examples.remove(connection, said.id)
    body = {"workflow": row.workflow, "item": row.id, "by": principal.name}
    ledger.append(connection, "example.withdrawn", said.id, now, body)


def _item(house: House, item_id: str) -> Row[Any]:
    with house.store.read() as connection:
        row = labelling.get(connection, item_id)
    if row is None:
        raise _no_item(item_id)
    return row


def _locked(connection: Connection, item_id: str) -> Row[Any]:
    row = labelling.lock(connection, item_id)
    if row is None:
        raise _no_item(item_id)
    return row


def _held(connection: Connection, principal: Principal, item_id: str, token: str, now: datetime) -> Row[Any]:
    """The item, when `principal` holds its lease with this token; LeaseLost if not."""
    row = _locked(connection, item_id)
    mine = row.state == labelling.CLAIMED and row.holder == principal.name and row.lease_token == digest_of(token)
    if not mine or row.lease_until <= now:
        raise _lost(row, now)
    return row


def _no_item(item_id: str) -> NotFound:
    return NotFound(f"there is no item {item_id} to label", remedy="claim the next one, and give the id it shows")


def _lost(row: Row[Any], now: datetime) -> LeaseLost:
    if row.state == labelling.CLAIMED and row.lease_until > now:
        detail = f"{row.holder} holds {row.id} until {timestamp(row.lease_until)}"
    elif row.state in (labelling.CLAIMED, labelling.QUEUED):
        detail = f"the lease of {row.id} has run out or was given back"
    else:
        detail = f"{row.id} is {row.state} already"
    return LeaseLost(detail, remedy="claim the next one", extra={"state": row.state})


def _take(connection: Connection, row: Row[Any], principal: Principal, token: str, until: datetime) -> None:
    lease = {"holder": principal.name, "lease_token": digest_of(token), "lease_until": until}
    _write(connection, row, {**lease, "state": labelling.CLAIMED, "ended_at": None})


def _end(connection: Connection, row: Row[Any], state: str, now: datetime) -> None:
    _write(connection, row, {**_NO_LEASE, "state": state, "ended_at": now})


def _write(connection: Connection, row: Row[Any], values: Mapping[str, Any]) -> None:
    if not labelling.write(connection, row, values):
        raise Conflict(f"{row.id} changed in between", remedy="claim the next one")
