"""What a case is about: the decision, what was answered, and the policy it was made under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.case import CaseKind, CaseState, blind
from service.domain.chosen import LIKELY
from service.domain.types import QueuePolicy, Workflow
from service.store import cases, decisions, payloads, reviews
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.move_case import no_case
from service.usecases.queue_policy import queue_policy
from service.usecases.standing_answer import standing_answer


@dataclass(frozen=True, slots=True)
class Grounds:
    """A case as it was read, before anything is done to it."""

    workflow: Workflow  #: the policy of the release that made the decision
    queue: QueuePolicy  #: as it is now
    case: Row[Any]
    decision: Row[Any]
    made: Mapping[str, Any]  #: what was answered

    subject: str | None  #: stands for whom the request is about

    @property
    def blind(self) -> bool:
        return is_blind(self.case, self.decision)


def grounds(house: House, case_id: str) -> Grounds:
    """NotFound. Opens a policy, so never inside a transaction."""
    with house.store.read() as connection:
        case = cases.get(connection, case_id)
        decision = decisions.get(connection, case.decision) if case else None
        if case is None or decision is None:
            raise no_case(case_id)
        made = standing_answer(connection, decision)
        subject = payloads.subject_of(connection, decision.id)
    policy = queue_policy(house, case.queue, case.workflow)
    return Grounds(house.shelf.policy(decision.release), policy, case, decision, made, subject)


def is_blind(case: Row[Any], decision: Row[Any]) -> bool:
    """Whether a case is a blind check whose decision is not out; `decision` is the one that it is about."""
    return blind(CaseKind(case.kind), CaseState(case.state), decision.probability)


def unled(connection: Connection, found: Grounds, person: str) -> bool:
    """Whether somebody is to decide before seeing what was made of the request: in a blind check till it is out, and
    where the queue's policy says so till they have said what they think once."""
    return found.blind or (found.queue.blind_first and not _has_said(connection, found.case.id, person))


def _has_said(connection: Connection, case_id: str, person: str) -> bool:
    return any(each.reviewer == person for each in reviews.of_case(connection, case_id))


def suggestions(workflow: Workflow, made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the classifier would say, best first, from what was answered; nothing where people are to decide unled."""
    scores = made.get("labels", ())
    led = [scored for scored in scores if scored["probability"] >= LIKELY] if workflow.several else scores[:1]
    known = [(label, scored["probability"]) for scored in led if (label := workflow.label(scored["label"]))]
    return [{"label": label.id, "title": label.title, "probability": probability} for label, probability in known]
