"""How often automatic decisions are wrong: by blind checks of what was drawn at random, each promise by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.domain.types import Workflow, strictest
from service.learn.estimate import Estimate, live_error
from service.usecases.traffic_sample import Seen

#: The rules' own decisions: blocks that people would have let through. Nothing is promised of them.
RULES = "rules"


@dataclass(frozen=True, slots=True)
class LiveError:
    """One promise beside what was found."""

    group: str  #: of labels; empty: those in no group; `RULES`: what rules blocked
    alpha: float | None  #: promised; None: nothing is
    estimate: Estimate
    waiting: int  #: drawn, and not checked yet

    @property
    def broken(self) -> bool:
        """The whole interval lies above what is promised."""
        return self.alpha is not None and self.estimate.checked > 0 and self.estimate.low > self.alpha


def live_errors(workflow: Workflow, seen: Sequence[Seen]) -> tuple[LiveError, ...]:
    """One for each promise, and one for what rules blocked, of the requests that were drawn."""
    drawn = [each for each in seen if each.probability is not None]
    alone = [each for each in drawn if each.alone]
    found = []
    if workflow.promises:
        for group in workflow.promises:
            own = [each for each in alone if strictest(workflow.promises, each.labels) == group]
            found.append(_error(group.name, group.alpha, own, [each.wrong for each in own]))
    else:
        found.append(_error("", workflow.guarantee.alpha, alone, [each.wrong for each in alone]))
    blocked = [each for each in drawn if each.blocked]
    return (*found, _error(RULES, None, blocked, [each.allowed for each in blocked]))


def _error(group: str, alpha: float | None, drawn: Sequence[Seen], wrong: Sequence[bool]) -> LiveError:
    checked = [place for place, each in enumerate(drawn) if each.truth is not None]
    probability = np.array([drawn[place].probability for place in checked], dtype=np.float64)
    estimate = live_error(np.array([wrong[place] for place in checked], dtype=np.bool_), probability)
    return LiveError(group, alpha, estimate, len(drawn) - len(checked))
