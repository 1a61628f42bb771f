"""How often automatic decisions are wrong: by blind checks of what was drawn at random, each promise by itself.

Two things are told, and they are not the same. The interval is of one look by itself, for whoever reads it. The alarm
is of all looks together: a sample that is looked at again and again leaves its interval sooner or later, however well
the promise is kept. So the alarm has a level of its own at each look, and these levels add up to `FALSE_ALARM`, however
many looks follow, whatever they look back on, and whoever asked for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.domain.types import Workflow, strictest
from service.learn.binomial import spent
from service.learn.estimate import Estimate, live_error
from service.learn.intervals import at_least
from service.usecases.traffic_sample import Seen

#: The rules' own decisions: blocks that people would have let through. Nothing is promised of them.
RULES = "rules"

#: How likely it is that a model that keeps all its promises is ever said to break one, over all looks at it.
FALSE_ALARM = 0.05


@dataclass(frozen=True, slots=True)
class LiveError:
    """One promise beside what was found."""

    group: str  #: of labels; empty: those in no group; `RULES`: what rules blocked
    alpha: float | None  #: promised; None: nothing is
    estimate: Estimate  #: with the interval of this look by itself
    waiting: int  #: drawn, and not checked yet
    level: float  #: at which this look was tested
    at_least: float  #: of the decisions that were drawn alike so many are wrong at the least, at that level; 0 to 1

    @property
    def broken(self) -> bool:
        """More than promised are wrong, however often one looked.

        An exact binomial test. It counts each checked decision once, whatever the probability it was drawn with: that
        was fixed before the request was read, so each of them errs as rarely as promised if the promise is kept.
        """
        return self.alpha is not None and self.at_least > self.alpha


def live_errors(workflow: Workflow, seen: Sequence[Seen], look: int = 1) -> tuple[LiveError, ...]:
    """One for each promise, and one for what rules blocked, of the requests that were drawn.

    `look` counts the looks at this model from 1, this one included.
    """
    drawn = [each for each in seen if each.probability is not None]
    alone = [each for each in drawn if each.alone]
    level = spent(FALSE_ALARM, look) / max(1, len(workflow.promises))
    found = []
    if workflow.promises:
        for group in workflow.promises:
            own = [each for each in alone if strictest(workflow.promises, each.labels) == group]
            found.append(_error(group.name, group.alpha, own, [each.wrong for each in own], level))
    else:
        found.append(_error("", workflow.guarantee.alpha, alone, [each.wrong for each in alone], level))
    blocked = [each for each in drawn if each.blocked]
    return (*found, _error(RULES, None, blocked, [each.allowed for each in blocked], level))


def _error(group: str, alpha: float | None, drawn: Sequence[Seen], wrong: Sequence[bool], level: float) -> LiveError:
    checked = [place for place, each in enumerate(drawn) if each.truth is not None]
    probability = np.array([drawn[place].probability for place in checked], dtype=np.float64)
    estimate = live_error(np.array([wrong[place] for place in checked], dtype=np.bool_), probability)
    least = at_least(estimate.wrong, estimate.checked, level)
    return LiveError(group, alpha, estimate, len(drawn) - len(checked), level, least)
