"""What a way of deciding costs: the machine's time is small change, the cases that people review are the bill."""

from __future__ import annotations

from service.learn.pilot.owner import Costs, Owner
from service.learn.pilot.results import Price, Tried

_REQUESTS = 1_000
_HOUR_MS = 3_600_000


def price(way: Tried, owner: Owner) -> Price:
    """1,000 requests, of which `way` decides those that its certificate allows and people the rest."""
    granted = way.figures.at(owner.alpha)
    wrong = granted.errors / granted.accepted if granted.certified else 0.0
    return Price(
        machine=_REQUESTS * (way.attempt.spent.p50_ms or 0.0) / _HOUR_MS * owner.costs.core_hour,
        review=_REQUESTS * (1 - granted.certified) * owner.costs.review,
        errors=_REQUESTS * granted.certified * wrong * owner.costs.error
        + _by_people(1 - granted.certified, owner.costs, owner.people_error),
    )


def people_alone(owner: Owner) -> Price:
    """1,000 requests as they are decided today."""
    return Price(0.0, _REQUESTS * owner.costs.review, _by_people(1.0, owner.costs, owner.people_error))


def _by_people(share: float, costs: Costs, error: float | None) -> float:
    """People err too; where nobody measured how often, nothing is said of it."""
    return _REQUESTS * share * (error or 0.0) * costs.error


def money(amount: float, owner: Owner) -> str:
    """An amount with the owner's currency, to the figures that count."""
    shown = f"{amount:,.0f}" if amount >= 100 else f"{amount:,.2f}"
    if 0 < amount < 0.005:
        shown = "less than 0.01"
    return f"{shown} {owner.costs.currency}".strip()
