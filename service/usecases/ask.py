"""What a caller asks, checked and considered: the part that deciding and trying out have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rules.model import AttributeValue
from rules.normalize import Text, normalize
from service.domain.access import Principal
from service.domain.answer import answer
from service.domain.decide import Circumstances
from service.domain.types import Certificate
from service.errors import FieldProblem, InvalidRequest
from service.store import labelling
from service.store.engine import Connection
from service.store.pointers import Pointer, pointer, pointers
from service.usecases.consider import Considered, Stopwatch, consider, rooms_at
from service.usecases.house import House
from service.usecases.recheck_documents import certificate_stands
from service.usecases.shelf import OpenRelease


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller sends."""

    workflow: str
    text: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    subject: str | None = None  #: the caller's name for the person concerned


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it was considered, with everything that it depended on."""

    release: OpenRelease
    pointer: Pointer
    considered: Considered
    off: frozenset[str]  #: rules that would have counted and were disabled
    certificate: Certificate | None  #: that counted: not while a rule is off or documents changed that it fails with
    drawn: float | None  #: the probability with which it was drawn for a blind check; None: it was not
    at: datetime
    route: Mapping[str, int]  #: the settings it was considered under
    asked_at: datetime | None = None  #: what the rules took for now; None: `at`

    def answer(self, decision_id: str, case_id: str | None) -> dict[str, Any]:
        """The full answer, for `seen_by` to cut down."""
        return answer(
            decision_id=decision_id,
            workflow=self.release.workflow,
            release=self.release.id,
            automatic=self.considered.automatic,
            ruling=self.considered.ruling,
            judgement=self.considered.judgement,
            evidence=self.considered.evidence,
            case_id=case_id,
            created_at=self.at,
        )


def find_pointer(connection: Connection, workflow: str) -> Pointer:
    """Where the workflow stands; InvalidRequest names those there are, or what one that is being labelled lacks."""
    found = pointer(connection, workflow)
    if found is None:
        if labelling.last_place(connection, workflow) >= 0:
            first = f"its first model is made by: signoff workflow refit {workflow}"
            problem = FieldProblem("workflow", "it is labelled for, nothing answers for it yet", first)
            raise InvalidRequest(f"workflow {workflow} does not answer yet", remedy=first, problems=(problem,))
        known = ", ".join(each.workflow for each in pointers(connection)) or "none yet"
        problem = FieldProblem("workflow", "unknown workflow", f"known are {known}")
        raise InvalidRequest(f"there is no workflow {workflow!r}", problems=(problem,))
    return found


def consider_ask(house: House, principal: Principal, ask: Ask, found: Pointer, *, checked: bool = False) -> Asked:
    """Take one request through the rooms of the release that answers now.

    With `checked` it takes part in random checks: every such request is drawn with the same probability, before
    anything is known of it, so that what people say of those drawn is true of all. Raises InvalidRequest naming
    each field that cannot be decided on, ReleaseOpening while a worker is not ready.
    """
    release = house.shelf.serve(found.release)
    watch = Stopwatch(live=True)
    with watch.room("clean"):
        text = normalize(ask.text)
        attributes = check_request(release, text, ask.attributes, house.settings.max_text_chars)
    drawn = _draw(house, release) if checked else None
    now = house.clock()
    off = house.disables.off(found, now)
    stands = not off.doubtful and certificate_stands(house, found, release, now)
    certificate = release.certificate if stands else None
    considered = consider(
        release,
        rooms_at(house, release, found.document_sequence, now).opinion,
        text,
        attributes,
        lambda narrow: house.allowed.get(
            release.workflow.collections, found.document_sequence, principal.groups, now, narrow
        ),
        now,
        key=ask.subject,
        off=off.rules,
        circumstances=Circumstances(
            halted=found.halted, degraded=found.watched_by is not None, random_check=drawn is not None
        ),
        certificate=certificate,
        watch=watch,
    )
    ineffective = off.rules & considered.ruling.apart
    return Asked(release, found, considered, ineffective, certificate, drawn, now, house.settings.route)


def _draw(house: House, release: OpenRelease) -> float | None:
    """The probability, if chance takes this request."""
    probability = release.workflow.random_check
    return probability if house.draw() < probability else None


def check_request(
    release: OpenRelease, text: Text, attributes: Mapping[str, object], max_chars: int
) -> dict[str, AttributeValue]:
    """The request's attributes, typed; InvalidRequest names every field that cannot be decided on."""
    problems = [
        FieldProblem(f"attributes.{p.field}" if p.field else "attributes", p.message, p.remedy)
        for p in release.ruleset.schema.check(attributes)
    ]
    if len(text.raw) > max_chars:
        problems.append(FieldProblem("text", f"longer than {max_chars} characters", "send a shorter text"))
    elif not text.clean.strip():
        problems.append(FieldProblem("text", "nothing to read in it", "send the words of the request"))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    return dict(release.ruleset.schema.coerce(attributes))
