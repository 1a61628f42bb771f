"""Tune an encoder to the labels of a workflow. Needs the models extra.

What comes out is another sentence-transformers model, to be compiled for serving (`compiled`) and given a head of its
own. It is for classification alone: texts of one label lie close together in it whatever else they say, so that
documents are no longer found by it.

Vectors of a tuned encoder say too much about the texts it was tuned on. Whatever is chosen by examples (a head's
settings, its temperature, what is in domain) is to be chosen by those that were held out: `TuneReport.held`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import seal
from index.encoder import cores
from index.errors import TuningRefused
from index.source import load_source
from index.tuning.network import Network
from service.learn.errors import CannotLearn
from service.learn.tune.classify import Classify
from service.learn.tune.contrast import Contrast
from service.learn.tune.lesson import Lesson, lesson_of
from service.learn.tune.loop import Progress, learn
from service.learn.tune.options import Method, TuneOptions
from service.learn.tune.report import TunedEncoder, TuneReport

_DEFAULTS = TuneOptions()


def tune(
    texts: Sequence[str],
    labels: Sequence[tuple[str, ...]],
    source: Path | str,
    target: Path,
    options: TuneOptions = _DEFAULTS,
    *,
    definitions: Mapping[str, str] | None = None,
    teacher: npt.NDArray[np.floating] | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> TunedEncoder:
    """Tune the sentence-transformers model `source` and write it to the folder `target`, which is replaced at the end.

    `labels` of each text: several anywhere means that a text may have several. `definitions` say in words what labels
    mean. `teacher`: probabilities of a classifier that was not fitted on the text it speaks of, shape (texts, labels),
    labels sorted; what it doubts is doubted here too.

    Raises CannotLearn when there is too little to learn from, WeightsMissing without the models extra or the model,
    TuningRefused when the model has nothing to tune in this way or no epoch did better on what was held out.
    """
    began = time.monotonic()
    lesson = lesson_of(texts, labels, options, definitions)
    if teacher is not None and teacher.shape != (len(texts), len(lesson.labels)):
        raise CannotLearn(
            f"a teacher of shape {teacher.shape} does not fit {len(texts)} texts of {len(lesson.labels)} labels"
        )
    model = load_source(source)
    import torch

    torch.set_num_threads(options.threads or cores())
    torch.manual_seed(options.seed)
    network = Network(model, options.part, rank=options.rank, layers=options.layers, tokens=options.tokens)
    way = _way(network, lesson, options, teacher)
    found = learn(network, way, lesson, options, progress)
    if not found.kept:
        why = f"no epoch did better on the {len(lesson.held)} examples that were held out than the encoder as it is"
        raise TuningRefused(model.name, why, "Keep the encoder as it is, or give more examples.")
    with seal.drafting(target.parent) as draft:
        network.save(draft)
        seal.publish(draft, target)
    report = TuneReport(
        method=options.method,
        examples=len(texts),
        labels=len(lesson.labels),
        learned=sum(int(weight.numel()) for weight in network.learned.values()),
        held=lesson.held,
        looks=found.looks,
        epochs=found.kept,
        ended=found.ended,
        seconds=time.monotonic() - began,
    )
    return TunedEncoder(target, report)


def _way(
    network: Network, lesson: Lesson, options: TuneOptions, teacher: npt.NDArray[np.floating] | None
) -> Classify | Contrast:
    if options.method is Method.CONTRAST:
        return Contrast(network, lesson, options)
    return Classify(network, lesson, options, teacher)
