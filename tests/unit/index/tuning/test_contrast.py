"""Tuning an encoder's weights, and taking an interrupted run up again. Needs the models extra, and a minute or two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.compile import pretrained_folder
from index.encoder import EncoderPool
from index.errors import TuningRefused
from index.source import load_source
from index.tuning.contrast import ContrastOptions, Example, Method, Text, tune_weights
from index.tuning.ground import Ground, Question
from index.tuning.mine import mine

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of torch, about itself

OPTIONS = ContrastOptions(epochs=2, batch=8, tokens=48, threads=1)


@pytest.fixture(scope="module")
def examples(ground: Ground, encoder: EncoderPool, slang: Sequence[Question]) -> list[Example]:
    return mine(ground, slang, encoder.encode_many([each.text for each in slang]))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_customers_words_are_learned(examples: list[Example], tmp_path: Path, method: Method) -> None:
    """The tuned folder is a sentence-transformers model that finds the passages of questions it never saw sooner."""
    options = ContrastOptions(method, epochs=3, batch=8, tokens=48, threads=1)
    told: list[int] = []
    tuned = tune_weights(
        pretrained_folder(),
        tmp_path / "tuned",
        examples[:40],
        examples[40:],
        tmp_path / "work",
        options=options,
        progress=lambda _what, done, _total: told.append(done),
    )
    assert tuned.after > tuned.before + 0.1
    assert told == sorted(told)
    assert found(tmp_path / "tuned", examples) > found(pretrained_folder(), examples)


def found(folder: Path, examples: Sequence[Example]) -> float:
    """Mean over the questions that were not learned from of one over the place of the right passage."""
    passages = sorted({each.answer.text for each in examples})
    source = load_source(folder)
    likeness = source.encode([each.question for each in examples[40:]]) @ source.encode(passages).T
    own = likeness[np.arange(len(likeness)), [passages.index(each.answer.text) for each in examples[40:]]]
    return float((1 / (likeness >= own[:, None]).sum(axis=1)).mean())


def test_an_interrupted_run_comes_to_the_same(examples: list[Example], tmp_path: Path) -> None:
    """Stopped in its second epoch and started again, it gives the weights of a run that was not stopped."""

    class Stopped(Exception):
        pass

    def stop(_what: str, done: int, _total: int) -> None:
        if done == 7:  # five batches an epoch
            raise Stopped

    def run(name: str, progress: object = lambda *_: None) -> None:
        tune_weights(
            pretrained_folder(),
            tmp_path / name / "tuned",
            examples[:40],
            examples[40:],
            tmp_path / name,
            options=OPTIONS,
            progress=progress,  # type: ignore[arg-type]
        )

    run("whole")
    with pytest.raises(Stopped):
        run("stopped", stop)
    epochs: list[int] = []
    run("stopped", lambda _what, done, _total: epochs.append(done))
    assert epochs[0] == 6
    ours, theirs = (load_source(tmp_path / name / "tuned").encode(["zorp now"]) for name in ("whole", "stopped"))
    assert ours[0] @ theirs[0] == pytest.approx(1, abs=1e-5)


def test_where_nothing_is_learned_it_says_so(examples: list[Example], tmp_path: Path) -> None:
    """Questions that find their passages already cannot be found better."""
    easy = [
        Example(each.answer.text, each.answer, (Text("help/other@1", "A text about something else."),), each.right)
        for each in examples[:8]
    ]
    with pytest.raises(TuningRefused, match="no epoch ranked the 8 questions"):
        tune_weights(pretrained_folder(), tmp_path / "tuned", easy, easy, tmp_path / "work", options=OPTIONS)
    assert not (tmp_path / "tuned").exists()
