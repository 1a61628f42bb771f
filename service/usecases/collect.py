"""What people say of a request becomes an example that the classifier can learn from, with where it came from.

What they say of a request drawn at random is kept for calibration and never trained on; what they say of any other
teaches, and measures nothing, because it was not drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from rules.normalize import normalize
from service.domain.audit import keyed_digest
from service.domain.types import Outcome
from service.learn.split import same_text
from service.store import decisions, examples, payloads
from service.store.engine import Connection
from service.usecases.examples import CALIBRATION, TRAIN
from service.usecases.house import House


class Source(StrEnum):
    """How somebody came to say what a request is."""

    REVIEW = "review"  #: deciding a case
    CHECK = "check"  #: deciding, blind, a case that was drawn at random
    LABELLING = "labelling"  #: asked for it in the labelling queue


def teach(
    connection: Connection,
    house: House,
    *,
    decision: str,
    request_payload: str,
    labels: Sequence[str],
    by: str,
    drawn: float | None,
    suggested: str | None,
    now: datetime,
    outcome: Outcome | None = None,
) -> bool:
    """A reviewer's decision becomes an example, in the transaction that records it; whether it did.

    `drawn` is the probability with which the request was drawn for a random check; None when it was not. `outcome` is
    what the person decided where it is not what these labels settle, so that a certificate counts the labels alone as
    wrong. A decision teaches once, and one whose request is erased teaches nothing. Nothing is copied: the example
    names the request's own payload, so that erasing that erases this.
    """
    row = decisions.get(connection, decision)
    text = text_of(payloads.get(connection, request_payload))
    if row is None or text is None or examples.taught_by(connection, decision) is not None:
        return False
    examples.add(
        connection,
        {
            "id": house.new_id("exa"),
            "workflow": row.workflow,
            "payload": request_payload,
            "words": words_of(house, text),
            "labels": list(labels),
            "outcome": None if outcome is None else outcome.value,
            "part": TRAIN if drawn is None else CALIBRATION,
            "source": (Source.REVIEW if drawn is None else Source.CHECK).value,
            "decision": decision,
            "by": by,
            "probability": 1.0 if drawn is None else drawn,
            "suggested": suggested,
            "created_at": now,
        },
    )
    return True


def words_of(house: House, text: str) -> str:
    """A keyed digest of a text's words: the same for texts that differ in case, punctuation or spaces only."""
    return keyed_digest(house.secret, same_text(normalize(text).clean).encode())


def request_of(data: bytes | None) -> Mapping[str, Any]:
    """A payload that holds a request, as it was written; empty when it is erased or is none."""
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def text_of(data: bytes | None) -> str | None:
    """The words of a request's payload, or None when they are gone."""
    text = request_of(data).get("text")
    return text if isinstance(text, str) and text.strip() else None
