"""What the page of rules shows: what is in force, what is off or wrong, and how each rule does. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import rule_words, words
from service.console.words import Phrase, phrase

#: Rules shown at once; the filter finds the others.
MOST = 500

#: A filter's value for rules that are switched off for a while; no status of a file.
DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filter of the page asks for; empty parts ask for nothing."""

    text: str = ""
    status: str = ""
    effect: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.text.strip() or self.status or self.effect)

    def picks(self, pack: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
        """Whether a rule is asked for: every word in its id, title, owner, reason code, citation, file or pack."""
        if self.status and (rule.get("disabled") is None if self.status == DISABLED else rule["status"] != self.status):
            return False
        if self.effect and rule["effect"] != self.effect:
            return False
        parts = (rule["id"], rule["title"], rule["owner"], rule["reason_code"], rule["file"], pack["id"])
        said = " ".join((*parts, *rule.get("citation", ()))).lower()
        return all(word in said for word in self.text.lower().split())


#: No filter.
EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, as data and in words."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in force, and how it does."""

    id: str
    address: str
    title: str
    status: Phrase
    share: str  #: of requests it counts for, when it is in canary
    severity: Phrase
    effect: Phrase
    owner: str
    place: str
    day: str  #: matches in 24 hours
    month: str  #: in 30 days
    shadow_day: str
    shadow_month: str
    precision: str
    reviewed: str
    changed: Moment | None
    changed_by: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """Requests that rules do not hold for."""

    id: str
    rules: tuple[tuple[str, str], ...]  #: id and address
    until: Moment
    expired: bool
    owner: str
    why: str
    ticket: str


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack, those of its rules that are asked for, and its exemptions."""

    id: str
    title: str
    owner: str
    rules: tuple[RuleRow, ...]
    total: int
    exemptions: tuple[ExemptionRow, ...]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What answers in one workflow, and what is promised of it."""

    workflow: str
    release: str
    ruleset: str
    halted: bool
    pinned: Moment | None
    pinned_by: str
    differs: bool
    promise: str


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing wrong in a file."""

    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Off:
    """A rule that is switched off for a while."""

    rule: str
    address: str
    by: str
    until: Moment
    left: str
    why: str
    note: str  #: what becomes of certificates without the rule, where that is not well


@dataclass(frozen=True, slots=True)
class AlarmView:
    """A share that left its usual band."""

    id: str
    title: str
    words: str
    workflow: str
    release: str
    rule: str  #: the one it is about, or that did most to it; empty when none stands out
    part: str  #: what the rule has to do with it
    address: str  #: of the rule's page
    watched: str  #: page of the workflow's live traffic, where it is about that; empty elsewhere
    raised: Moment


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything on the page of rules."""

    packs: tuple[PackView, ...]
    shown: int
    found: int
    total: int
    workflows: tuple[ReleaseView, ...]
    alarms: tuple[AlarmView, ...]
    off: tuple[Off, ...]
    proposals: int
    workers: str
    files_differ: bool
    errors: tuple[FileError, ...]


def rule_address(rule: str) -> str:
    return f"/console/rules/{quote(rule, safe='')}"


def status_view(
    status: Mapping[str, Any], off: Iterable[Mapping[str, Any]], now: datetime, wanted: Wanted = EVERYTHING
) -> StatusView:
    """`off`: the rules switched off now. `wanted` narrows the rules; what is in red is shown whatever is asked for."""
    rules = [(pack, rule) for pack in status["packs"] for rule in pack["rules"]]
    picked = [(pack, rule) for pack, rule in rules if wanted.picks(pack, rule)]
    shown: dict[str, list[RuleRow]] = {}
    for pack, rule in picked[:MOST]:
        shown.setdefault(pack["id"], []).append(rule_row(rule, now))
    packs = (_pack(pack, tuple(shown.get(pack["id"], ())), now) for pack in status["packs"])
    return StatusView(
        packs=tuple(pack for pack in packs if pack.rules or not wanted.anything),
        shown=min(len(picked), MOST),
        found=len(picked),
        total=len(rules),
        workflows=tuple(_release(release, now) for release in status["workflows"]),
        alarms=tuple(alarm_view(alarm, now) for alarm in status["alarms"]),
        off=tuple(off_view(each, now) for each in off),
        proposals=len(status["proposals"]),
        workers=_workers(status["workers"]),
        files_differ=bool(status["files_differ"]),
        errors=file_errors(status["errors"]),
    )


def moment(at: str, now: datetime) -> Moment:
    """A time of the past as how long ago it was, a coming one by date and clock."""
    time = datetime.fromisoformat(at)
    return Moment(at, words.ago(time, now) if time <= now else words.clock_time(time, now))


def clock(at: str, now: datetime) -> Moment:
    """A time by date and clock."""
    return Moment(at, words.clock_time(datetime.fromisoformat(at), now))


def _pack(pack: Mapping[str, Any], rules: tuple[RuleRow, ...], now: datetime) -> PackView:
    return PackView(
        id=pack["id"],
        title=pack.get("title") or pack["id"],
        owner=pack.get("owner") or "",
        rules=rules,
        total=len(pack["rules"]),
        exemptions=tuple(exemption_row(each, now) for each in pack.get("exemptions", ())),
    )


def rule_row(rule: Mapping[str, Any], now: datetime) -> RuleRow:
    file, line, change = rule.get("file", ""), rule.get("line", 0), rule.get("last_change")
    hits, shadow, rollout = rule.get("hits") or {}, rule.get("shadow") or {}, rule.get("rollout")
    return RuleRow(
        id=rule["id"],
        address=rule_address(rule["id"]),
        title=rule["title"],
        status=phrase(words.RULE_STATUSES, rule["status"]),
        share=f"{rollout['percent']}%" if rollout else "",
        severity=phrase(words.SEVERITIES, rule["severity"]),
        effect=phrase(words.EFFECTS, rule["effect"]),
        owner=rule["owner"] or words.NOTHING,
        place=f"{file}:{line}" if file else words.NOTHING,
        day=_count(hits.get("24h")),
        month=_count(hits.get("30d")),
        shadow_day=_count(shadow.get("24h")),
        shadow_month=_count(shadow.get("30d")),
        precision=words.NOTHING if rule.get("precision") is None else words.percent(rule["precision"]),
        reviewed=f"of {rule['reviewed']:,}" if rule.get("reviewed") else "",
        changed=moment(change["at"], now) if change else None,
        changed_by=change["by"] if change else "",
        disabled=bool(rule.get("disabled")),
    )


def _count(hits: int | None) -> str:
    return words.NOTHING if hits is None else f"{hits:,}"


def exemption_row(exemption: Mapping[str, Any], now: datetime) -> ExemptionRow:
    return ExemptionRow(
        id=exemption["id"],
        rules=tuple((rule, rule_address(rule)) for rule in exemption["rules"]),
        until=clock(exemption["until"], now),
        expired=bool(exemption.get("expired")),
        owner=exemption["owner"],
        why=exemption["why"],
        ticket=exemption.get("ticket") or "",
    )


def _release(release: Mapping[str, Any], now: datetime) -> ReleaseView:
    pinned = release.get("pinned")
    return ReleaseView(
        workflow=release["workflow"],
        release=release["release"],
        ruleset=release["ruleset"][:12],
        halted=bool(release.get("halted")),
        pinned=moment(pinned["at"], now) if pinned else None,
        pinned_by=pinned["by"] if pinned else "",
        differs=bool(release.get("files_differ")),
        promise=promise(release.get("certificate"), release.get("refusal")),
    )


def off_view(off: Mapping[str, Any], now: datetime) -> Off:
    until = datetime.fromisoformat(off["until"])
    return Off(
        rule=off["rule"],
        address=rule_address(off["rule"]),
        by=off["by"],
        until=clock(off["until"], now),
        left=words.span_of_time(max(0.0, (until - now).total_seconds())),
        why=off["why"] or "",
        note=" ".join(_held(*each) for each in sorted(off["certificates"].items()) if each[1] is not True),
    )


def _held(workflow: str, holds: bool | None) -> str:
    if holds is None:
        return f"The certificate of {workflow} is being tried without it; nothing is decided automatically meanwhile."
    return f"Without it the certificate of {workflow} does not hold, so nothing is decided automatically there."


def alarm_view(alarm: Mapping[str, Any], now: datetime) -> AlarmView:
    rule, kind, usual, seen = alarm["rule"] or "", alarm["kind"], alarm["usual"], alarm["seen"]
    return AlarmView(
        id=alarm["id"],
        title=rule_words.alarm_title(kind, rule, alarm["workflow"], more=seen["share"] > usual["share"]),
        words=rule_words.alarm_words(kind, usual, seen),
        workflow=alarm["workflow"],
        release=alarm["release"],
        rule=rule,
        part="The rule is" if kind == "matches" else "Most of all by",
        address=rule_address(rule) if rule else "",
        watched=f"/console/watch/{quote(alarm['workflow'], safe='')}" if kind in rule_words.OF_TRAFFIC else "",
        raised=moment(alarm["raised_at"], now),
    )


def _workers(workers: Iterable[Mapping[str, Any]]) -> str:
    hosts = [worker["host"] for worker in workers]
    places = ", ".join(sorted(set(hosts)))
    return f"{words.plural(len(hosts), 'worker')} on {places}" if hosts else ""


def file_errors(errors: Iterable[Mapping[str, Any]]) -> tuple[FileError, ...]:
    return tuple(
        FileError(f"{error['file']}:{error['line']}:{error['column']}", error["message"], error["remedy"])
        for error in errors
    )


def promise(certificate: Mapping[str, Any] | None, refusal: Mapping[str, Any] | None) -> str:
    """What a certificate guarantees, or why there is none, in one sentence."""
    if certificate:
        share = certificate["accepted"] / certificate["cases"] if certificate["cases"] else 0.0
        return (
            f"With {words.percent(1 - certificate['delta'])} confidence at most "
            f"{words.percent(certificate['alpha'])} of automatic decisions are wrong, for traffic like the "
            f"{certificate['cases']} calibration cases, of which {words.percent(share)} were decided automatically."
        )
    why = refusal["why"] if refusal else "none was asked for"
    return f"No certificate, so nothing is decided automatically: {why}."
