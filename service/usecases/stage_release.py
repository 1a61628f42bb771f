"""Make a release out of its parts, certify it while the old one serves, and let it answer in one step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from index.encoder import EncoderPool
from service.domain.audit import certificate_digest
from service.domain.types import Certificate, Refusal
from service.errors import Conflict
from service.store import artefacts, document_checks, events, ledger, payloads, pointers
from service.store.document_checks import Check
from service.store.engine import Connection
from service.usecases.certify import certify
from service.usecases.document_checks import check_of
from service.usecases.examples import CALIBRATION, FROM_FILE, Example
from service.usecases.house import House
from service.usecases.kept_automation import ended, refuse_none
from service.usecases.progress import Progress, silent
from service.usecases.roll_out import roll_out
from service.usecases.shelf import OpenRelease
from service.usecases.spend_delta import spend

#: What the calibration cases are, when nobody has drawn them from live traffic.
DEMO_SAMPLE = "demo data, not your traffic"

_TRIES = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a release is made of, as bytes; the snapshot by digest, it lies on disk."""

    policy: bytes  #: workflow.yaml
    rules: bytes  #: JSON: pack -> file -> text
    head: bytes
    calibration: bytes  #: JSON lines: text, label, attributes
    snapshot: str
    sample: str = DEMO_SAMPLE
    base: str | None = None  #: the release these parts were taken from; None for a workflow that is new
    adapter: bytes | None = None  #: of requests' vectors
    encoder: str | None = (
        None  #: digest of the encoder that head, snapshot and adapter belong to; None: the instance's own
    )


@dataclass(frozen=True, slots=True)
class Staged:
    """A release that is certified and opened, and does not answer yet."""

    release: OpenRelease
    parts: Parts
    recorded: bool = False  #: it answered before, so that only the pointer has to move
    told: Mapping[str, Any] = field(default_factory=dict)  #: what its ledger record says besides
    left_behind: tuple[str, ...] = ()  #: workers that did not have it open when it began to answer
    check: Check | None = None  #: with which documents its certificate was made or tried


def stage(house: House, parts: Parts, by: str, why: str, progress: Progress = silent) -> Staged:
    """Open and certify a release made of `parts`; RuleErrors when rules or policy don't load.

    Nothing is written but that this head is tried on these calibration cases, in a commit of its own before what comes
    of it is known: the promise is about everything that was tried, not about what looked well afterwards.
    """
    with house.store.read() as connection:
        sequence = pointers.document_sequence(connection)
    row: dict[str, Any] = {
        "id": house.new_id("rel"),
        "workflow": "",
        "rules": _digest(parts.rules),
        "policy": _digest(parts.policy),
        "head": _digest(parts.head),
        "calibration": _digest(parts.calibration),
        "snapshot": parts.snapshot,
        "encoder": encoder_of(house, parts).digest,
        "adapter": _digest(parts.adapter) if parts.adapter is not None else None,
        "route": house.settings.route,
        "certificate": None,
        "refusal": None,
        "created_at": house.clock(),
        "created_by": by,
        "why": why,
    }
    draft = house.shelf.assemble(row, artefacts_of(parts))
    row["workflow"] = draft.workflow.name
    approved, now = house.register.at(draft.workflow.collections, sequence), house.clock()
    cases = calibration_cases(parts.calibration)
    use = spend(house, row, cases)
    certified = certify(house, draft, cases, sequence, parts.sample, progress, use=use)
    certificate = certified if isinstance(certified, Certificate) else None
    refusal = certified if isinstance(certified, Refusal) else None
    row["certificate"] = asdict(certificate) if certificate else None
    row["refusal"] = asdict(refusal) if refusal else None
    check = check_of(approved, holds=True, found=asdict(certificate), now=now) if certificate else None
    return Staged(replace(draft, certificate=certificate, refusal=refusal, row=row), parts, check=check)


def artefacts_of(parts: Parts) -> dict[str, bytes]:
    """What is kept by its digest, by its digest."""
    return {_digest(data): data for _, data in _artefacts(parts)}


def encoder_of(house: House, parts: Parts) -> EncoderPool:
    """The encoder that the parts belong to."""
    return house.encoder if parts.encoder is None else house.encoders.of(parts.encoder)


class BaseMoved(Conflict):
    """Another release was activated while this one was being staged."""

    code = "release_moved"


def settle(
    house: House,
    make: Callable[[], list[Staged]],
    kind: str,
    also: Callable[[Connection], None] | None = None,
    *,
    accept_none: bool = False,
) -> list[Staged]:
    """Stage and activate what `make` makes; made anew when somebody else activated a release in the meantime.

    Without this an approval that was staged before a reload, and activated after it, would undo the reload. Raises
    what `activate` raises.
    """
    for _ in range(_TRIES):
        staged = make()
        try:
            return activate(house, staged, kind, also, accept_none=accept_none) if staged else staged
        except BaseMoved:
            continue
    raise BaseMoved(f"the release changed {_TRIES} times while this one was staged", remedy="try again")


def activate(
    house: House,
    staged: Sequence[Staged],
    kind: str = "release.activated",
    also: Callable[[Connection], None] | None = None,
    *,
    accept_none: bool = False,
    patience: float | None = None,
) -> list[Staged]:
    """Let the staged releases answer, all from the same commit on, as soon as every live worker has them open.

    `also` writes what else belongs into that commit. BaseMoved if one's base no longer answers, LosesAutomation if one
    ends automation that there is and `accept_none` is not given; then nothing happened. A worker that does not open
    them in time (`patience` in seconds) is named in `left_behind`: it leaves service until it has.
    """
    changes = _changes(house, staged)
    if not accept_none:
        refuse_none(house, changes)
    for each in staged:
        house.shelf.put(each.release)

    def record(connection: Connection) -> None:
        for each in staged:
            if not each.recorded:
                _record(connection, each, house.clock())

    def flip(connection: Connection) -> None:
        for each in staged:
            _flip(house, connection, each, kind)
        if also is not None:
            also(connection)

    new = [each.release.id for each in staged if not each.recorded]
    behind = roll_out(house, [each.release.id for each in staged], new, record, flip, patience=patience)
    _tell_ended(house, changes, kind)
    return [replace(each, left_behind=behind) for each in staged]


def _changes(house: House, staged: Sequence[Staged]) -> list[tuple[Mapping[str, Any], OpenRelease]]:
    """Each with the row of the release whose place it takes; a workflow that is new has none."""
    with house.store.read() as connection:
        rows = [pointers.release(connection, each.parts.base) if each.parts.base else None for each in staged]
    return [(row, each.release) for row, each in zip(rows, staged, strict=True) if row is not None]


def _tell_ended(house: House, changes: Sequence[tuple[Mapping[str, Any], OpenRelease]], kind: str) -> None:
    """Automation that somebody let end is told in the log, as it is on the ledger (`certified`)."""
    for before, release in changes:
        if lost := ended(house, before, release):
            log.warning("automation_ended", workflow=release.workflow.name, release=release.id, kind=kind, detail=lost)


def current_parts(connection: Connection, release: Mapping[str, Any]) -> Parts:
    """The parts of a release that was recorded before."""
    return Parts(
        policy=artefacts.get(connection, release["policy"]),
        rules=artefacts.get(connection, release["rules"]),
        head=artefacts.get(connection, release["head"]),
        calibration=payloads.get(connection, calibration_id(release["calibration"])),
        snapshot=release["snapshot"],
        sample=(release["certificate"] or release["refusal"] or {}).get("sample", DEMO_SAMPLE),
        base=release["id"],
        adapter=artefacts.get(connection, release["adapter"]) if release["adapter"] else None,
        encoder=release["encoder"],
    )


def calibration_bytes(cases: Sequence[Example]) -> bytes:
    """One JSON object a line; what `calibration_cases` reads."""
    return "".join(json.dumps(_entry(case), ensure_ascii=False) + "\n" for case in cases).encode()


def _entry(case: Example) -> dict[str, Any]:
    entry: dict[str, Any] = {"text": case.text, "label": case.label, "attributes": dict(case.attributes)}
    if len(case.labels) > 1:
        entry["labels"] = list(case.labels)
    if case.origin != FROM_FILE:
        entry["origin"] = case.origin
    if case.outcome is not None:
        entry["outcome"] = case.outcome
    return entry


def calibration_cases(data: bytes) -> list[Example]:
    entries = (json.loads(line) for line in data.decode().split("\n") if line)
    return [
        Example(
            entry["text"],
            entry["label"],
            CALIBRATION,
            entry.get("attributes", {}),
            tuple(entry.get("labels", ())),
            entry.get("origin", FROM_FILE),
            entry.get("outcome"),
        )
        for entry in entries
    ]


def keep_parts(connection: Connection, staged: Staged, now: datetime) -> None:
    """Keep what a release is made of, whether it is recorded as one now or may be later."""
    row, parts = staged.release.row, staged.parts
    for name, data in _artefacts(parts):
        assert artefacts.put(connection, name, data, now) == row[name]
    # Calibration texts are personal: they lie with the payloads, the artefact only says which.
    digest = row["calibration"]
    if not payloads.known(connection, calibration_id(digest)):
        payloads.add_alone(connection, now, (calibration_id(digest), "calibration", parts.calibration))


def calibration_id(digest: str) -> str:
    """Where the calibration cases of that digest lie among the payloads."""
    return f"cal_{digest[:48]}"


def _record(connection: Connection, staged: Staged, now: datetime) -> None:
    """Everything that makes the release known, so that any worker can open it; it does not answer yet."""
    keep_parts(connection, staged, now)
    pointers.add_release(connection, **staged.release.row)


def _flip(house: House, connection: Connection, staged: Staged, kind: str) -> None:
    row, base, now = dict(staged.release.row), staged.parts.base, house.clock()
    if not pointers.activate(connection, row["workflow"], row["id"], base, now):
        raise BaseMoved(f"workflow {row['workflow']} no longer answers by {base}", remedy="stage it again")
    if staged.check is not None:
        document_checks.put(connection, row["id"], staged.check)
    body = {name: row[name] for name in ("workflow", "rules", "policy", "head", "snapshot", "encoder", "calibration")}
    if row["adapter"] is not None:
        body["adapter"] = row["adapter"]
    body |= {"by": row["created_by"], "why": row["why"], "certified": row["certificate"] is not None}
    body["certificate_digest"] = certificate_digest(row["certificate"])
    ledger.append(connection, kind, row["id"], now, body | dict(staged.told))
    told = {"release": row["id"], "workflow": row["workflow"]}
    events.add(connection, house.new_id("evt"), kind, row["id"], told, now)


def _artefacts(parts: Parts) -> list[tuple[str, bytes]]:
    """What is kept by its digest, with the name it has in the release."""
    named = [("rules", parts.rules), ("policy", parts.policy), ("head", parts.head)]
    return named if parts.adapter is None else [*named, ("adapter", parts.adapter)]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
