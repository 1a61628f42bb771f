"""Let what was tuned answer, and take it back: a release like any other, certified while the old one serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from index.adapt import Adapter
from service.errors import Conflict
from service.store import models
from service.store.engine import Connection
from service.usecases.answering_model import follow
from service.usecases.ask import find_pointer
from service.usecases.earlier_release import Undoing, again, places, release_row
from service.usecases.establish import recipe_of
from service.usecases.fit_model import Fitted, Ground, fitted
from service.usecases.house import House
from service.usecases.kept_automation import refuse_none
from service.usecases.note import check_why, note_of
from service.usecases.progress import Progress, silent
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.reload_report import coverage
from service.usecases.stage_release import Parts, Staged, calibration_bytes, current_parts, settle, stage
from service.usecases.train_model import Wanted, model_values, tell_trained
from service.usecases.training_material import Gathered, gather
from service.usecases.workflow_file import read_workflow

TUNED, TAKEN_BACK = "release.tuned", "release.tuning_taken_back"

_REMEDY = "add labelled examples and fit the workflow anew, or leave it as it is"

Row = Mapping[str, Any]
Work = Callable[[Connection], None]


def _mixed(old: Parts, current: Parts) -> Parts:
    """Today's classifier stays where the encoder does; else the one that belongs to the earlier encoder."""
    if old.encoder == current.encoder:
        return replace(current, adapter=old.adapter)
    return replace(current, adapter=old.adapter, encoder=old.encoder, head=old.head)


_TUNING = Undoing(
    of=lambda row: (row["encoder"], row["adapter"]),
    kind=TAKEN_BACK,
    certified_by=("rules", "policy", "calibration"),
    mixed=_mixed,
)


@dataclass(frozen=True, slots=True)
class Released:
    """A release that answers now, and what it costs or gains."""

    id: str
    before: str  #: the release that answered before
    automation: tuple[float, float]  #: share of the calibration cases that need nobody, before and after
    refusal: str | None  #: why it has no certificate


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

    return _release(house, workflow, changed, lambda _: _nothing, by, why, progress)


def release_encoder(
    house: House, workflow: str, digest: str, by: str, why: str, progress: Progress = silent
) -> Released:
    """Put another encoder to work: the passages encoded by it, and the classifier fitted on its vectors.

    A head that brings an encoder of its own stays as it is.
    """
    pool = house.encoders.of(digest)
    with house.store.read() as connection:
        active = find_pointer(connection, workflow).release
        model = models.answering(connection, workflow)
    policy = house.shelf.policy(active)
    wanted = Wanted(workflow) if model is None else Wanted(workflow, recipe_of(model))
    release = house.shelf.open(active) if wanted.recipe.votes else None
    own = model is not None and bool(model.recipe.get("tune"))
    gathered = None if own else gather(house, policy)
    made = None
    if gathered is not None:
        made = fitted(house, Ground(policy, wanted.recipe, pool, release), gathered.train, progress)

    def changed(parts: Parts) -> Parts:
        snapshot = snapshot_of(house, read_workflow(parts.policy).collections, progress, encoder=pool)
        moved = replace(parts, encoder=digest, snapshot=snapshot, adapter=None)
        if made is None or gathered is None:
            return moved
        calibration = calibration_bytes(gathered.calibration)
        sample = parts.sample if calibration == parts.calibration else gathered.sample
        return replace(moved, head=made.head, calibration=calibration, sample=sample)

    def kept(staged: Staged) -> Work:
        if made is None or gathered is None:
            return _nothing
        return _keeping(house, staged, gathered, made, wanted, by)

    return _release(house, workflow, changed, kept, by, why, progress)


def take_back(
    house: House, workflow: str, by: str, why: str, progress: Progress = silent, *, accept_none: bool = False
) -> Released:
    """Undo the last change of encoder or adapter, under today's rules and policy.

    Where rules, policy and calibration cases are the same still, the release from before answers again, with its own
    certificate; else one is made of what was, and certified. Conflict when nothing was tuned; LosesAutomation when that
    would end automation and `accept_none` is not given.
    """
    note = note_of(house, check_why(why))
    told: list[Released] = []
    made: list[Staged] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            found = places(connection, workflow, _TUNING)
        if found is None:
            raise Conflict(f"nothing was tuned for {workflow} that could be taken back")
        said = {"by": by, "why": "tuning taken back", **note.told}
        staged = again(house, found, _TUNING, by, "tuning taken back", said, progress)
        told[:], made[:] = [told_of(staged, found.now)], [staged]
        return [staged]

    def also(connection: Connection) -> None:
        now = house.clock()
        note.keep(connection, now)
        row = made[0].release.row
        follow(connection, workflow, row["head"], row["id"], now, by)

    settle(house, make, TAKEN_BACK, also, accept_none=accept_none)
    return told[0]


def _release(
    house: House,
    workflow: str,
    changed: Callable[[Parts], Parts],
    kept: Callable[[Staged], Work],
    by: str,
    why: str,
    progress: Progress,
) -> Released:
    told: list[Released] = []
    work: list[Work] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            row = release_row(connection, find_pointer(connection, workflow).release)
            parts = current_parts(connection, row)
        staged = stage(house, changed(parts), by, why, progress)
        refuse_none(house, [(row, staged.release)], _REMEDY)
        told[:], work[:] = [told_of(staged, row)], [kept(staged)]
        return [replace(staged, told={"before": row["id"]})]

    def also(connection: Connection) -> None:
        work[0](connection)  # of the last that was made

    settle(house, make, TUNED, also)
    return told[0]


def told_of(staged: Staged, before: Row) -> Released:
    """What is told of a release that takes the place of another."""
    row = staged.release.row
    refusal = row["refusal"]["why"] if row["refusal"] else None
    return Released(staged.release.id, before["id"], (coverage(before), coverage(row)), refusal)


def _keeping(house: House, staged: Staged, gathered: Gathered, made: Fitted, wanted: Wanted, by: str) -> Work:
    """The head fitted for another encoder is a model of its own: what writes that down."""
    row = staged.release.row
    values = model_values(house, staged, gathered, made, wanted, by)

    def keep(connection: Connection) -> None:
        if models.made_of(connection, wanted.workflow, row["head"], row["calibration"]) is None:
            models.add(connection, values)
            tell_trained(house, connection, values)
        follow(connection, wanted.workflow, row["head"], row["id"], house.clock(), by)

    return keep


def _nothing(_connection: Connection) -> None:
    """The model that answers stays the one."""
