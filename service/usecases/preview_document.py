"""What would change if a version were approved, or an approved one retired. Nothing is changed by it.

The calibration cases of every workflow that would search it go through the whole route twice: with the documents as
they are, and as they would be.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from service.domain.access import Principal, Scope
from service.domain.document import Status, Step, Version, in_force
from service.domain.types import Certificate, DecidedBy, State
from service.errors import Busy, Conflict
from service.learn.guarantee import again
from service.store import documents, pointers
from service.store.engine import Row
from service.usecases.certify import places, walk
from service.usecases.consider import Considered, Rooms, rooms_at
from service.usecases.document_step import key_of, no_such, takes_over
from service.usecases.embed import prepare
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_document import visible_rows
from service.usecases.shelf import OpenRelease
from service.usecases.stage_release import calibration_cases, current_parts

_SHOWN = 10  # cases shown of those that change

#: One at a time in this process: each takes every calibration case through all rooms.
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The approved versions that one workflow searches, as they are and as they would be."""

    now: Sequence[Version]
    then: Sequence[Version]


@dataclass(frozen=True, slots=True)
class _Case:
    """How one calibration case comes out."""

    label: str | None
    automatic: bool
    documents: tuple[str, ...]
    given: tuple[str, ...] = ()  #: the labels of the decision, where it is automatic

    @property
    def answer(self) -> tuple[str | None, bool]:
        """What a caller hears, whichever documents stand beside it."""
        return self.label, self.automatic

    def told(self) -> dict[str, Any]:
        return {"label": self.label, "automatic": self.automatic, "documents": list(self.documents)}


def preview(
    house: House,
    principal: Principal,
    collection: str,
    document_id: str,
    version: int,
    progress: Progress = silent,
) -> dict[str, Any]:
    """A draft or submitted version as if approved, an approved one as if retired, on the first day that it counts.

    Texts of calibration cases are shown to those who may read decisions. Conflict for a version that has ended; Busy
    while another preview is worked out.
    """
    now = house.clock()
    with house.store.read() as connection:
        rows = visible_rows(connection, principal, collection, document_id)
        active = pointers.pointers(connection)
    row = next((row for row in rows if row.version == version), None)
    if row is None:
        raise no_such(collection, document_id, version, (each.version for each in rows))
    step = _step(row)
    moment = max(now, row.effective_from or now)
    releases = [house.shelf.open(pointer.release) for pointer in active]
    concerned = [release for release in releases if collection in release.workflow.collections]
    if not _turn.acquire(blocking=False):
        raise Busy("another preview is being worked out in this process", remedy="try again in a moment")
    try:
        if step is Step.APPROVE:
            with house.store.read() as connection:
                read = documents.texts(connection, [key_of(row)])
            prepare(house, read, progress)
        told = [_one(house, principal, release, row, step, moment, progress) for release in concerned]
    finally:
        _turn.release()
    replaces = _replaced(rows, row, moment) if step is Step.APPROVE else None
    return {
        "collection": collection,
        "id": document_id,
        "version": version,
        "step": step.value,
        "replaces": replaces,
        "workflows": told,
        "sentences": list(_sentences(row, step, replaces, moment > now, told)),
    }


def _step(row: Row[Any]) -> Step:
    match row.status:
        case Status.DRAFT | Status.SUBMITTED:
            return Step.APPROVE
        case Status.APPROVED:
            return Step.RETIRE
    raise Conflict(f"version {row.version} of {row.id} is {row.status}", remedy="nothing would change any more")


def _replaced(rows: Sequence[Row[Any]], row: Row[Any], moment: datetime) -> int | None:
    """The version that is in force till then, and no longer would be."""
    approved = [documents.version_of(each) for each in rows if each.status == Status.APPROVED]
    before = [version.key.version for version in in_force(approved, moment) if version.key.version < row.version]
    return before[0] if before else None


def outlook(approved: Sequence[Version], row: Row[Any], step: Step, moment: datetime) -> Outlook:
    """What would be approved after the step, by the same rules that the step itself follows."""
    key = key_of(row)
    if step is Step.RETIRE:
        return Outlook(approved, [each for each in approved if each.key != key])
    over = takes_over(row.effective_from, row.effective_until, moment)
    stays = [
        each
        for each in approved
        if not over or (each.key.collection, each.key.id) != (key.collection, key.id) or each.key.version > key.version
    ]
    return Outlook(approved, [*stays, documents.version_of(row)])


def _one(
    house: House,
    principal: Principal,
    release: OpenRelease,
    row: Row[Any],
    step: Step,
    moment: datetime,
    progress: Progress,
) -> dict[str, Any]:
    with house.store.read() as connection:
        sequence = pointers.document_sequence(connection)
        approved = documents.approved(connection, release.workflow.collections, sequence)
        cases = calibration_cases(current_parts(connection, release.row).calibration)
    seen = outlook(approved, row, step, moment)
    today = rooms_at(house, release, sequence, moment)
    keys = frozenset(version.key for version in seen.then)
    hypothetical = replace(today, view=lambda: house.views.over(release, keys))
    groups = frozenset(row.audience)  # as those see it whom it is for

    def through(rooms: Rooms, versions: Sequence[Version], what: str) -> list[_Case]:
        considered = walk(
            house,
            cases,
            rooms,
            lambda narrow: house.allowed.of(versions, groups, moment, narrow),
            moment,
            certificate=release.certificate,
        )
        return [_case(each) for each in _counted(considered, len(cases), what, progress)]

    before, after = through(today, seen.now, "before"), through(hypothetical, seen.then, "after")
    changed = [place for place in range(len(cases)) if before[place] != after[place]]
    otherwise = {place for place in changed if before[place].answer != after[place].answer}
    changed.sort(key=lambda place: place not in otherwise)
    shown = principal.may(Scope.READ)
    return {
        "workflow": release.workflow.name,
        "cases": len(cases),
        "automatic_before": _share(before),
        "automatic_after": _share(after),
        "holds": _holds(release.certificate, cases, after),
        "cases_changed": len(changed),
        "answers_changed": len(otherwise),
        "examples": [
            {
                "text": cases[place].text if shown else None,
                "before": before[place].told(),
                "after": after[place].told(),
            }
            for place in changed[:_SHOWN]
        ],
    }


def _counted(cases: Iterator[Considered], total: int, what: str, progress: Progress) -> Iterator[Considered]:
    for place, each in enumerate(cases):
        progress(what, place + 1, total)
        yield each


def _case(considered: Considered) -> _Case:
    automatic = considered.automatic
    alone = automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER
    best = considered.judgement.scores[0].label if considered.judgement and considered.judgement.scores else None
    found = tuple(dict.fromkeys(evidence.key.id for evidence in considered.evidence))
    return _Case(automatic.label or best, alone, found, automatic.labels if alone else ())


def _share(cases: Sequence[_Case]) -> float:
    return sum(case.automatic for case in cases) / len(cases) if cases else 0.0


def _holds(certificate: Certificate | None, cases: Sequence[Example], after: Sequence[_Case]) -> bool | None:
    """Whether the release's certificate would still be given at its threshold; None where it has none."""
    if certificate is None:
        return None
    # What is automatic has passed the thresholds already: as sure as can be, and all else not at all.
    confidence = np.array([float(case.automatic) for case in after])
    pairs = zip(after, cases, strict=True)
    correct = np.array([set(case.given) == set(each.labels) for case, each in pairs], dtype=bool)
    groups = places([case.given for case in after], certificate.bounds)
    return isinstance(again(confidence, correct, groups, certificate), Certificate)


def _sentences(
    row: Row[Any], step: Step, replaces: int | None, later: bool, workflows: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    when = f"From {row.effective_from.date().isoformat()} on, version" if later else "Version"
    if step is Step.RETIRE:
        yield f"Version {row.version} would be found no more."
    elif replaces is None:
        yield f"{when} {row.version} would be found, where none is in force {'till then' if later else 'now'}."
    else:
        yield f"{when} {row.version} would be found instead of version {replaces}."
    if not workflows:
        yield f"No workflow searches the collection {row.collection}."
    for each in workflows:
        yield (
            f"{each['workflow']}: of {each['cases']} calibration cases {each['answers_changed']} would be decided "
            f"otherwise, and {each['cases_changed'] - each['answers_changed']} more would show other documents; "
            f"automation {each['automatic_before']:.0%} → {each['automatic_after']:.0%}."
        )
        if each["holds"] is False:
            yield f"{each['workflow']}: the certificate would not hold, so people would decide everything."
