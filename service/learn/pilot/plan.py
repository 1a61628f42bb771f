"""What is tried, in which order, and what each may take. The cheapest first: an early end still tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.learn import recipes
from service.learn.pilot.attempt import EncoderAt
from service.learn.pilot.bags import BagWay
from service.learn.pilot.heads import HeadWay, SearchedHead
from service.learn.pilot.pack import PackRules
from service.learn.pilot.phrases import PhraseRules
from service.learn.pilot.tuned import TunedWay
from service.learn.pilot.ways import Fewer, Way
from service.learn.pilot.zero_shot import ZeroShot
from service.learn.recipes import Recipe
from service.learn.tune.options import Method

#: Examples of a label at the points of the learning curve.
EACH: Final = (5, 10, 50)
#: Examples a label, on average, below which pairs are compared instead of classes learned.
_FEW: Final = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A way, and what it may take."""

    way: Way
    what: str  #: in words
    share: float = 0.5  #: of the seconds that are left
    least: float = 3.0  #: seconds below which it is not begun
    apart: bool = True  #: in a process of its own


@dataclass(frozen=True, slots=True)
class Means:
    """What a pilot has at hand."""

    own: EncoderAt
    further: tuple[EncoderAt, ...] = ()
    pack: PackRules | None = None
    attributes: bool = False  #: examples carry attributes
    threads: int = 1
    models: bool = True  #: the extra `models` is installed, and what takes minutes is wanted


def plan(means: Means, labels: Sequence[str]) -> Iterator[Step]:
    """Every step, the cheapest first."""
    own = means.own.digest
    joined = HeadWay(Recipe(), own)
    if means.pack is not None:
        yield Step(means.pack, "the rules of your pack, and people for the rest", apart=False)
    yield Step(PhraseRules(), "phrases that nearly always mean one label, as rules could say them", apart=False)
    yield Step(ZeroShot(own, means.own.name), "no example at all: which label's definition lies nearest")
    yield Step(HeadWay(Recipe(recipes.Kind.LEXICAL)), _WHAT[recipes.Kind.LEXICAL])
    yield Step(HeadWay(Recipe(recipes.Kind.VECTOR), own), _WHAT[recipes.Kind.VECTOR])
    yield Step(joined, _WHAT[recipes.Kind.JOINED])
    if means.attributes:
        yield Step(HeadWay(Recipe(attributes=True), own), "the same with the request's attributes")
    yield Step(HeadWay(Recipe(recipes.Kind.NEAREST), own), _WHAT[recipes.Kind.NEAREST])
    for each in _points(labels):
        for way in (HeadWay(Recipe(recipes.Kind.LEXICAL)), HeadWay(Recipe(recipes.Kind.VECTOR), own), joined):
            yield Step(Fewer(way, each), f"the same from {each} examples a label")
    for encoder in means.further:
        for kind in (recipes.Kind.VECTOR, recipes.Kind.JOINED):
            yield Step(HeadWay(Recipe(kind), encoder.digest, encoder.name), f"{_WHAT[kind]}, by {encoder.name}")
    yield Step(BagWay(searched=means.models), "embeddings learned from these examples alone", share=0.15, least=5)
    if means.models:
        yield Step(SearchedHead(joined), "the same with settings from a search", share=0.2, least=20)
        yield from _tuned(means, labels)


_WHAT: Final = {
    recipes.Kind.LEXICAL: "a regression on words, word pairs and letters, from scratch",
    recipes.Kind.VECTOR: "a regression on the vectors of the encoder as it is",
    recipes.Kind.NEAREST: "the labels of the most similar examples",
    recipes.Kind.JOINED: "a regression on vectors and words together: the default",
}


def _tuned(means: Means, labels: Sequence[str]) -> Iterator[Step]:
    few = len(labels) < _FEW * len(set(labels))
    methods = (Method.CONTRAST, Method.FULL) if few else (Method.FULL, Method.LORA)
    for encoder in (means.own, *means.further):
        name = "" if encoder is means.own else encoder.name
        for method in methods:
            way = TunedWay(method, encoder.source, means.threads, name)
            yield Step(way, "the encoder changed by these examples, and a joined head on it", share=0.6, least=60)


def _points(labels: Sequence[str]) -> list[int]:
    """Sizes that leave out enough of the examples to say something of their own."""
    counts = [list(labels).count(label) for label in set(labels)]
    return [each for each in EACH if sum(min(count, each) for count in counts) < 0.8 * sum(counts)]
