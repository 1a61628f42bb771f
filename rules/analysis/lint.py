"""What in a rule set that compiles is still worth a look: conditions that cannot be meant, rules and names that do
nothing, dates that have passed, phrases and regexes that cost without catching."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules.analysis.advice import Advice
from rules.analysis.lint_conditions import condition_advice
from rules.analysis.lint_dates import date_advice, silence_advice
from rules.analysis.lint_matchers import matcher_advice
from rules.ruleset import RuleSet


def lint(
    ruleset: RuleSet,
    now: datetime,
    *,
    last_hits: Mapping[str, datetime] | None = None,
    silent_days: int = 30,
) -> tuple[Advice, ...]:
    """All advice, in the order of places.

    `last_hits` says when each rule last matched; without it nothing is said about silent rules. Raises ValueError
    when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    found = [*condition_advice(ruleset), *date_advice(ruleset, now), *matcher_advice(ruleset)]
    if last_hits is not None:
        found += silence_advice(ruleset, now, last_hits, silent_days)
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.column, one.kind, one.says)))
