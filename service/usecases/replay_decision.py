"""Make a past decision again: on its own release, bit for bit, or on a candidate, to see what changes and why.

On its own release everything is as it was: documents as they were at its sequence and in force at its clock, the
caller's groups, the rules that were disabled, whether the certificate counted, whether it was halted or drawn. On a
candidate only the release is another one. Nothing is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import seen_by, to_bytes
from service.domain.difference import decided_otherwise, differences, parts_changed, summary
from service.errors import Conflict, NotFound
from service.store import past as store
from service.store.engine import Connection
from service.usecases.decision_record import record_of
from service.usecases.house import House
from service.usecases.past_decision import Past, again, as_it_was, on_a_candidate, read_past
from service.usecases.read_decision import seen
from service.usecases.shelf import OpenRelease

# Of a record: what says how it came there, beside how it was made.
_UNREPEATED = frozenset({"request_digest", "answer_digest", "decision", "supersedes", "by", "labels"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision made again."""

    past: Past
    release: str
    own: bool  #: on the release that made it
    identical: bool  #: answer and record byte for byte as they were; on a candidate: release and parts set aside
    changed: bool  #: it comes to something else for whoever asked
    answer: Mapping[str, Any]
    before: Mapping[str, Any]  #: summaries, as `domain.difference.summary` makes them
    after: Mapping[str, Any]
    parts: tuple[str, ...]  #: of the release that are other ones

    @property
    def changes(self) -> list[dict[str, Any]]:
        return differences(self.before, self.after)


def replay(house: House, principal: Principal, decision_id: str, release: str | None = None) -> dict[str, Any]:
    """One decision made again; `release` names a candidate, else it is its own.

    NotFound and BlindCheck as for reading it, and NotFound for a release that is not of its workflow. An erased one
    answers with `state` `erased`, and nothing else is known of it.
    """
    with house.store.read() as connection:
        seen(connection, principal, decision_id)
        past = past_of(connection, decision_id)
    if past is None:
        return {"decision": decision_id, "state": "erased", "release": release, "own": release is None,
                "identical": None, "changed": None, "parts": [], "before": None, "after": None,
                "changes": [], "answer": None}  # fmt: skip
    found = replayed(house, past, candidate(house, release, past.ask.workflow) if release else None)
    explained = principal.may(Scope.EXPLAIN)
    return {
        "decision": decision_id,
        "state": "replayed",
        "release": found.release,
        "own": found.own,
        "identical": found.identical,
        "changed": found.changed,
        "parts": list(found.parts),
        "before": dict(found.before),
        "after": dict(found.after),
        "changes": found.changes,
        "answer": seen_by(found.answer, explain=explained),
    }


def past_of(connection: Connection, decision_id: str) -> Past | None:
    """None when it is erased; NotFound when nobody asked for it."""
    row = store.one(connection, decision_id)
    if row is None:
        raise NotFound(f"there is no record of how decision {decision_id} was made")
    return read_past(connection, row)


def candidate(house: House, release: str, workflow: str) -> OpenRelease:
    """The release, opened; Conflict where it is of another workflow."""
    opened = house.shelf.open(release)
    if opened.workflow.name != workflow:
        raise Conflict(
            f"release {release} is of workflow {opened.workflow.name}", remedy=f"name a release of {workflow}"
        )
    return opened


def replayed(house: House, past: Past, other: OpenRelease | None = None) -> Replayed:
    """Make it again on its own release, or on the other one. InvalidRequest where it does not fit that one."""
    own = other is None or other.id == past.row.release
    release = house.shelf.open(past.row.release) if own or other is None else other
    setting = as_it_was(past, release) if own else on_a_candidate(past, release)
    asked = again(house, past, setting, failing=own and past.failed)
    stored = json.loads(past.answer)
    case = past.record["case"]
    answer = asked.answer(past.id, case)
    record = record_of(asked, past.row.principal, past.groups, case)
    before, after = summary(stored), summary(answer)
    if own:
        identical = to_bytes(answer) == past.answer and _same_record(past.record, record)
    else:
        set_aside = {"release": past.row.release}
        identical = to_bytes({**answer, **set_aside}) == past.answer
    return Replayed(
        past,
        release.id,
        own,
        identical,
        decided_otherwise(before, after),
        answer,
        before,
        after,
        tuple(parts_changed(past.record["parts"], record["parts"])),
    )


def _same_record(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return {name: value for name, value in before.items() if name in now or name not in _UNREPEATED} == now
