"""What the page of changes shows: what the files would change, what going back would, what came of it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import rule_words, words
from service.console.rule_views import FileError, Moment, clock, file_errors, promise
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One difference, by what it means."""

    says: str
    direction: Phrase
    before: str  #: with `after`: a condition or a longer text that is better seen side by side; else empty
    after: str


@dataclass(frozen=True, slots=True)
class WorkflowChange:
    """What would be different in one workflow."""

    workflow: str
    rules: tuple[ChangeView, ...]
    policy: tuple[ChangeView, ...]
    removed: tuple[str, ...]  #: rules that count now and are gone from the files

    @property
    def any(self) -> bool:
        return bool(self.rules or self.policy)

    @property
    def loosening(self) -> int:
        """How many of the changes let more through."""
        return sum(change.direction.value == "loosens" for change in (*self.rules, *self.policy))


@dataclass(frozen=True, slots=True)
class FilesView:
    """What the files say beside what is in force."""

    errors: tuple[FileError, ...]
    differ: bool
    workflows: tuple[WorkflowChange, ...]
    pinned: tuple[tuple[str, str], ...]  #: workflow, and who rolled it back
    second_person: tuple[str, ...]  #: workflows whose policy wants one
    digest: str  #: of what is shown: a reload of anything else is refused

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(sorted({rule for each in self.workflows for rule in each.removed}))

    @property
    def loosening(self) -> int:
        return sum(each.loosening for each in self.workflows)


def files_view(diff: Mapping[str, Any], status: Mapping[str, Any], second_person: Iterable[str]) -> FilesView:
    """`diff` and `status` of the same moment; `second_person`: workflows whose policy in force wants one."""
    edited = {each["workflow"] for each in diff["workflows"]}
    return FilesView(
        errors=file_errors(diff["errors"]),
        differ=bool(edited),
        workflows=tuple(workflow_change(each) for each in diff["workflows"]),
        pinned=tuple(
            (release["workflow"], release["pinned"]["by"])
            for release in status["workflows"]
            if release.get("pinned") and release["workflow"] in edited
        ),
        second_person=tuple(sorted(edited & set(second_person))),
        digest=digest(diff),
    )


def digest(diff: Mapping[str, Any]) -> str:
    """A name for what a diff says: two diffs that say the same have the same."""
    plain = json.dumps(diff, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def workflow_change(each: Mapping[str, Any]) -> WorkflowChange:
    return WorkflowChange(
        workflow=each["workflow"],
        rules=change_views(each["changes"]),
        policy=change_views(each["policy_changes"]),
        removed=tuple(each.get("removed", ())),
    )


def change_views(changes: Iterable[Mapping[str, Any]]) -> tuple[ChangeView, ...]:
    """Loosening ones first, otherwise in the order given."""
    shown = [_change(change) for change in changes]
    return tuple(sorted(shown, key=lambda change: change.direction.value != "loosens"))


def _change(change: Mapping[str, Any]) -> ChangeView:
    direction = phrase(rule_words.DIRECTIONS, change["direction"])
    before, after = change["before"], change["after"]
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) > _LONG:
        about = f"`{change['rule']}`: {change['what']}" if change.get("rule") else change["what"]
        return ChangeView(about, direction, rule_words.dated(before), rule_words.dated(after))
    return ChangeView(rule_words.dated(change["says"]), direction, "", "")


_LONG = 60  # characters of both texts together that still read well in one sentence


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a change does to automation in one workflow."""

    workflow: str
    before: str
    after: str
    less: bool
    promise: str


def reckoned(report: Mapping[str, Any]) -> tuple[Reckoned, ...]:
    """From a reload, dry or not."""
    return tuple(
        Reckoned(
            workflow=each["workflow"],
            before=words.percent(each["before"]["coverage"]),
            after=words.percent(each["after"]["coverage"]),
            less=each["after"]["coverage"] < each["before"]["coverage"],
            promise=promise(each["certificate"], each["refusal"]),
        )
        for each in report["workflows"]
    )


def reload_words(report: Mapping[str, Any]) -> str:
    """What a reload changed, in words."""
    if not report["changed"]:
        return "The files say what is already in force; nothing was changed."
    changes = [f"{each.workflow}: automation {each.before} → {each.after}" for each in reckoned(report)]
    left = report.get("left_behind") or ()
    late = f" {words.plural(len(left), 'worker')} was not ready in time and left service." if left else ""
    return f"In force from now on. {'; '.join(changes)} of the calibration cases.{late}"


@dataclass(frozen=True, slots=True)
class EarlierView:
    """A release one may go back to."""

    id: str
    made: Moment
    by: str
    why: str
    automation: str
    promise: str


def earlier_view(release: Mapping[str, Any], now: datetime) -> EarlierView:
    certificate = release["certificate"]
    share = certificate["accepted"] / certificate["cases"] if certificate and certificate["cases"] else 0.0
    return EarlierView(
        id=release["id"],
        made=clock(release["created_at"], now),
        by=release["created_by"],
        why=release["why"],
        automation=words.percent(share),
        promise=promise(certificate, release["refusal"]),
    )


@dataclass(frozen=True, slots=True)
class BackView:
    """What going back to a release would change."""

    workflow: str
    active: str
    release: EarlierView
    changes: WorkflowChange


def back_view(compared: Mapping[str, Any], now: datetime) -> BackView:
    return BackView(
        compared["workflow"], compared["active"], earlier_view(compared["release"], now), workflow_change(compared)
    )


def rollback_words(report: Mapping[str, Any]) -> str:
    """What answers after a rollback, in words."""
    places = [f"{each['workflow']} answers by release {each['release']}" for each in report["workflows"]]
    return f"{'; '.join(places)}, and is pinned: the files are not taken over until somebody unpins it."
