"""Calls about rules, for whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .rule_answers import (
    Alarm,
    Alarms,
    Checked,
    Disabled,
    Enabled,
    Explained,
    HistoryPage,
    Proposal,
    Proposals,
    ProposalView,
    Reloaded,
    Replayed,
    RolledBack,
    RuleError,
    RulesDiff,
    RulesStatus,
    Unpinned,
)
from .steps import Calling, Send, Steps, quoted, send

_CERTIFYING = 60.0  # seconds on top of the timeout: a change is tried on the calibration cases before it counts
_REPLAYING = 600.0


class RuleCalls(Calling):
    """Look, try, change, take back. Changes are not repeated blindly, reloading and unpinning excepted."""

    __slots__ = ()

    def rules(self) -> Steps[RulesStatus]:
        """What is in force, what the files say, and what needs somebody's eye."""
        return (yield from self._one(RulesStatus, send("GET", "/v1/rules")))

    def check_rules(self) -> Steps[list[RuleError]]:
        """Every error in the rule and policy files as they lie there."""
        return (yield from self._one(Checked, send("POST", "/v1/rules/check", patience=_CERTIFYING))).errors

    def diff_rules(self) -> Steps[RulesDiff]:
        """What loading the files would change."""
        return (yield from self._one(RulesDiff, send("GET", "/v1/rules/diff", patience=_CERTIFYING)))

    def reload_rules(
        self,
        *,
        dry_run: bool = False,
        allow_removal: bool = False,
        unpin: bool = False,
        accept_no_automation: bool = False,
    ) -> Steps[Reloaded]:
        """Load the files; SignoffError `rules_broken` lists every error, and the rules in force stay. So they do with
        `loses_automation`, unless a workflow may be left without a certificate."""
        params = {
            "dry_run": dry_run or None,
            "allow_removal": allow_removal or None,
            "unpin": unpin or None,
            "accept_no_automation": accept_no_automation or None,
        }
        asked = send("POST", "/v1/rules/reload", params=params, patience=_CERTIFYING)
        return (yield from self._one(Reloaded, asked))

    def rollback_rules(
        self, why: str, *, workflow: str | None = None, to: str | None = None, accept_no_automation: bool = False
    ) -> Steps[RolledBack]:
        """Let earlier rules answer again, at once; without `to` those before the last change. SignoffError
        `loses_automation` where that leaves a workflow without a certificate, unless it may."""
        body = {"workflow": workflow, "to": to, "why": why, "accept_no_automation": accept_no_automation}
        # Without a target each repeat would go one change further back.
        asked = _change("/v1/rules/rollback", body, repeatable=to is not None)
        return (yield from self._one(RolledBack, asked))

    def unpin_rules(self, workflow: str) -> Steps[Unpinned]:
        """Let reloads take this workflow's files over again."""
        return (yield from self._one(Unpinned, _change("/v1/rules/unpin", {"workflow": workflow}, repeatable=True)))

    def disable_rule(self, rule: str, minutes: int, why: str) -> Steps[Disabled]:
        """One rule off everywhere from the next request on, for so many minutes."""
        asked = _change(f"/v1/rules/{quoted(rule)}/disable", {"minutes": minutes, "why": why})
        return (yield from self._one(Disabled, asked))

    def enable_rule(self, rule: str) -> Steps[Enabled]:
        """A disabled rule counts again from the next request on."""
        return (yield from self._one(Enabled, _change(f"/v1/rules/{quoted(rule)}/enable")))

    def explain_rules(
        self,
        text: str,
        workflow: str,
        attributes: Mapping[str, str | float | bool | Sequence[str]] | None = None,
        subject: str | None = None,
        *,
        rule: str | None = None,
    ) -> Steps[Explained]:
        """What every rule in force, or one of them, says of a text, and why. Nothing is recorded."""
        body = {
            "workflow": workflow,
            "text": text,
            "attributes": dict(attributes or {}),
            "subject": subject,
            "rule": rule,
        }
        return (yield from self._one(Explained, send("POST", "/v1/rules/explain", body=body)))

    def explain_decision(self, decision_id: str, *, rule: str | None = None) -> Steps[Explained]:
        """The same of a past decision, by the rules that were in force then."""
        body = {"decision": decision_id, "rule": rule}
        return (yield from self._one(Explained, send("POST", "/v1/rules/explain", body=body)))

    def replay_rules(
        self,
        workflow: str,
        since: datetime | str,
        *,
        limit: int | None = None,
        examples: int | None = None,
        as_of: datetime | str | None = None,
    ) -> Steps[Replayed]:
        """What the rules in the files would have made of past decisions. It may take minutes."""
        given = {"limit": limit, "examples": examples, "as_of": as_of}
        body = {
            "workflow": workflow,
            "since": _moment(since),
            **{name: _moment(value) for name, value in given.items() if value is not None},
        }
        asked = send("POST", "/v1/rules/replay", body=body, patience=_REPLAYING, repeatable=False)
        return (yield from self._one(Replayed, asked))

    def rules_history(
        self, *, workflow: str | None = None, rule: str | None = None, after: int | None = None, limit: int = 50
    ) -> Steps[HistoryPage]:
        """What happened to the rules, newest first."""
        params = {"workflow": workflow, "rule": rule, "after": after, "limit": limit}
        return (yield from self._one(HistoryPage, send("GET", "/v1/rules/history", params=params)))

    def proposals(self, state: str | None = None) -> Steps[list[Proposal]]:
        """Changes that wait for a second person, or did."""
        return (yield from self._one(Proposals, send("GET", "/v1/rules/proposals", params={"state": state}))).items

    def proposal(self, proposal_id: str) -> Steps[ProposalView]:
        """One of them, with what it would change."""
        return (yield from self._one(ProposalView, send("GET", f"/v1/rules/proposals/{quoted(proposal_id)}")))

    def approve_proposal(self, proposal_id: str, *, accept_no_automation: bool = False) -> Steps[Reloaded]:
        """Put it in force. SignoffError `same_person` when you proposed it yourself, `loses_automation` when a workflow
        would be left without a certificate and may not."""
        path, params = f"/v1/rules/proposals/{quoted(proposal_id)}/approve", {}
        if accept_no_automation:
            params["accept_no_automation"] = True
        asked = send("POST", path, params=params, patience=_CERTIFYING, repeatable=False)
        return (yield from self._one(Reloaded, asked))

    def reject_proposal(self, proposal_id: str, why: str) -> Steps[ProposalView]:
        """Close it; the rules in force stay."""
        asked = _change(f"/v1/rules/proposals/{quoted(proposal_id)}/reject", {"why": why})
        return (yield from self._one(ProposalView, asked))

    def alarms(self, *, open_only: bool = True) -> Steps[list[Alarm]]:
        """Shares that left their usual band after a change of rules."""
        asked = send("GET", "/v1/rules/alarms", params={"open_only": open_only})
        return (yield from self._one(Alarms, asked)).items

    def acknowledge_alarm(self, alarm_id: str) -> Steps[Alarm]:
        """Say that somebody has seen to it."""
        return (yield from self._one(Alarm, _change(f"/v1/rules/alarms/{quoted(alarm_id)}/acknowledge")))


def _change(path: str, body: Mapping[str, Any] | None = None, *, repeatable: bool = False) -> Send:
    return send("POST", path, body=body, patience=_CERTIFYING, repeatable=repeatable)


def _moment(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
