"""All figures of a team together: for the console's page and for programs."""

from __future__ import annotations

from typing import Any

from service.domain.access import Principal
from service.usecases import known_answer_figures, team, team_agreement
from service.usecases.house import House
from service.usecases.known_answers import judged_by


def report(house: House, principal: Principal, days: int = team.USUAL_DAYS, queue: str | None = None) -> dict[str, Any]:
    """Of the queues that the principal leads, of all for operations and auditors, or of one of these.

    `queues`, `people` and `days` as `usecases.team` has them, `agreement` of second opinions, `unread`, and
    `known_answers`: None for whoever neither leads nor audits. Forbidden for a queue whose figures are not theirs.
    """
    agreement = team_agreement.figures(house, principal, days, queue)
    unread = agreement.pop("unread")
    judges = judged_by(principal) != frozenset()
    return {
        **team.figures(house, principal, days, queue),
        "agreement": agreement,
        "unread": unread,
        "known_answers": known_answer_figures.figures(house, principal, days, queue) if judges else None,
    }
