"""Fit a head on what people labelled. The same material with the same recipe is fitted once ever and kept.

Everything that teaches a workflow comes through here, at first start as in a background job years later, so that there
is one way in which texts, attributes, definitions and votes of the documents become a head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import EncoderPool
from index.model import Query
from rules.schema import AttributeSchema
from service.domain.signal_values import signal_values
from service.domain.types import Workflow
from service.domain.votes import votes_of
from service.errors import Conflict
from service.learn.judge import Head, Seen
from service.learn.material import Definition, Material, definition_text
from service.learn.recipes import Recipe
from service.learn.registry import head_from_bytes, head_to_bytes
from service.store import pointers
from service.usecases.consider import adapted, utc_date
from service.usecases.embed import embed
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_text
from service.usecases.shelf import OpenRelease

# Part of a kept head's name, so that a change of how heads are fitted fits them anew.
_MADE_BY = "2"
_ALL = 10**9  # predictions held out: those of every example


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions for training examples by heads that did not see them."""

    places: tuple[int, ...]  #: among the examples
    confidence: tuple[float, ...]  #: 0 to 1
    correct: tuple[bool, ...]
    labels: tuple[str, ...] = ()  #: columns of `probabilities`
    probabilities: tuple[tuple[float, ...], ...] = ()  #: only where every example was held out


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head as bytes, with what is told of its making."""

    head: bytes
    report: Mapping[str, Any]  #: as JSON
    held: HeldOut

    @property
    def digest(self) -> str:
        """SHA-256 of the head's bytes: its name in a release."""
        return hashlib.sha256(self.head).hexdigest()

    def opened(self) -> Head:
        return head_from_bytes(self.head)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a head is fitted on and for, besides the examples."""

    workflow: Workflow
    recipe: Recipe
    encoder: EncoderPool  #: whose vectors it judges
    release: OpenRelease | None = None  #: by which documents are found, for recipes that listen to their votes
    held: tuple[int, ...] | None = None  #: places of examples that the encoder was not tuned on; None: it was on none

    def __post_init__(self) -> None:
        if self.recipe.votes and self.release is None:
            raise Conflict(
                "votes of the documents are learned from what a release finds, and none answers yet",
                remedy="make the workflow first, then train a model with votes",
            )


def fitted(
    house: House, ground: Ground, examples: Sequence[Example], progress: Progress = silent, *, all_held: bool = False
) -> Fitted:
    """The head made of the examples, from `models/` when it was fitted before.

    `all_held` predicts every example by heads that did not see it, as looking for doubtful labels needs. CannotLearn
    where there is too little to learn from.
    """
    folder, name = house.home / "models", _name(ground, examples, all_held=all_held)
    kept = _kept(folder, name)
    if kept is None:
        kept = _fit(ground, material(house, ground, examples, progress), progress, all_held=all_held)
        _keep(folder, name, kept)
    return kept


def seen(house: House, ground: Ground, examples: Sequence[Example], progress: Progress = silent) -> list[Seen]:
    """The examples as a head looks at them."""
    found = material(house, ground, examples, progress)
    nothing: Sequence[Mapping[str, Any]] = [{}] * len(examples)
    rows = zip(found.vectors, found.texts, found.attributes or nothing, found.votes or nothing, strict=True)
    return [Seen(vector, text, attributes, votes) for vector, text, attributes, votes in rows]


def material(house: House, ground: Ground, examples: Sequence[Example], progress: Progress = silent) -> Material:
    """The examples as a head learns from them: clean, typed, encoded once ever."""
    texts = [read_text(example.text) for example in examples]
    schema = AttributeSchema(ground.workflow.attributes)
    attributes = [schema.coerce(example.attributes) for example in examples]
    return Material(
        texts=texts,
        labels=[example.labels for example in examples],
        vectors=embed(house, texts, "reading examples", progress, ground.encoder),
        attributes=attributes if ground.recipe.attributes else None,
        votes=_votes(house, ground.release, texts, attributes, progress) if ground.recipe.votes else None,
        definitions=_definitions(house, ground) if ground.recipe.definitions else {},
    )


def _fit(ground: Ground, material: Material, progress: Progress, *, all_held: bool) -> Fitted:
    # What only training needs stays out of a serving process.
    from service.learn.search import TrainOptions
    from service.learn.train import fit

    recipe = replace(ground.recipe, several=ground.workflow.several)
    options = TrainOptions(held_out=_ALL) if all_held else TrainOptions()
    rows = None if ground.held is None else np.array(ground.held, dtype=np.int64)
    trained = fit(recipe, material, encoder=ground.encoder.digest, options=options, held=rows, progress=progress)
    held = trained.held
    told = HeldOut(
        places=tuple(map(int, held.rows)),
        confidence=tuple(round(float(each), 6) for each in held.confidence),
        correct=tuple(map(bool, held.correct)),
        labels=tuple(held.labels) if all_held else (),
        probabilities=tuple(tuple(round(float(p), 4) for p in row) for row in held.probabilities) if all_held else (),
    )
    return Fitted(head_to_bytes(trained.head), trained.report.to_json(), told)


def _definitions(house: House, ground: Ground) -> dict[str, Definition]:
    told = {label: definition_text(*words) for label, words in _meanings(ground.workflow)}
    vectors = embed(house, list(told.values()), "reading definitions", silent, ground.encoder)
    return {label: Definition(text, vector) for (label, text), vector in zip(told.items(), vectors, strict=True)}


def _meanings(workflow: Workflow) -> list[tuple[str, tuple[str, str, tuple[str, ...]]]]:
    return [(label.id, (label.title, label.definition, label.includes)) for label in workflow.labels]


def _votes(
    house: House,
    release: OpenRelease | None,
    texts: Sequence[str],
    attributes: Sequence[Mapping[str, Any]],
    progress: Progress,
) -> list[Mapping[str, float]]:
    """What the documents found for each text say of its label, by the documents there are now."""
    assert release is not None, "checked with the ground"
    now = house.clock()
    with house.store.read() as connection:
        sequence = pointers.document_sequence(connection)
    allowed = house.allowed.get(release.workflow.collections, sequence, frozenset(), now, {})
    view, found = house.views.at(release, sequence), list[Mapping[str, float]]()
    vectors = embed(house, texts, "reading examples", progress, release.encoder)
    for place, (text, vector, known) in enumerate(zip(texts, vectors, attributes, strict=True)):
        query = Query(text, adapted(release, vector), utc_date(now), signal_values(known))
        evidence = tuple(view.search(query, allowed, house.settings.evidence_k))
        found.append(votes_of(evidence, release.workflow.labels))
        progress("finding documents", place + 1, len(texts))
    return found


def _name(ground: Ground, examples: Sequence[Example], *, all_held: bool) -> str:
    """Names a head by everything that decides what comes of fitting it."""
    from service.learn.search import TrainOptions

    learned = [(example.text, example.labels, dict(example.attributes)) for example in examples]
    content = [_MADE_BY, asdict(TrainOptions()), ground.recipe.to_json(), ground.workflow.several, learned]
    content += [ground.encoder.digest, _meanings(ground.workflow), ground.held, all_held]
    if ground.recipe.votes and ground.release is not None:
        content += [ground.release.row[part] for part in ("snapshot", "policy", "adapter")]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, default=str).encode()).hexdigest()[:32]


def _kept(folder: Path, name: str) -> Fitted | None:
    head, report = folder / f"{name}.head", folder / f"{name}.json"
    if not (head.is_file() and report.is_file()):
        return None
    data, told = head.read_bytes(), json.loads(report.read_bytes())
    head_from_bytes(data)  # HeadDamaged rather than a release that cannot be opened
    held = {part: tuple(value) for part, value in told["held"].items()}
    held["probabilities"] = tuple(map(tuple, held["probabilities"]))
    return Fitted(data, told["report"], HeldOut(**held))


def _keep(folder: Path, name: str, made: Fitted) -> None:
    """Head and report, each whole or not at all; the head last, because it is what says that both are there."""
    folder.mkdir(parents=True, exist_ok=True)
    held = {part: getattr(made.held, part) for part in HeldOut.__slots__}
    report = json.dumps({"report": dict(made.report), "held": held}, ensure_ascii=False).encode()
    for ending, data in ((".json", report), (".head", made.head)):
        draft = folder / f".{name}{ending}.draft"
        draft.write_bytes(data)
        draft.replace(folder / f"{name}{ending}")
