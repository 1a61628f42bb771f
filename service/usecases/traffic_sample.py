"""Requests as the model that answers saw them: live ones from the record, and those that it was made for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from rules.model import AttributeValue
from rules.schema import AttributeSchema
from service.domain.chosen import otherwise, settled
from service.domain.moved import labels_now
from service.domain.types import Automatic, DecidedBy, Outcome, Reference, State, Workflow
from service.store import payloads, pointers, watches
from service.store.engine import Connection, Row
from service.usecases.certify import walk
from service.usecases.consider import Considered, rooms_at
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_text
from service.usecases.shelf import OpenRelease
from service.usecases.stage_release import calibration_cases, calibration_id

#: Decisions that a look takes, the newest.
MOST = 5_000
_STEP = 500  # read at once
_FIRST = timedelta(days=14)
_ENCODED = 300  # texts of each side whose vectors are compared
_MILLION = 1_000_000
# A decision that waits for these reasons alone would have been automatic on an ordinary day.
_ORDINARY = frozenset({"degraded", "random_check"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, and what the model made of it. A decision that only an alarm held counts as automatic: so a later
    look can find that all is well again."""

    id: str  #: of the decision; empty for a calibration case
    text: str | None  #: None: erased
    attributes: Mapping[str, AttributeValue]
    labels: tuple[str, ...]  #: that the model gave or would have given; empty: it was not asked, or none was likely
    confidence: float | None  #: 0 to 1; None: rules blocked, or a room failed
    energy: float
    similarity: float | None  #: score of the best document; None: none was found
    alone: bool  #: the model decided it
    blocked: bool  #: rules did
    probability: float | None = None  #: with which it was drawn for a blind check; None: it was not
    truth: tuple[str, ...] | None = None  #: what people said; None: nobody did yet
    overruled: bool = False  #: people decided otherwise than these labels settle by themselves
    allowed: bool = False  #: people let it through

    @property
    def judged(self) -> bool:
        return self.confidence is not None

    @property
    def wrong(self) -> bool:
        """People gave other labels, or decided otherwise with the same: what a certificate counts as wrong."""
        return self.truth is not None and (set(self.truth) != set(self.labels) or self.overruled)


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests of one side of the comparison."""

    seen: tuple[Seen, ...]
    words: str  #: what they are

    @property
    def judged(self) -> tuple[Seen, ...]:
        return tuple(each for each in self.seen if each.judged)

    def figures(self, name: str) -> npt.NDArray[np.float64]:
        """One figure of all that were judged and have it."""
        found = [getattr(each, name) for each in self.judged]
        return np.array([each for each in found if each is not None], dtype=np.float64)


def live(house: House, release: OpenRelease, since: datetime, until: datetime) -> Sample:
    """What the release's model decided from `since` until `until`, under whatever rules; the newest `MOST`."""
    rows: list[tuple[Row[Any], dict[str, Any]]] = []
    before: str | None = None
    with house.store.read() as connection:
        while len(rows) < MOST:
            page = watches.decided(connection, release.workflow.name, since, until, before, _STEP)
            rows += [(row, body) for row in page if _by(release, body := json.loads(row.record)["body"])]
            if len(page) < _STEP:
                break
            before = page[-1].id
        said = _said(connection, release.workflow.name, [row for row, _ in rows])
    schema = AttributeSchema(release.workflow.attributes)
    then = {name: house.shelf.policy(name) for name in {body["release"] for row, body in rows if row.id in said}}
    seen = tuple(
        _of_record(release, then.get(body["release"], release.workflow), schema, row, body, said.get(row.id))
        for row, body in rows
    )
    return Sample(seen, f"{len(seen)} live requests since {since:%-d %B %Y}")


def reference(
    house: House, release: OpenRelease, until: datetime, progress: Progress = silent
) -> tuple[Sample, datetime]:
    """What live requests are compared with, as the policy says, and from when on they may be."""
    beginning = datetime.min.replace(tzinfo=until.tzinfo)
    if release.workflow.watch.compare_with is Reference.CALIBRATION:
        return _calibration(house, release, progress), beginning
    row = release.row
    with house.store.read() as connection:
        first = watches.first_answer(connection, release.workflow.name, row["head"], row["encoder"])
    if first is None:
        return Sample((), "nothing yet: it has decided nothing"), beginning
    sample = live(house, release, first, first + _FIRST)
    return Sample(sample.seen, f"the {len(sample.seen)} requests of the first two weeks, from {first:%-d %B %Y}"), (
        first + _FIRST
    )


def vectors(release: OpenRelease, seen: Sequence[Seen], max_windows: int) -> tuple[Vectors, list[Seen]]:
    """The vectors of a random part of the requests, and whose they are; what was erased has none."""
    there = [each for each in seen if each.text is not None]
    chosen = there
    if len(there) > _ENCODED:
        places = np.random.default_rng(len(there)).choice(len(there), _ENCODED, replace=False)
        chosen = [there[place] for place in sorted(places)]
    encoder = release.encoder
    found = [encoder.windows(read_text(each.text or ""), max_windows=max_windows).pooled for each in chosen]
    return np.array(found, dtype=np.float32).reshape(len(found), -1 if found else encoder.dim), chosen


def _calibration(house: House, release: OpenRelease, progress: Progress) -> Sample:
    """The calibration cases, taken through the rooms as they are today; what was worked out before is remembered."""
    now = house.clock()
    with house.store.read() as connection:
        sequence = pointers.document_sequence(connection)
        kept = calibration_id(release.row["calibration"])
        cases = calibration_cases(payloads.get(connection, kept)) if payloads.known(connection, kept) else []
    considered = walk(
        house,
        cases,
        rooms_at(house, release, sequence, now),
        lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
        now,
        certificate=release.certificate,
    )
    schema, seen = AttributeSchema(release.workflow.attributes), []
    for place, (case, each) in enumerate(zip(cases, considered, strict=True)):
        seen.append(_of_case(release, case, schema.coerce(case.attributes), each))
        progress("looking at calibration cases", place + 1, len(cases))
    granted = release.certificate or release.refusal
    return Sample(tuple(seen), (granted.sample if granted else "") or f"{len(seen)} calibration cases")


def _of_case(
    release: OpenRelease,
    case: Example,
    attributes: Mapping[str, AttributeValue],
    considered: Considered,
) -> Seen:
    judgement, automatic = considered.judgement, considered.automatic
    chosen: tuple[str, ...] = ()
    if judgement is not None:
        chosen = judgement.chosen if release.workflow.several else (judgement.scores[0].label,)
    return Seen(
        id="",
        text=case.text,
        attributes=attributes,
        labels=chosen,
        confidence=judgement.confidence if judgement else None,
        energy=judgement.energy if judgement else 0.0,
        similarity=considered.evidence[0].score if considered.evidence else None,
        alone=automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER,
        blocked=_blocked(automatic),
        truth=case.labels,
        overruled=case.outcome is not None and settled(release.workflow, chosen) not in (None, case.outcome),
    )


def _blocked(automatic: Automatic) -> bool:
    return automatic.decided_by is DecidedBy.RULES


def _by(release: OpenRelease, body: Mapping[str, Any]) -> bool:
    """Whether this model decided it: another one's confidences mean something else."""
    parts = body["parts"]
    return bool(parts["head"] == release.row["head"] and parts["encoder"] == release.row["encoder"])


def _said(connection: Connection, workflow: str, rows: Sequence[Row[Any]]) -> Mapping[str, Row[Any]]:
    ids = [row.id for row in rows]
    return watches.reviewed(connection, workflow, min(ids), max(ids)) if ids else {}


def _of_record(
    release: OpenRelease,
    then: Workflow,
    schema: AttributeSchema,
    row: Row[Any],
    body: Mapping[str, Any],
    review: Row[Any] | None,
) -> Seen:
    """`then` is the policy that it was decided and reviewed under."""
    judged, several, moved = body["judgement"], release.workflow.several, release.workflow.moved
    request = json.loads(row.request) if row.request is not None else {}
    given = () if judged is None else tuple(judged.get("chosen", ()) if several else (judged["label"],))
    truth = None if review is None else (labels_now(review.labels, moved) or tuple(review.labels))
    best = body["evidence"][0]["score"] / _MILLION if body["evidence"] else None
    held_by = set(body["reasons"])
    alone = body["decided_by"] == DecidedBy.CLASSIFIER.value
    return Seen(
        id=row.id,
        text=request.get("text"),
        attributes=schema.coerce(request.get("attributes") or {}),
        labels=labels_now(given, moved) or given,
        confidence=judged["confidence"] / _MILLION if judged else None,
        energy=judged["energy"] / _MILLION if judged else 0.0,
        similarity=best,
        alone=alone or (judged is not None and "degraded" in held_by and held_by <= _ORDINARY),
        blocked=body["decided_by"] == DecidedBy.RULES.value,
        probability=row.probability,
        truth=truth,
        overruled=review is not None and _overruled(then, given, review),
        allowed=review is not None and review.outcome == "allow",
    )


def _overruled(then: Workflow, given: Sequence[str], review: Row[Any]) -> bool:
    decided = otherwise(then, review.labels, Outcome(review.outcome))
    return decided is not None and settled(then, given) not in (None, decided)
