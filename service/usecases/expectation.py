"""What somebody who decides a case may say without giving a reason in words: what they see of it till then."""

from __future__ import annotations

from rules.model import Effect
from service.domain.chosen import settled
from service.domain.overturned import Expected
from service.domain.types import Outcome, State
from service.store import questions
from service.store.engine import Connection
from service.usecases.case_grounds import Grounds, suggestions, unled


def expected(connection: Connection, found: Grounds, person: str) -> Expected | None:
    """Of a case that this person decides; None where the queue's policy asks for no notes.

    Who is to decide without being led overturns nothing that they know of: saying so would tell what was made of it.
    Another label than the suggested one, with the same outcome, says itself what was wrong; nobody heard of the other.
    """
    if not found.queue.note_required:
        return None
    if unled(connection, found, person):
        return Expected()
    blocked = Effect.BLOCK.value in questions.effects(connection, found.case.id)
    if found.decision.state == State.FINAL.value:
        labels = frozenset(found.decision.labels)
        return Expected(labels, Outcome(found.decision.outcome), answered=True, blocked=blocked)
    led = [each["label"] for each in suggestions(found.workflow, found.made)]
    if not led:
        return Expected(blocked=blocked)
    return Expected(None, settled(found.workflow, led), blocked=blocked)
