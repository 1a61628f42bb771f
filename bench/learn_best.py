"""What tuning the encoder adds, where labels are many and where they are few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bench.learn_figures import Bars
from bench.learn_judged import Lesson, judged
from bench.learn_sets import LabelledSet, few
from bench.learn_tuned import tuned
from bench.screen import say
from index.encoder import EncoderPool
from service.learn.recipes import Recipe
from service.learn.tune.options import Method, TuneOptions

SEEDS = (0, 1, 2, 3, 4)

#: Of many examples: as usual in the field, nothing was chosen.
MANY = TuneOptions(Method.FULL)
#: Of few. Chosen with ten examples a label, drawn with another seed, by other training examples of BANKING77.
FEW = TuneOptions(Method.CONTRAST)


class Best(NamedTuple):
    """Accuracy with tuned encoders; None where it was not measured."""

    banking: float | None
    clinc: float | None
    few: Mapping[int, float]  #: examples a label -> the mean over the draws


def fewest(labelled: LabelledSet, each: int, encoder: EncoderPool, bars: Bars) -> float:
    """Mean accuracy of the default head with so many examples of every label."""
    found = []
    for seed in SEEDS:
        drawn = Lesson(few(labelled.train, each, seed), Recipe(), labelled.names, [])
        found.append(
            judged(drawn, [labelled.test], encoder, bars.of(f"{each} examples, draw {seed}")).parts[0].accuracy
        )
    return float(np.mean(found))


def best_of(banks: LabelledSet, requests: LabelledSet, shots: Sequence[int], bars: Bars) -> Best:
    """Tune, compile, fit a head and judge; encoders that were tuned before are taken from the cache."""
    return Best(
        banking=_many(banks, bars),
        clinc=_many(requests, bars),
        few={each: float(np.mean([_few(banks, each, seed, bars) for seed in SEEDS])) for each in shots},
    )


def _many(labelled: LabelledSet, bars: Bars) -> float:
    return _tuned(labelled, labelled.name, MANY, bars)


def _few(labelled: LabelledSet, each: int, seed: int, bars: Bars) -> float:
    drawn = labelled._replace(train=few(labelled.train, each, seed))
    return _tuned(drawn, f"{labelled.name}, {each} examples, draw {seed}", FEW, bars)


def _tuned(labelled: LabelledSet, name: str, options: TuneOptions, bars: Bars) -> float:
    tell = bars.of(name)
    made = tuned(labelled.train, labelled.names, options, tell)
    lesson = Lesson(labelled.train, Recipe(), labelled.names, made.held)
    found = judged(lesson, [labelled.test], made.encoder, tell).parts[0].accuracy
    say.print(f"{name}: {found:.4f}; tuned in {made.seconds:.0f} s, {made.said}")
    return found
