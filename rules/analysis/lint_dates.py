"""Rules and exemptions whose time has come, that nobody signs for, or that say nothing any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from rules.analysis.advice import Advice
from rules.model import Exemption, Rule, RuleStatus
from rules.ruleset import RuleSet, is_in_force

ENDING: Final = timedelta(days=30)  #: before its end an exemption is named
_COUNTING: Final = (RuleStatus.CANARY, RuleStatus.ENFORCE)


def date_advice(ruleset: RuleSet, now: datetime) -> Iterator[Advice]:
    """What has ended, is about to, is due for review, or lacks what an enforced rule should have."""
    for rule in ruleset.rules:
        if rule.status is not RuleStatus.RETIRED:
            yield from _rule(rule, now)
    for exemption in (one.exemption for one in ruleset.exemptions):
        day = exemption.until.date().isoformat()
        if exemption.until <= now:
            yield _about(exemption, "exemption_expired", f"the exemption `{exemption.id}` ended on {day}", "remove it")
        elif exemption.until - now <= ENDING:
            says = f"the exemption `{exemption.id}` ends on {day}"
            yield _about(exemption, "exemption_ending", says, f"ask {exemption.owner} whether it goes on")


def _rule(rule: Rule, now: datetime) -> Iterator[Advice]:
    if rule.effective_until and rule.effective_until <= now:
        says = f"`{rule.id}` ended on {rule.effective_until.date().isoformat()} and has no effect any more"
        yield _about(rule, "expired", says, "mark it `status: retired`, or give it another `until`")
    if rule.review_by and rule.review_by < now.date():
        says = f"`{rule.id}` was to be reviewed by {rule.review_by.isoformat()}"
        yield _about(rule, "review_overdue", says, "review it and set the next `review_by`")
    if rule.status in _COUNTING:
        signed = {"owner": rule.owner, "citation": rule.citation, "review_by": rule.review_by}
        missing = [name for name, value in signed.items() if not value]
        if missing:
            says = f"`{rule.id}` has an effect, but no {', no '.join(missing)}"
            yield _about(rule, "unsigned", says, f"add {', '.join(missing)}")


def silence_advice(
    ruleset: RuleSet, now: datetime, last_hits: Mapping[str, datetime], silent_days: int
) -> Iterator[Advice]:
    """Rules asked all the time that have not matched for so long. Rules that took effect later are left out."""
    since = now - timedelta(days=silent_days)
    for rule in ruleset.rules:
        asked = rule.status in (*_COUNTING, RuleStatus.SHADOW) and is_in_force(rule, now) and is_in_force(rule, since)
        last = last_hits.get(rule.id)
        if asked and (last is None or last < since):
            says = f"`{rule.id}` has not matched for {silent_days} days"
            says += f"; it last did on {last.date().isoformat()}" if last else "; no match of it is known"
            yield _about(rule, "silent", says, "check its matchers with `rules explain`, or retire it")


def _about(written: Rule | Exemption, kind: str, says: str, remedy: str) -> Advice:
    return Advice(kind, written.pack, written.id, written.file, written.line, 1, says, remedy)
