"""Tune an adapter on questions, and judge it by questions that it was not tuned on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.adapt import Adapter
from index.model import DENSE, LEXICAL, Ranking, Vectors
from index.tuning.compare import Comparison, Side, compare, enough
from index.tuning.fit import FitOptions, fit
from index.tuning.ground import Ground, Question
from index.tuning.lesson import Lesson, lesson_of
from index.tuning.rounds import judging, rounds, unseen

Progress = Callable[[str, int, int], None]  #: what is being done, done so far, total

_DEFAULTS = FitOptions()


@dataclass(frozen=True, slots=True, eq=False)
class TunedAdapter:
    """An adapter, and how it or its like do on questions they never saw."""

    adapter: Adapter
    steps: int
    judged: Comparison
    new: Comparison | None  #: of these, questions about documents it learned nothing of; None for want of them


def tune_adapter(
    ground: Ground,
    questions: Sequence[Question],
    vectors: Vectors,
    encoder: str,
    *,
    beside: Sequence[Lesson] = (),
    options: FitOptions = _DEFAULTS,
    progress: Progress = lambda _what, _done, _total: None,
) -> TunedAdapter:
    """Fit an adapter on questions and judge it by turns: each question by an adapter that never saw it.

    `vectors` are the questions', shape (questions, dim), by the encoder of that digest. `beside` are lessons to learn
    from that nothing is judged by. How long to fit is the median of what the rounds found best. Raises ValueError when
    the questions are too few for every round to have some of each kind.
    """
    dealt = list(rounds(questions, options.seed))
    if not all(len(each.learn) and len(each.watch) and len(each.judge) for each in dealt):
        raise ValueError(f"{len(questions)} questions are too few to learn from some and to judge by others")
    lesson = lesson_of(ground, questions, vectors)
    judged = np.array(vectors)
    steps: list[int] = []
    fresh: list[int] = []
    total = options.steps * (len(dealt) + 1)
    for turn, each in enumerate(dealt):
        fitted = fit(
            [lesson.part(each.learn), *beside],
            lesson.part(each.watch),
            options,
            lambda done, _most, turn=turn: progress("fitting the adapter", turn * options.steps + done, total),  # type: ignore[misc]
        )
        judged[each.judge] = Adapter(encoder, fitted.matrix).apply_all(vectors[each.judge])
        steps.append(fitted.steps)
        fresh += unseen(questions, np.concatenate([each.learn, each.watch]), each.judge).tolist()
    chosen = int(np.median(steps))
    final = fit([lesson, *beside], None, replace(options, steps=chosen))
    progress("fitting the adapter", total, total)
    before, after = Side(ground, vectors), Side(ground, judged)
    new = np.array(sorted(fresh), dtype=np.int64)
    return TunedAdapter(
        adapter=Adapter(encoder, final.matrix),
        steps=chosen,
        judged=compare(before, after, questions),
        new=compare(before, after, questions, new) if enough(new) else None,
    )


def tune_beside(
    lessons: Sequence[Lesson],
    ground: Ground,
    questions: Sequence[Question],
    vectors: Vectors,
    encoder: str,
    *,
    options: FitOptions = _DEFAULTS,
    progress: Progress = lambda _what, _done, _total: None,
) -> TunedAdapter:
    """Fit an adapter on lessons alone; a fifth of the questions says when to stop, the others judge it."""
    only = judging(questions, options.seed)
    if not len(only.watch) or not len(only.judge):
        raise ValueError(f"{len(questions)} questions are too few to judge by")
    watched = lesson_of(ground, [questions[place] for place in only.watch.tolist()], vectors[only.watch])
    fitted = fit(lessons, watched, options, lambda done, total: progress("fitting the adapter", done, total))
    adapter = Adapter(encoder, fitted.matrix)
    before, after = Side(ground, vectors), Side(ground, adapter.apply_all(vectors))
    return TunedAdapter(adapter, fitted.steps, compare(before, after, questions, only.judge), None)


def fit_options(ranking: Ranking, options: FitOptions = _DEFAULTS) -> FitOptions:
    """The options for a ranking: words count in the loss as they do in its search.

    Raises ValueError when the ranking gives meaning no weight: an adapter would change nothing.
    """
    dense, lexical = ranking.weights.get(DENSE, 0.0), ranking.weights.get(LEXICAL, 0.0)
    if not dense > 0:
        raise ValueError("the ranking gives the vectors no weight, so an adapter would change nothing")
    return replace(options, words=options.words * lexical / dense)
