"""How a model does on the whole route, case by case: what curve and threshold simulator are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from service.domain.types import DecidedBy, State
from service.store import pointers
from service.usecases.certify import EVERYTHING, right, walk
from service.usecases.consider import rooms_at
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.shelf import OpenRelease


@dataclass(frozen=True, slots=True)
class Trial:
    """Of each case its confidence, 0 where another gate holds it back, and whether it would be decided rightly."""

    confidence: tuple[float, ...] = ()
    correct: tuple[bool, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Trial:
        return cls(tuple(content.get("confidence", ())), tuple(content.get("correct", ())))

    def to_json(self) -> dict[str, Any]:
        return {"confidence": list(self.confidence), "correct": list(self.correct)}

    @property
    def arrays(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Both as shape (n,)."""
        return np.array(self.confidence, dtype=np.float64), np.array(self.correct, dtype=np.bool_)


def trial(house: House, release: OpenRelease, cases: Sequence[Example]) -> Trial:
    """Take the cases through the release's rooms once more: what these make of them is remembered from certifying."""
    now = house.clock()
    with house.store.read() as connection:
        sequence = pointers.document_sequence(connection)
    considered = walk(
        house,
        cases,
        rooms_at(house, release, sequence, now),
        lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
        now,
        certificate=EVERYTHING,
    )
    confidence, correct = [], []
    for case, each in zip(cases, considered, strict=True):
        automatic, judgement = each.automatic, each.judgement
        alone = automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER
        confidence.append(round(judgement.confidence, 6) if alone and judgement else 0.0)
        correct.append(alone and right(automatic, case))
    return Trial(tuple(confidence), tuple(correct))
