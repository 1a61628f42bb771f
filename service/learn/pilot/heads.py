"""The service's own heads as ways of deciding: words alone, vectors alone, both joined, nearest examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from index.model import Vectors
from service.learn import recipes
from service.learn.design import Setting
from service.learn.judge import Head, Seen
from service.learn.material import Definition, Material
from service.learn.pilot.study import Range, Step, Values, search
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught
from service.learn.recipes import Recipe
from service.learn.registry import head_to_bytes
from service.learn.search import TrainOptions
from service.learn.train import Trained, fit

_KINDS: Mapping[recipes.Kind, Kind] = {
    recipes.Kind.LEXICAL: Kind.SCRATCH,
    recipes.Kind.VECTOR: Kind.FROZEN,
    recipes.Kind.NEAREST: Kind.FROZEN,
    recipes.Kind.PROTOTYPES: Kind.FROZEN,
    recipes.Kind.JOINED: Kind.JOINED,
}
_WORDS: Mapping[recipes.Kind, str] = {
    recipes.Kind.LEXICAL: "words (TF-IDF)",
    recipes.Kind.VECTOR: "vectors",
    recipes.Kind.NEAREST: "nearest examples",
    recipes.Kind.PROTOTYPES: "nearest mean",
    recipes.Kind.JOINED: "joined: vectors and words",
}
_NOTHING = np.empty(0, np.float32)  # the vector of a request that no encoder was asked about


@dataclass(frozen=True, slots=True)
class HeadWay:
    """Fit a head by its recipe, settings chosen on folds of what is known."""

    recipe: Recipe
    encoder: str = ""
    encoder_name: str = ""  #: named where there is more than one
    learns: bool = True

    @property
    def kind(self) -> Kind:
        return _KINDS[self.recipe.kind]

    @property
    def name(self) -> str:
        attributes = " and attributes" if self.recipe.attributes else ""
        by = f", {self.encoder_name}" if self.encoder_name else ""
        return f"{_WORDS[self.recipe.kind]}{attributes}{by}"

    def teach(self, known: Known, tell: Progress) -> Taught:
        return taught(fit(self.recipe, material_of(self.recipe, known), encoder=self.encoder, progress=tell))


@dataclass(frozen=True, slots=True)
class SearchedHead:
    """The same with settings from a search instead of a few steps on a grid."""

    way: HeadWay
    share: float = 0.8  #: of the seconds allowed, spent on searching
    learns: bool = True

    @property
    def name(self) -> str:
        return f"{self.way.name}, settings searched"

    @property
    def kind(self) -> Kind:
        return self.way.kind

    @property
    def encoder(self) -> str:
        return self.way.encoder

    def teach(self, known: Known, tell: Progress) -> Taught:
        recipe, material = self.way.recipe, material_of(self.way.recipe, known)
        best: list[Trained] = []

        def loss(values: Values, _: Step) -> float:
            trained = fit(recipe, material, encoder=self.way.encoder, options=_exactly(values), progress=tell)
            found = float(trained.report.chosen.log_loss)
            if not best or found < best[0].report.chosen.log_loss:
                best[:] = [trained]
            return found

        space = _space(recipe, defined=bool(material.definitions))
        found = search(space, loss, seconds=self.share * known.seconds)
        return replace(taught(best[0]), facts=found.facts)


@dataclass(frozen=True, slots=True, eq=False)
class TaughtHead:
    """A fitted head."""

    head: Head
    size: int
    facts: Mapping[str, str] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answers:
        judged = [
            self.head.judge(Seen(_NOTHING if asked.vectors is None else asked.vectors[place], text, attributes))
            for place, (text, attributes) in enumerate(zip(asked.texts, asked.attributes, strict=True))
        ]
        return Answers(
            chosen=tuple(each.scores[0].label for each in judged),
            confidence=np.array([each.confidence for each in judged], dtype=np.float64),
        )


def taught(trained: Trained) -> TaughtHead:
    """A fitted head with what was chosen for it."""
    chosen = trained.report.chosen.setting
    return TaughtHead(
        head=trained.head,
        size=len(head_to_bytes(trained.head)),
        facts={"settings": f"strength {chosen.strength:.3g}, weight of words {chosen.lexical_weight:.3g}"},
    )


def material_of(recipe: Recipe, known: Known, vectors: Vectors | None = None) -> Material:
    """What is known, as heads read it; with other vectors where an encoder was tuned meanwhile."""
    rows = known.vectors if vectors is None else vectors
    if rows is None:
        rows = np.empty((len(known.texts), 0), np.float32)
    fitting = {label: each for label, each in known.definitions.items() if each.vector.shape == rows.shape[1:]}
    definitions = fitting or {label: Definition(each.text, _NOTHING) for label, each in known.definitions.items()}
    return Material(
        texts=list(known.texts),
        labels=[(label,) for label in known.labels],
        vectors=rows,
        attributes=list(known.attributes) if recipe.attributes else None,
        definitions=definitions if rows.shape[1] == 0 or fitting else {},
    )


def _exactly(values: Values) -> TrainOptions:
    """Options that leave nothing to be chosen."""
    usual = Setting()
    setting = replace(
        usual,
        strength=values["strength"],
        lexical_weight=values.get("lexical_weight", usual.lexical_weight),
        attribute_weight=values.get("attribute_weight", usual.attribute_weight),
        definition_weight=values.get("definition_weight", usual.definition_weight),
    )
    return TrainOptions(
        strengths=(setting.strength,),
        lexical_weights=(setting.lexical_weight,),
        attribute_weights=(setting.attribute_weight,),
        definition_weights=(setting.definition_weight,),
        first=setting,
    )


def _space(recipe: Recipe, *, defined: bool) -> dict[str, Range]:
    usual = Setting()
    space = {"strength": Range(1.0, 500.0, usual.strength)}
    if recipe.words and recipe.vectors:
        space["lexical_weight"] = Range(0.05, 4.0, usual.lexical_weight)
    if recipe.attributes:
        space["attribute_weight"] = Range(0.05, 4.0, usual.attribute_weight)
    if defined and recipe.definitions:
        space["definition_weight"] = Range(0.0, 2.0, usual.definition_weight, logarithmic=False)
    return space
