"""When somebody who decides a case has to say why: to block, and to decide otherwise than it looked till then. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from service.domain.types import Outcome


@dataclass(frozen=True, slots=True)
class Expected:
    """What may be decided without a word: these labels with this outcome. None: whichever."""

    labels: frozenset[str] | None = None
    outcome: Outcome | None = None
    answered: bool = False  #: it went out like that already; else it is a suggestion
    blocked: bool = False  #: a rule blocks because of what was answered to a question

    def why(self, labels: Collection[str], outcome: Outcome) -> str | None:
        """What a note is needed for; None when it is not."""
        if outcome is Outcome.BLOCK:
            return "to block"
        if self.blocked:
            return "to allow what a rule blocks because of the answer"
        if self._meets(labels, outcome):
            return None
        return "to overturn what was answered" if self.answered else "to overturn the suggestion"

    def _meets(self, labels: Collection[str], outcome: Outcome) -> bool:
        same_labels = self.labels is None or self.labels == frozenset(labels)
        return same_labels and self.outcome in (None, outcome)

    def as_dict(self) -> dict[str, Any]:
        """What may be decided without a note, as a page or a client may ask; no outcome: nothing may be."""
        allows = not self.blocked and self.outcome is not Outcome.BLOCK
        return {
            "labels": None if self.labels is None else sorted(self.labels),
            "outcome": Outcome.ALLOW.value if allows else None,
        }
