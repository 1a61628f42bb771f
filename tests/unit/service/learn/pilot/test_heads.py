"""The service's heads, and tuned encoders, as ways of deciding."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.model import Vectors
from service.learn import recipes
from service.learn.pilot.heads import HeadWay, SearchedHead
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Taught
from service.learn.recipes import Recipe
from tests.unit.service.learn.pilot.world import PHRASES, requests

ENCODER = "e" * 64


def silent(what: str, done: int, total: int) -> None:
    """Nobody."""


def vectors_of(labels: list[str], seed: int) -> Vectors:
    """Around one direction a label, with a good deal of noise."""
    rng = np.random.default_rng(seed)
    rows = np.eye(len(PHRASES), 12)[[list(PHRASES).index(label) for label in labels]] + rng.normal(
        0, 0.5, (len(labels), 12)
    )
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def known(each: int, seed: int = 0) -> Known:
    rows = requests(each, seed)
    labels = [row.label for row in rows]
    return Known([row.text for row in rows], labels, [{} for _ in rows], vectors_of(labels, seed))


def right(taught: Taught, asked: Known) -> float:
    said: Answers = taught.answer(Asked(asked.texts, asked.attributes, asked.vectors))
    return float(np.mean([a == b for a, b in zip(said.chosen, asked.labels, strict=True)]))


def test_each_kind_of_head_decides_by_what_it_looks_at() -> None:
    """Words without an encoder, vectors without words, both joined; joined is no worse than either."""
    lesson, unseen = known(30), known(30, seed=5)
    words = HeadWay(Recipe(recipes.Kind.LEXICAL))
    vectors = HeadWay(Recipe(recipes.Kind.VECTOR), ENCODER)
    joined = HeadWay(Recipe(), ENCODER)
    assert (words.kind, words.encoder, vectors.kind, joined.kind) == (Kind.SCRATCH, "", Kind.FROZEN, Kind.JOINED)
    by_words = right(words.teach(replace(lesson, vectors=None), silent), replace(unseen, vectors=None))
    by_vectors = right(vectors.teach(lesson, silent), unseen)
    taught = joined.teach(lesson, silent)
    assert by_words > 0.9
    assert 0.5 < by_vectors < 1
    assert right(taught, unseen) >= max(by_words, by_vectors) - 0.02
    assert taught.size > 0
    assert "strength" in taught.facts["settings"]
    assert len({words.name, vectors.name, joined.name, HeadWay(Recipe(), ENCODER, "other").name}) == 4


def test_attributes_join_where_they_are_declared() -> None:
    """An attribute that goes with the label helps vectors that do not know it."""
    lesson, unseen = (
        replace(each, attributes=[{"desk": label[:1]} for label in each.labels])
        for each in (known(30), known(30, seed=5))
    )
    plain = HeadWay(Recipe(recipes.Kind.VECTOR), ENCODER)
    told = HeadWay(Recipe(recipes.Kind.VECTOR, attributes=True), ENCODER)
    assert told.name == f"{plain.name} and attributes"
    assert right(told.teach(lesson, silent), unseen) > right(plain.teach(lesson, silent), unseen)


def test_searched_settings_are_no_worse_than_the_usual_ones() -> None:
    """By held-out log loss on the known examples; what was tried is told."""
    pytest.importorskip("optuna", reason="settings are searched with the extra `models`")
    way = SearchedHead(HeadWay(Recipe(recipes.Kind.VECTOR), ENCODER))
    taught = way.teach(replace(known(20), seconds=2.0), silent)
    assert way.name.endswith("settings searched")
    before, after = taught.facts["search"].split("log loss ")[1].split(" → ")
    assert float(after) <= float(before)
    assert right(taught, known(20, seed=5)) > 0.5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch and onnx, about themselves
def test_an_encoder_is_tuned_compiled_and_asked(tmp_path: Path) -> None:
    """From its own folder in its own process or here: the answers are those of a joined head on its vectors."""
    if importlib.util.find_spec("sentence_transformers") is None:
        pytest.skip("tuning needs the extra `models`: pip install -e '.[models]'")
    from index.compile import pretrained_folder
    from service.learn.pilot.tuned import TunedWay
    from service.learn.tune.options import Method

    way = TunedWay(Method.CONTRAST, pretrained_folder(), threads=1)
    taught = way.teach(replace(known(12), vectors=None, room=tmp_path, seconds=300), silent)
    assert way.kind is Kind.TUNED
    assert right(taught, replace(known(12, seed=5), vectors=None)) > 0.9
    assert taught.size > 1_000_000
    assert {"tuned", "compiled"} <= taught.facts.keys()
