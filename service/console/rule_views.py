"""What the page of rules shows: what is in force, what is promised of it, and what is wrong in the files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in force."""

    id: str
    title: str
    status: Phrase
    severity: Phrase
    effect: Phrase
    owner: str
    place: str


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack and its rules."""

    id: str
    title: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """What answers in one workflow, and what is promised of it."""

    workflow: str
    release: str
    ruleset: str
    halted: bool
    promise: str


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing wrong in a file."""

    place: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """Packs in force, and whether the files say something else."""

    packs: tuple[PackView, ...]
    workflows: tuple[ReleaseView, ...]
    files_differ: bool
    errors: tuple[FileError, ...]


def status_view(status: Mapping[str, Any]) -> StatusView:
    return StatusView(
        packs=tuple(
            PackView(pack["id"], pack.get("title") or pack["id"], tuple(_rule(rule) for rule in pack["rules"]))
            for pack in status["packs"]
        ),
        workflows=tuple(
            ReleaseView(
                workflow=release["workflow"],
                release=release["release"],
                ruleset=release["ruleset"][:12],
                halted=bool(release.get("halted")),
                promise=promise(release.get("certificate"), release.get("refusal")),
            )
            for release in status["workflows"]
        ),
        files_differ=bool(status["files_differ"]),
        errors=file_errors(status["errors"]),
    )


def _rule(rule: Mapping[str, Any]) -> RuleRow:
    file, line = rule.get("file", ""), rule.get("line", 0)
    return RuleRow(
        id=rule["id"],
        title=rule["title"],
        status=phrase(words.RULE_STATUSES, rule["status"]),
        severity=phrase(words.SEVERITIES, rule["severity"]),
        effect=phrase(words.EFFECTS, rule["effect"]),
        owner=rule["owner"] or words.NOTHING,
        place=f"{file}:{line}" if file else words.NOTHING,
    )


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


def reload_words(report: Mapping[str, Any]) -> str:
    """What a reload changed, in words."""
    if not report["changed"]:
        return "The files say what is already in force; nothing was changed."
    changes = [
        f"{each['workflow']}: automation {words.percent(each['before']['coverage'])} → "
        f"{words.percent(each['after']['coverage'])} of the calibration cases"
        for each in report["workflows"]
    ]
    return "In force from now on. " + "; ".join(changes) + "."
