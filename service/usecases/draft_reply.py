"""Drafts of a reply: what approved passages say of a request, quoted; or what a language model made of these.

What is quoted is composed when it is read, of the passages that were found for the request and that whoever asked may
still be told: a document that was retired since is not quoted any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.reply import Draft, Quotable, compose, named_by, quotable
from service.domain.types import DecidedBy, Workflow
from service.errors import FieldProblem, InvalidRequest, did_you_mean
from service.store import drafts, payloads, pointers
from service.store.engine import Connection, Row
from service.usecases.house import House


@dataclass(frozen=True, slots=True)
class Matter:
    """What a reply is to be about."""

    decision: Row[Any]
    workflow: Workflow  #: the policy of the release that decided
    request: Mapping[str, Any]
    made: Mapping[str, Any]  #: what was answered
    found: tuple[Quotable, ...]  #: everything that was found for the request
    quotable: tuple[Quotable, ...]  #: of it, what may be quoted now

    def composed(self, labels: Sequence[str]) -> Draft | None:
        return compose(self.workflow, labels, self.quotable)

    def given_to(self, labels: Sequence[str]) -> tuple[Quotable, ...]:
        """The passages that a language model is given for these labels: of the documents that they name."""
        known = [label for name in labels if (label := self.workflow.label(name)) is not None]
        return tuple(dict.fromkeys(passage for label in known for passage in named_by(label, self.quotable)))


def matter_of(house: House, connection: Connection, decision: Row[Any]) -> Matter:
    """Read from the decision's payloads; of one whose words were erased nothing is known and nothing quotable."""
    request = json.loads(payloads.get(connection, decision.request))
    made = json.loads(payloads.get(connection, decision.answer))
    workflow = house.shelf.policy(decision.release)
    found = tuple(quotable(part) for part in made.get("documents", ()))
    sequence = pointers.document_sequence(connection)
    groups = frozenset(decision.groups)
    allowed = house.allowed.get(workflow.collections, sequence, groups, house.clock(), {}).documents if found else ()
    return Matter(decision, workflow, request, made, found, tuple(each for each in found if each.key in allowed))


def case_part(
    house: House, connection: Connection, case: Row[Any], decision: Row[Any], labels: Sequence[str]
) -> dict[str, Any]:
    """What a page about a case says of replies with these labels: `draft`, the best there is, and `language_model`,
    how far that is, or None where none is asked."""
    matter = matter_of(house, connection, decision)
    written = _newest(connection, case.id, labels)
    by_model = written_draft(connection, written, matter.quotable) if written is not None else None
    drafted = by_model or matter.composed(labels)
    composed = matter.composed(labels) if by_model is not None else None
    return {
        "draft": drafted.as_dict() if drafted else None,
        "quoted": composed.as_dict() if composed else None,  # what stands beside a language model's draft
        "language_model": _told(
            written,
            may_be_asked=may_be_asked(house, matter, labels),
            loose=_loose(connection, written) if written is not None and by_model is not None else [],
        ),
    }


def offered(
    house: House, connection: Connection, case_id: str, decision: Row[Any], labels: Sequence[str]
) -> tuple[Draft, ...]:
    """Every draft that whoever decided with these labels may have begun with."""
    matter = matter_of(house, connection, decision)
    led = [scored["label"] for scored in matter.made.get("labels", ())]
    wanted = [list(labels), led, *([label] for label in dict.fromkeys((*labels, *led[:1])))]
    before = [compose(matter.workflow, each, matter.found) for each in wanted]
    now = [matter.composed(each) for each in wanted]
    stored = matter.made.get("draft")
    first = Draft(stored["text"], tuple(stored["citations"]), tuple(stored.get("passages", ()))) if stored else None
    rows = (row for row in drafts.of_case(connection, case_id) if row.state == drafts.WRITTEN)
    by_model = [written_draft(connection, row, matter.found) for row in rows]
    return tuple(dict.fromkeys(draft for draft in (first, *before, *now, *by_model) if draft is not None))


def written_draft(connection: Connection, row: Row[Any], allowed: Sequence[Quotable]) -> Draft | None:
    """What a language model wrote; None when it is not written, erased, or cites what may not be quoted any more."""
    if row.state != drafts.WRITTEN or not {*row.passages} <= {passage.id for passage in allowed}:
        return None
    text = _text(connection, row)
    return Draft(text, tuple(row.citations), tuple(row.passages), by_model=True) if text else None


def _text(connection: Connection, row: Row[Any]) -> str | None:
    """None for one that was erased."""
    text = json.loads(payloads.get(connection, row.payload)).get("text")
    return str(text) if text else None


def _loose(connection: Connection, row: Row[Any]) -> list[str]:
    """Sentences of a written draft that say more than what they cite."""
    return [str(sentence) for sentence in json.loads(payloads.get(connection, row.payload)).get("loose", ())]


def sent_reply(connection: Connection, decision: Row[Any]) -> dict[str, Any] | None:
    """What a language model wrote to go out with an automatic decision; None where nothing did."""
    alone = decision.decided_by == DecidedBy.CLASSIFIER.value
    row = drafts.sent_with(connection, decision.id) if alone else None
    text = _text(connection, row) if row is not None else None
    if row is None or text is None:
        return None
    return Draft(text, tuple(row.citations), tuple(row.passages), by_model=True).as_dict()


def may_be_asked(house: House, matter: Matter, labels: Sequence[str]) -> bool:
    """Whether a language model is there, the policy has one drafting, and there is something to give it."""
    there = house.settings.writer_url is not None and matter.workflow.replies.language_model is not None
    return there and bool(matter.given_to(labels)) and bool(matter.request.get("text"))


def check_labels(workflow: Workflow, labels: Sequence[str]) -> list[str]:
    """The labels, each once; InvalidRequest when the workflow has one of them not."""
    known = [label.id for label in workflow.labels]
    problems = [
        FieldProblem("labels", f"no label {label!r} in workflow {workflow.name}", did_you_mean(label, known, "labels"))
        for label in labels
        if label not in known
    ]
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    return list(dict.fromkeys(labels))


def _newest(connection: Connection, case_id: str, labels: Sequence[str]) -> Row[Any] | None:
    rows = drafts.of_case(connection, case_id)
    return next((row for row in rows if sorted(row.labels) == sorted(labels)), None)


def _told(row: Row[Any] | None, *, may_be_asked: bool, loose: list[str]) -> dict[str, Any] | None:
    if row is None and not may_be_asked:
        return None
    asked = {"draft": None, "state": "not_asked", "why": None, "loose": 0, "model": None}
    if row is not None:
        asked = {"draft": row.id, "state": row.state, "why": row.why, "loose": row.loose, "model": row.model}
    return {**asked, "loose_sentences": loose, "may_be_asked": may_be_asked}
