"""Put right what was decided by something that turned out to be wrong: a rule, a document, or a whole release.

Every decision of the time in question that rests on it is considered as it would be today, the rules' clock being the
request's own. Where it comes out otherwise, the decision made now takes its place; where a person has to look today, or
where it is asked for, the old one goes before people and stands until they have decided. What people decided, or have
in hand, is left to them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import OPEN, CaseKind, CaseState
from service.domain.difference import decided_otherwise, differences, summary
from service.domain.types import DecidedBy, QueuePolicy, Reason, State
from service.errors import Conflict, Erased, FieldProblem, InvalidRequest
from service.store import cases, corrections, decisions, events, ledger, payloads, pointers
from service.store.corrections import Span
from service.store.engine import Connection, Row
from service.usecases.ask import Asked
from service.usecases.decision_record import record_of
from service.usecases.house import House
from service.usecases.open_later import open_later
from service.usecases.past_decision import Past, read_past
from service.usecases.progress import Progress, silent
from service.usecases.today import Today, automatic, by_classifier, made_today, today

_PAGE = 200
_EXAMPLES = 20
_AUTOMATIC = (DecidedBy.RULES.value, DecidedBy.CLASSIFIER.value)
_IN_HAND = tuple(state.value for state in (*OPEN, CaseState.DECIDED))


class How(StrEnum):
    """What becomes of a decision that comes out otherwise."""

    DECIDE = "decide"  #: The decision made now takes its place.
    CASE = "case"  #: A person decides.


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong, where and when. Exactly one of rule, document and release is named."""

    workflow: str
    since: datetime
    until: datetime  #: exclusive
    rule: str = ""  #: its id
    document: str = ""  #: `id` or `collection/id`, with `@version` where only one was wrong
    release: str = ""

    def check(self) -> None:
        """InvalidRequest where not exactly one thing is named, or no time passes."""
        named = [name for name in ("rule", "document", "release") if getattr(self, name)]
        if len(named) != 1:
            problem = FieldProblem("rule", "name either a rule, a document or a release", "leave out the others")
        elif self.since >= self.until:
            problem = FieldProblem("until", "is not after `since`", "name the moment from which it was right again")
        else:
            return
        raise InvalidRequest(f"{problem.field}: {problem.message}", remedy=problem.remedy, problems=(problem,))

    def concerns(self, record: Mapping[str, Any]) -> bool:
        """Whether a decision rests on it, by the body of its record."""
        if self.rule:
            return any(each["rule"] == self.rule and "exemption" not in each for each in record["findings"])
        if self.document:
            return any(_names(self.document, each["document"]) for each in record["evidence"])
        return True  # the release chose them already

    def as_dict(self) -> dict[str, Any]:
        moments = {"since": self.since, "until": self.until}
        return asdict(self) | {name: at.isoformat(timespec="microseconds") for name, at in moments.items()}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Fault:
        moments = {name: datetime.fromisoformat(said[name]) for name in ("since", "until")}
        return cls(**{**said, **moments})


def _names(said: str, cited: str) -> bool:
    """`cited` is `collection/id@version`."""
    whole, _, version = cited.rpartition("@")
    name, _, wanted = said.removeprefix("doc_").partition("@")
    return name in (whole, whole.rpartition("/")[2]) and wanted in ("", version)


@dataclass(slots=True)
class _Found:
    looked: int = 0
    concerned: int = 0  #: rest on what was wrong
    unchanged: int = 0
    superseded: int = 0
    cases: int = 0
    left: Counter[str] = field(default_factory=Counter)  #: why others were left as they are
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)


def correct(
    house: House,
    by: str,
    fault: Fault,
    *,
    note: str,
    how: How = How.DECIDE,
    dry_run: bool,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Correct what rests on `fault`, or with `dry_run` find out what would come of it; `note` is the payload of why.

    InvalidRequest for a fault that names nothing, Conflict while the workflow is halted: everything would come out for
    a person then.
    """
    fault.check()
    here, found = today(house, fault.workflow), _Found()
    if here.stopped:
        raise Conflict(
            f"{fault.workflow} is stopped, so nothing is automatic today",
            remedy="resume it first: POST /v1/resume, or signoff resume",
        )
    run = _Run(house, by, fault, note, how, dry_run, here)
    span = Span(fault.workflow, fault.since, fault.until, fault.release or None)
    with house.store.read() as connection:
        total = corrections.count(connection, span)
    for row in _rows(house, span):
        found.looked += 1
        run.look(row, found)
        progress("looking" if dry_run else "correcting", found.looked, max(total, found.looked))
    return {
        **fault.as_dict(),
        "dry_run": dry_run,
        "how": how.value,
        "today": here.release.id,
        "decisions": found.looked,
        "concerned": found.concerned,
        "unchanged": found.unchanged,
        "superseded": found.superseded,
        "cases": found.cases,
        "left": dict(found.left),
        "outcomes": [
            {"before": was, "after": now, "count": count}
            for (was, now), count in sorted(found.outcomes.items(), key=lambda each: (-each[1], each[0]))
        ],
        "examples": found.examples,
    }


def _rows(house: House, span: Span) -> Iterator[Row[Any]]:
    after = ""
    while True:
        with house.store.read() as connection:
            rows = corrections.page(connection, span, after, _PAGE)
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


@dataclass(frozen=True, slots=True)
class _Run:
    """One correction."""

    house: House
    by: str
    fault: Fault
    note: str
    how: How
    dry_run: bool
    here: Today

    def look(self, row: Row[Any], found: _Found) -> None:
        """At one decision, and put it right."""
        record = json.loads(row.resumed_record or row.record)["body"]
        if not self.fault.concerns(record):
            return
        found.concerned += 1
        why = self._why_left(row)
        past = None if why else self._read(row)
        if past is None:
            found.left[why or "erased"] += 1
            return
        try:
            asked = made_today(self.house, past, self.here)
        except InvalidRequest:
            found.left["does_not_fit"] += 1
            return
        before, after = summary(json.loads(past.answer)), summary(asked.answer(past.id, None))
        if not decided_otherwise(before, after):
            found.unchanged += 1
            return
        superseding = self.how is How.DECIDE and automatic(asked)
        done = self.dry_run or self._put_right(row, asked, superseding=superseding)
        if not done:
            found.left["changed_meanwhile"] += 1
            return
        found.superseded += superseding
        found.cases += not superseding
        found.outcomes[before["outcome"], after["outcome"]] += 1
        if len(found.examples) < _EXAMPLES:
            becomes = "superseded" if superseding else "case"
            found.examples.append({"decision": row.id, "becomes": becomes, "changes": differences(before, after)})

    def _why_left(self, row: Row[Any]) -> str | None:
        if row.state == State.SUPERSEDED.value:
            return "superseded"
        if row.state == State.WAITING.value:
            return "waiting"
        if row.decided_by not in _AUTOMATIC:
            return "decided_by_people"
        with self.house.store.read() as connection:
            return "with_people" if _in_hand(connection, row) else None

    def _read(self, row: Row[Any]) -> Past | None:
        """With the answer that stands: what resume made of it, where it did."""
        with self.house.store.read() as connection:
            past = read_past(connection, row)
            if past is None or row.resumed_answer is None:
                return past
            answer = payloads.get(connection, row.resumed_answer)
        return replace(past, answer=answer)

    def _put_right(self, row: Row[Any], asked: Asked, *, superseding: bool) -> bool:
        """Whether it was as it was read."""
        queue, release = self.here.release.workflow.queue, self.here.release.id

        def work(connection: Connection) -> bool:
            current = decisions.get(connection, row.id)
            same = current is not None and (current.state, current.decided_by) == (row.state, row.decided_by)
            if current is None or not same or _in_hand(connection, current):
                return False
            if superseding:
                if by_classifier(asked) and pointers.stopped(connection, row.workflow):
                    return False
                self._supersede(connection, current, asked)
            else:
                self._before_people(connection, current, asked, queue, release)
            return True

        try:
            done = self.house.store.commit(work)
        except Erased:  # since it was read
            return False
        self.house.changed.tell(row.id)
        return done

    def _supersede(self, connection: Connection, old: Row[Any], asked: Asked) -> None:
        house, now, new_id = self.house, asked.at, self.house.new_id("dec")
        made = asked.considered.automatic
        assert made.decided_by is not None, "what is automatic is decided by somebody"
        answer, answer_id = to_bytes(asked.answer(new_id, None)), house.new_id("pay")
        payloads.add_beside(connection, old.id, now, (answer_id, "answer", answer))
        decisions.add(
            connection,
            {
                "id": new_id,
                "workflow": old.workflow,
                "release": asked.release.id,
                "principal": old.principal,
                "groups": old.groups,
                "document_sequence": asked.pointer.document_sequence,
                "created_at": now,
                "request": old.request,
                "answer": answer_id,
                "state": made.state.value,
                "outcome": made.outcome.value,
                "decided_by": made.decided_by.value,
                "label": made.label,
                "labels": list(made.labels),
                "final_at": now,
            },
        )
        corrections.supersede(
            connection, {"decision": old.id, "superseded_by": new_id, "by": self.by, "at": now, "note": self.note}
        )
        body = record_of(asked, old.principal, frozenset(old.groups), None)
        body |= {"decision": new_id, "supersedes": old.id, "by": self.by, "labels": list(made.labels)}
        body |= {"request_digest": keyed_digest(house.secret, payloads.get(connection, old.request))}
        body |= {"answer_digest": keyed_digest(house.secret, answer)}
        ledger.append(connection, "decision.corrected", new_id, now, body)
        stood = {"outcome": old.outcome, "decided_by": old.decided_by, "labels": list(old.labels), "case": old.case}
        body = {"decision": old.id, "state": State.SUPERSEDED.value, **stood, **self._told, "superseded_by": new_id}
        ledger.append(connection, "decision.superseded", old.id, now, body)
        told = {"decision": old.id, "workflow": old.workflow, "outcome": made.outcome.value}
        told |= {"state": State.SUPERSEDED.value, "superseded_by": new_id}
        events.add(connection, house.new_id("evt"), "decision.corrected", old.id, told, now)

    def _before_people(
        self, connection: Connection, old: Row[Any], asked: Asked, queue: QueuePolicy, release: str
    ) -> None:
        reasons = [Reason.CORRECTION.value, *(reason.value for reason in asked.considered.automatic.reasons)]
        open_later(
            connection,
            self.house,
            old,
            CaseKind.AFTER_THE_FACT,
            list(dict.fromkeys(reasons)),
            queue,
            by=self.by,
            now=self.house.clock(),
            record="decision.doubted",
            told={**self._told, "today": release},
        )

    @property
    def _told(self) -> dict[str, Any]:
        named = {name: getattr(self.fault, name) for name in ("rule", "document", "release")}
        return {"by": self.by, "note": self.note, **{name: value for name, value in named.items() if value}}


def _in_hand(connection: Connection, row: Row[Any]) -> bool:
    """Whether a person is to decide, or has and can undo it."""
    case = cases.get(connection, row.case) if row.case is not None else None
    return case is not None and case.state in _IN_HAND
