"""The life of a document as one table, who may approve, and which versions are in force when. Pure.

A document's versions each go their own way through `TRANSITIONS`; what follows from dates alone (in force, upcoming,
expired, replaced) is computed and never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from index.model import DocumentKey, FieldValue
from service.domain.access import is_nobody, same_person


class Status(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"  #: Its author is still writing.
    SUBMITTED = "submitted"  #: Waits for somebody else's approval.
    APPROVED = "approved"  #: May be found, from its first day to its last.
    SUPERSEDED = "superseded"  #: A newer version has taken its place for good.
    RETIRED = "retired"  #: Taken out of use; for good too.


class Step(StrEnum):
    """What moves a version."""

    SAVE = "save"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    SUPERSEDE = "supersede"
    RETIRE = "retire"


#: (status, step) -> next status. What is not here is not allowed.
TRANSITIONS: dict[tuple[Status, Step], Status] = {
    (Status.DRAFT, Step.SAVE): Status.DRAFT,
    (Status.DRAFT, Step.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Step.RETURN): Status.DRAFT,
    (Status.SUBMITTED, Step.APPROVE): Status.APPROVED,
    (Status.APPROVED, Step.SUPERSEDE): Status.SUPERSEDED,
    (Status.DRAFT, Step.RETIRE): Status.RETIRED,
    (Status.SUBMITTED, Step.RETIRE): Status.RETIRED,
    (Status.APPROVED, Step.RETIRE): Status.RETIRED,
}


def next_status(status: str, step: Step) -> Status | None:
    """The status that `step` leads to, or None when the table does not admit it; also for a status nobody knows."""
    try:
        return TRANSITIONS.get((Status(status), step))
    except ValueError:
        return None


def wrote_it(authors: Iterable[str], approver: str) -> bool:
    """Whether the approver is one of those who wrote or submitted a version, or nobody; then it is no approval.

    Without a single author nobody can tell whose work it is, so nobody's approval counts.
    """
    known = [author for author in authors if not is_nobody(author)]
    return not known or is_nobody(approver) or any(same_person(author, approver) for author in known)


class Standing(StrEnum):
    """What the calendar makes of an approved version."""

    IN_FORCE = "in_force"
    UPCOMING = "upcoming"  #: its first day is yet to come
    EXPIRED = "expired"  #: its last day is over
    REPLACED = "replaced"  #: a newer version is in force


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version of a document: what decides who may find it, and when."""

    key: DocumentKey
    owner: str
    audience: frozenset[str]  #: caller groups; empty: everyone
    jurisdiction: frozenset[str]
    effective_from: datetime | None
    effective_until: datetime | None  #: exclusive
    approved_sequence: int
    ended_sequence: int | None = None  #: when it was retired or superseded
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def standing(self, now: datetime) -> Standing:
        """By its own dates alone: a newer version may have replaced it."""
        if self.effective_until is not None and self.effective_until <= now:
            return Standing.EXPIRED
        if self.effective_from is not None and self.effective_from > now:
            return Standing.UPCOMING
        return Standing.IN_FORCE


@dataclass(frozen=True, slots=True)
class Visible:
    """The documents one caller may find at a moment, and how long that stays true by the calendar alone."""

    keys: frozenset[DocumentKey]
    until: datetime | None  #: the next effective date; None: no date changes it


def in_force(versions: Iterable[Version], now: datetime) -> list[Version]:
    """Of each document the newest version whose dates hold `now`. `versions` are approved and not ended."""
    newest: dict[tuple[str, str], Version] = {}  # (collection, id)
    for version in versions:
        if version.standing(now) is Standing.IN_FORCE:
            name = (version.key.collection, version.key.id)
            if name not in newest or version.key.version > newest[name].key.version:
                newest[name] = version
    return list(newest.values())


def next_date(versions: Iterable[Version], now: datetime) -> datetime | None:
    """The next moment at which the calendar alone changes what is in force; None: never."""
    dates = (date for version in versions for date in (version.effective_from, version.effective_until))
    return min((date for date in dates if date is not None and date > now), default=None)


def visible_of(
    versions: Iterable[Version], groups: frozenset[str], now: datetime, narrow: Mapping[str, frozenset[str]]
) -> Visible:
    """What a caller of these groups may find: of the versions in force those for an audience of the caller's.

    An older version never stands in for one that the caller may not find: it has been replaced for everybody.
    """
    known = list(versions)
    keys = (each.key for each in in_force(known, now) if addressed(each, groups) and within(each, narrow))
    return Visible(frozenset(keys), next_date(known, now))


def addressed(version: Version, groups: frozenset[str]) -> bool:
    """Whether a caller of these groups belongs to its audience."""
    return not version.audience or not groups.isdisjoint(version.audience)


def within(version: Version, narrow: Mapping[str, frozenset[str]]) -> bool:
    """Whether it has one of the allowed values of each name; a name that means nothing here allows nothing.

    Names: collection, id, owner, jurisdiction, and `field.<name>` for the document's own fields.
    """
    return all(not _values(version, name).isdisjoint(allowed) for name, allowed in narrow.items())


def _values(version: Version, name: str) -> frozenset[str]:
    match name:
        case "collection":
            return frozenset({version.key.collection})
        case "id":
            return frozenset({version.key.id})
        case "owner":
            return frozenset({version.owner})
        case "jurisdiction":
            return version.jurisdiction
        case _ if name.startswith("field."):
            value = version.fields.get(name.removeprefix("field."), ())
            return frozenset({f"{value:g}"} if isinstance(value, int | float) else value)
    return frozenset()
