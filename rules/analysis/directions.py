"""Which way a change leans: decided by looking for a request that is treated more weakly, before or after."""

from __future__ import annotations

from datetime import datetime

from rules.analysis.change import Direction, direction
from rules.analysis.domains import TooLarge
from rules.analysis.formulas import TRUE, Atom, Either, Every, Fact, Formula, Not
from rules.analysis.stances import Stance, weakening
from rules.model import Obligations
from rules.schema import AttributeSchema

_Dates = tuple[datetime | None, datetime | None]


def of_stances(before: Stance, after: Stance, schema: AttributeSchema, given: Formula = TRUE) -> Direction:
    """Of a rule that stands otherwise; what cannot be decided within the bound may lean either way."""

    def may_weaken(one: Stance, other: Stance) -> bool:
        try:
            return weakening(one, other, schema, given) is not None
        except TooLarge:
            return True

    found = direction(looser=may_weaken(before, after), tighter=may_weaken(after, before))
    return found.opposite if before.exempts else found


def of_matcher(stance: Stance, key: str, schema: AttributeSchema, *, more: bool, fewer: bool) -> Direction:
    """Of a rule whose matcher hits in more texts, in fewer, or in others."""
    old, new = Fact("hit", key), Fact("hit", f"{key} as changed")
    after = Stance(_renamed(stance.condition, old, new), stance.needs, stance.effect, stance.on_error, stance.exempts)
    hit, hits = Atom(old, "hit"), Atom(new, "hit")
    grown, shrunk = Either((Not(hit), hits)), Either((Not(hits), hit))
    given = Every((*(() if fewer else (grown,)), *(() if more else (shrunk,))))
    return of_stances(stance, after, schema, given)


def _renamed(formula: Formula, old: Fact, new: Fact) -> Formula:
    if isinstance(formula, Atom):
        return Atom(new, formula.question, formula.against) if formula.fact == old else formula
    if isinstance(formula, Not):
        return Not(_renamed(formula.part, old, new))
    return type(formula)(tuple(_renamed(part, old, new) for part in formula.parts))


def of_dates(before: _Dates, after: _Dates) -> Direction:
    """Of a rule in force for another time; the end is exclusive, None is for ever."""
    start, end = [dates[0] for dates in (before, after)], [dates[1] for dates in (before, after)]
    return direction(
        looser=_before(start[0], start[1], none_first=True) or _before(end[1], end[0], none_first=False),
        tighter=_before(start[1], start[0], none_first=True) or _before(end[0], end[1], none_first=False),
    )


def _before(one: datetime | None, other: datetime | None, *, none_first: bool) -> bool:
    """Whether one moment is earlier; None is the earliest when `none_first`, else the latest."""
    if one is None or other is None:
        return one is not other and (one is None) is none_first
    return one < other


def of_obligations(before: Obligations, after: Obligations) -> Direction:
    """More redacted and fewer documents allowed is tighter; another queue or priority may be either."""
    looser, tighter = bool(before.redact - after.redact), bool(after.redact - before.redact)
    for name in before.narrow.keys() | after.narrow.keys():
        was, now = before.narrow.get(name), after.narrow.get(name)
        looser |= was is not None and (now is None or bool(now - was))
        tighter |= now is not None and (was is None or bool(was - now))
    other = (before.priority, before.queue) != (after.priority, after.queue)
    return direction(looser=looser or other, tighter=tighter or other)
