"""What a new rule set and policy change against the ones in force: in full for people, in ids for the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.analysis.diff import diff
from rules.model import Pack, Rule, RuleStatus
from service.domain.policy_diff import policy_diff
from service.domain.types import Workflow
from service.usecases.rule_files import PACKS

_LADDER = {
    status: place
    for place, status in enumerate(
        (RuleStatus.RETIRED, RuleStatus.DRAFT, RuleStatus.SHADOW, RuleStatus.CANARY, RuleStatus.ENFORCE)
    )
}


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between what answers for one workflow and what would."""

    rules: tuple[dict[str, Any], ...]  #: as `rules.analysis.diff` tells them
    policy: tuple[dict[str, Any], ...]  #: as `policy_diff` tells them
    gone: tuple[Rule, ...]  #: rules that have an effect now and are in no file any more
    summary: Mapping[
        str, Any
    ]  #: ids for the ledger: added, removed, changed, promoted, demoted, parts, loosened, policy

    def as_dict(self) -> dict[str, Any]:
        return {"changes": list(self.rules), "policy_changes": list(self.policy)}


def changes_between(
    packs: Sequence[Pack], policy: Workflow, new_packs: Sequence[Pack], new_policy: Workflow
) -> Changes:
    """From the packs and policy in force to others."""
    rules = tuple(change.as_dict() for change in diff(packs, new_packs))
    policies = tuple(change.as_dict() for change in policy_diff(policy, new_policy))
    before, after = _by_id(packs), _by_id(new_packs)
    return Changes(
        rules=rules,
        policy=policies,
        gone=tuple(rule for name, rule in before.items() if name not in after and has_effect(rule)),
        summary=_summary(before, after, rules, policies),
    )


def has_effect(rule: Rule) -> bool:
    """Whether its findings may count."""
    return rule.status in (RuleStatus.ENFORCE, RuleStatus.CANARY)


def gone_as_problems(gone: Iterable[Rule]) -> list[dict[str, Any]]:
    """The refusal of a reload that would silently drop rules, as errors with the place where each stood."""
    return [
        {
            "file": f"{PACKS}{rule.file}",
            "line": rule.line,
            "column": 1,
            "message": f"the rule `{rule.id}` is in force ({rule.status}) and in no file any more",
            "remedy": "mark it `status: retired`, or say --allow-removal",
        }
        for rule in gone
    ]


def _by_id(packs: Sequence[Pack]) -> dict[str, Rule]:
    return {rule.id: rule for pack in packs for rule in pack.rules}


def _summary(
    before: Mapping[str, Rule],
    after: Mapping[str, Rule],
    rules: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    promoted: dict[str, str] = {}
    demoted: dict[str, str] = {}
    for name in sorted(before.keys() & after.keys()):
        was, now = _rung(before[name]), _rung(after[name])
        if was != now:
            (promoted if now > was else demoted)[name] = f"{_standing(before[name])} → {_standing(after[name])}"
    moved = {*promoted, *demoted}
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(
            {change["rule"] for change in rules if change["rule"] in before.keys() & after.keys()} - moved
        ),
        "promoted": promoted,
        "demoted": demoted,
        "loosened": sorted({_about(change) for change in (*rules, *policies) if change["direction"] == "loosens"}),
        "parts": sorted({_about(change) for change in rules if change["rule"] is None}),
        "policy": [change["what"] for change in policies],
    }


def _about(change: Mapping[str, Any]) -> str:
    """A rule by its id; a matcher, list or exemption with its pack; a place in the policy."""
    if change["rule"] is not None:
        return str(change["rule"])
    return f"{change['pack']}/{change['what']}" if change["pack"] else str(change["what"])


def _rung(rule: Rule) -> tuple[int, int]:
    return _LADDER[rule.status], rule.rollout.percent if rule.rollout else 0


def _standing(rule: Rule) -> str:
    return f"{rule.status} {rule.rollout.percent} %" if rule.rollout else str(rule.status)
