"""Train a model: gather what people labelled, fit a head, certify it on the whole route, keep it as a candidate.

A candidate answers nobody. It lies there with its report and its card until a person promotes or rejects it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from service.domain.types import Workflow
from service.errors import Conflict
from service.learn.recipes import Recipe
from service.store import events, ledger, models, pointers
from service.store.engine import Connection, Row
from service.usecases.ask import find_pointer
from service.usecases.doubted_labels import Doubts, doubts_of
from service.usecases.examples import Example
from service.usecases.fit_model import Fitted, Ground, fitted
from service.usecases.house import House
from service.usecases.model_card import Said, card
from service.usecases.model_trial import trial
from service.usecases.progress import Progress, silent
from service.usecases.rule_files import digest
from service.usecases.stage_release import Parts, Staged, calibration_bytes, current_parts, keep_parts, stage
from service.usecases.training_material import Gathered, gather
from service.usecases.tune_model import tuned

_NO_DOUBTS = Doubts()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to have trained."""

    workflow: str
    recipe: Recipe = field(default_factory=Recipe)
    tune: str = ""  #: `contrast`, `last`, `lora` or `full`: an encoder of its own is tuned first; empty: none is
    said: Said = field(default_factory=Said)

    def to_json(self) -> dict[str, Any]:
        """Without the workflow, which a job names itself."""
        said = {"owner": self.said.owner, "licence": self.said.licence, "limits": list(self.said.limits)}
        return {"recipe": self.recipe.to_json(), "tune": self.tune, **said}

    @classmethod
    def from_json(cls, workflow: str, content: Mapping[str, Any]) -> Wanted:
        said = Said(content.get("owner", ""), content.get("licence", ""), tuple(content.get("limits", ())))
        return cls(workflow, Recipe.from_json(content.get("recipe", {})), content.get("tune", ""), said)


def train(house: House, wanted: Wanted, by: str, progress: Progress = silent) -> str:
    """Make a candidate of everything that was labelled so far; its id.

    Conflict when that very head, tried on these very calibration cases, is a model already; CannotLearn where there is
    too little to learn from; InvalidRequest for an unknown workflow.
    """
    with house.store.read() as connection:
        pointer = find_pointer(connection, wanted.workflow)
        row = pointers.release(connection, pointer.release)
        assert row is not None, "the foreign key keeps what answers"
        parts = current_parts(connection, row)
        answering = models.answering(connection, wanted.workflow)
    workflow = house.shelf.policy(pointer.release)
    gathered = gather(house, workflow)
    own = _ground(house, wanted, workflow, parts)
    ground = own
    if wanted.tune:
        encoder, held = tuned(house, wanted.tune, workflow, gathered.train, progress)
        ground = replace(own, encoder=encoder, held=held)
    made = fitted(house, ground, gathered.train, progress)
    calibration = calibration_bytes(gathered.calibration)
    with house.store.read() as connection:
        _refuse_same(connection, wanted.workflow, made, calibration)
    # By the encoder as it is: one that was tuned to doubtful labels agrees with them.
    doubts = doubts_of(house, own, gathered.train, since(gathered.train, answering), progress)
    if calibration == parts.calibration:  # the words that were found for these very cases say most of them
        gathered = replace(gathered, sample=parts.sample)
    parts = replace(parts, head=made.head, calibration=calibration, sample=gathered.sample)
    staged = stage(house, parts, by, "trained", progress)
    values = model_values(house, staged, gathered, made, wanted, by, doubts)
    house.store.commit(lambda connection: _keep(house, connection, staged, values))
    return str(values["id"])


def model_values(
    house: House,
    staged: Staged,
    gathered: Gathered,
    made: Fitted,
    wanted: Wanted,
    by: str,
    doubts: Doubts = _NO_DOUBTS,
) -> dict[str, Any]:
    """A candidate's row, with its report and its card."""
    release, row, now = staged.release, staged.release.row, house.clock()
    certified = release.certificate or release.refusal
    assert certified is not None, "what was staged was certified or refused"
    report = {
        "fitted": dict(made.report),
        "held": {"confidence": list(made.held.confidence), "correct": list(made.held.correct)},
        "route": trial(house, release, gathered.calibration).to_json(),
        "doubts": doubts.to_json(),
    }
    return {
        "id": house.new_id("mod"),
        "workflow": release.workflow.name,
        "state": models.CANDIDATE,
        "head": row["head"],
        "encoder": made.opened().encoder,
        "base": staged.parts.base,
        "calibration": row["calibration"],
        "examples": gathered.digest,
        "recipe": {**wanted.recipe.to_json(), "tune": wanted.tune},
        "report": report,
        "card": card(wanted.said, release.workflow, gathered, certified, by=by, at=now, doubts=doubts.words),
        "certificate": asdict(release.certificate) if release.certificate else None,
        "refusal": asdict(release.refusal) if release.refusal else None,
        "created_at": now,
        "created_by": by,
    }


def tell_trained(house: House, connection: Connection, values: Mapping[str, Any]) -> None:
    """Ledger and event say that there is this model."""
    now: datetime = values["created_at"]
    told = {"workflow": values["workflow"], "by": values["created_by"], "certified": values["certificate"] is not None}
    parts = {name: values[name] for name in ("head", "encoder", "calibration", "examples")}
    ledger.append(connection, "model.trained", values["id"], now, told | parts)
    heard = {"model": values["id"], "workflow": values["workflow"]}
    events.add(connection, house.new_id("evt"), "model.trained", values["id"], heard, now)


def since(examples: Sequence[Example], answering: Row[Any] | None) -> frozenset[int]:
    """Places of the examples that came after the model that answers was made. Ids sort by time."""
    if answering is None:
        return frozenset()
    made = str(answering.id).partition("_")[2]
    return frozenset(place for place, example in enumerate(examples) if example.origin.partition("_")[2] > made)


def _ground(house: House, wanted: Wanted, workflow: Workflow, parts: Parts) -> Ground:
    encoder = house.encoder if parts.encoder is None else house.encoders.of(parts.encoder)
    release = house.shelf.open(parts.base) if wanted.recipe.votes and parts.base else None
    return Ground(workflow, wanted.recipe, encoder, release)


def _keep(house: House, connection: Connection, staged: Staged, values: Mapping[str, Any]) -> None:
    """Model, head and calibration cases in one transaction. Nothing answers by it."""
    keep_parts(connection, staged, values["created_at"])
    models.add(connection, values)
    tell_trained(house, connection, values)


def _refuse_same(connection: Connection, workflow: str, made: Fitted, calibration: bytes) -> None:
    """Further checks teach nothing, and yet a promise that rests on them is another one."""
    same = models.made_of(connection, workflow, made.digest, digest(calibration))
    if same is not None:
        raise Conflict(
            f"nothing new was learned: {same.id} was made of the same examples in the same way",
            remedy="label or check more requests, or choose another recipe",
            extra={"model": same.id},
        )
