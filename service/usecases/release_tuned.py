"""Let what was tuned answer, and take it back: a release like any other, certified while the old one serves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from index.adapt import Adapter
from service.errors import Conflict
from service.store import ledger, pointers
from service.store.engine import Connection
from service.usecases.ask import find_pointer
from service.usecases.establish import fitted_head
from service.usecases.examples import FILE, read_examples
from service.usecases.house import House
from service.usecases.note import check_why, note_of
from service.usecases.progress import Progress, silent
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.reload_report import coverage
from service.usecases.stage_release import Parts, Staged, current_parts, encoder_of, settle, stage
from service.usecases.workflow_file import read_workflow

TUNED, TAKEN_BACK = "release.tuned", "release.tuning_taken_back"

# What an earlier release has to have in common with the one that answers, for its own certificate to hold.
_CERTIFIED_BY = ("rules", "policy", "calibration")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Released:
    """A release that answers now, and what it costs or gains."""

    id: str
    before: str  #: the release that answered before
    automation: tuple[float, float]  #: share of the calibration cases that need nobody, before and after
    refusal: str | None  #: why it has no certificate


class LosesAutomation(Conflict):
    """The release would take the certificate away; nothing was changed."""

    code = "loses_automation"


def release_adapter(
    house: House, workflow: str, adapter: Adapter, by: str, why: str, progress: Progress = silent
) -> Released:
    """Put an adapter to work. Conflict when the workflow's encoder is no longer the one it was fitted for."""

    def changed(parts: Parts) -> Parts:
        if parts.encoder != adapter.encoder:
            raise Conflict(
                f"the adapter is of encoder {adapter.encoder[:12]}, and {workflow} answers by another one by now",
                remedy="tune again",
            )
        return replace(parts, adapter=adapter.to_bytes())

    return _release(house, workflow, changed, by, why, progress)


def release_encoder(
    house: House, workflow: str, digest: str, by: str, why: str, progress: Progress = silent
) -> Released:
    """Put another encoder to work: the passages encoded by it, and the classifier fitted on its vectors."""
    pool = house.encoders.of(digest)
    examples = read_examples(house.home / "workflows" / workflow / FILE)
    head = fitted_head(house, examples, progress, encoder=pool)

    def changed(parts: Parts) -> Parts:
        snapshot = snapshot_of(house, read_workflow(parts.policy).collections, progress, encoder=pool)
        return replace(parts, encoder=digest, head=head, snapshot=snapshot, adapter=None)

    return _release(house, workflow, changed, by, why, progress)


def take_back(house: House, workflow: str, by: str, why: str, progress: Progress = silent) -> Released:
    """Undo the last change of encoder or adapter, under today's rules and policy.

    Where rules, policy and calibration cases are the same still, the release from before answers again, with its own
    certificate; else one is made of what was, and certified. Conflict when nothing was tuned.
    """
    note = note_of(house, check_why(why))
    told: list[Released] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            row = _row(connection, find_pointer(connection, workflow).release)
            target = _before(connection, workflow)
            old, current = current_parts(connection, target), current_parts(connection, row)
        said = {"by": by, "why": "tuning taken back", "before": row["id"], "to": target["id"], **note.told}
        if all(target[part] == row[part] for part in _CERTIFIED_BY) and target["route"] == house.settings.route:
            staged = Staged(house.shelf.open(target["id"]), replace(old, base=row["id"]), recorded=True, told=said)
        else:
            mixed = replace(current, adapter=old.adapter)
            if old.encoder != current.encoder:
                pool = encoder_of(house, old)
                snapshot = snapshot_of(house, read_workflow(current.policy).collections, progress, encoder=pool)
                mixed = replace(mixed, encoder=old.encoder, head=old.head, snapshot=snapshot)
            staged = replace(stage(house, mixed, by, f"tuning taken back to {target['id']}", progress), told=said)
        told[:] = [_told(staged, row)]
        return [staged]

    settle(house, make, TAKEN_BACK, lambda connection: note.keep(connection, house.clock()))
    return told[0]


def _release(
    house: House, workflow: str, changed: Callable[[Parts], Parts], by: str, why: str, progress: Progress
) -> Released:
    told: list[Released] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            row = _row(connection, find_pointer(connection, workflow).release)
            parts = current_parts(connection, row)
        staged = stage(house, changed(parts), by, why, progress)
        refusal = staged.release.refusal
        if row["certificate"] and refusal is not None:
            raise LosesAutomation(
                f"with it, {workflow} would have no certificate and people would decide everything: {refusal.why}",
                remedy="add labelled examples and fit the workflow anew, or leave it as it is",
            )
        told[:] = [_told(staged, row)]
        return [replace(staged, told={"before": row["id"]})]

    settle(house, make, TUNED)
    return told[0]


def _told(staged: Staged, before: Row) -> Released:
    row = staged.release.row
    refusal = row["refusal"]["why"] if row["refusal"] else None
    return Released(staged.release.id, before["id"], (coverage(before), coverage(row)), refusal)


def _row(connection: Connection, release: str) -> Row:
    row = pointers.release(connection, release)
    assert row is not None, "the foreign key keeps it"
    return row


def _before(connection: Connection, workflow: str) -> Row:
    """The release that answered last with another encoder or adapter than today's; what was taken back is forgotten."""
    lived: list[Row] = []
    for record in ledger.of_releases(connection, workflow):
        if "encoder" not in json.loads(record.record)["body"]:
            continue  # it is not told there that the release began to answer
        row = _row(connection, record.subject_id)
        if record.kind == TAKEN_BACK:
            while lived and _tuning(lived[-1]) != _tuning(row):
                lived.pop()
        if lived and _tuning(lived[-1]) == _tuning(row):
            lived.pop()
        lived.append(row)
    if len(lived) < 2:
        raise Conflict(f"nothing was tuned for {workflow} that could be taken back")
    return lived[-2]


def _tuning(row: Row) -> tuple[str, str | None]:
    return row["encoder"], row["adapter"]
