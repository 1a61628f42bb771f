"""Fitting a head."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.calibrate import expected_calibration_error
from service.learn.errors import CannotLearn
from service.learn.openset import auroc
from service.learn.registry import head_to_bytes
from service.learn.search import Setting, TrainOptions
from service.learn.train import TrainedHead, fit_head

ENCODER = "e" * 64


def accuracy(trained: TrainedHead, examples) -> float:
    judged = trained.head.judge_many(examples.vectors, examples.texts)
    return float(np.mean([j.scores[0].label == label for j, label in zip(judged, examples.labels, strict=True)]))


def test_a_fitted_head_knows_its_labels(trained: TrainedHead, unseen) -> None:
    """Requests it never saw get their label, with probabilities that mean what they say."""
    assert accuracy(trained, unseen) > 0.97
    judged = trained.head.judge_many(unseen.vectors, unseen.texts)
    confidence = np.array([judgement.confidence for judgement in judged])
    correct = np.array([j.scores[0].label == label for j, label in zip(judged, unseen.labels, strict=True)])
    assert expected_calibration_error(confidence, correct) < 0.03


def test_words_and_vectors_are_both_used(lessons, unseen) -> None:
    """Joined, it beats either part alone: vectors without words, words without vectors."""
    rng = np.random.default_rng(0)

    def blurred(vectors, scale: float) -> np.ndarray:
        rows = vectors + rng.normal(scale=scale, size=vectors.shape)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def fitted(texts: list[str], vectors: np.ndarray) -> TrainedHead:
        return fit_head(texts, lessons.labels, vectors, encoder_digest=ENCODER)

    def right(trained: TrainedHead, texts: list[str], vectors: np.ndarray) -> float:
        judged = trained.head.judge_many(vectors, texts)
        return float(np.mean([j.scores[0].label == label for j, label in zip(judged, unseen.labels, strict=True)]))

    known, new = blurred(lessons.vectors, 0.4), blurred(unseen.vectors, 0.4)
    halves = [text if place % 2 else f"{place}" for place, text in enumerate(unseen.texts)]
    half_lessons = [text if place % 2 else f"{place}" for place, text in enumerate(lessons.texts)]
    joined = right(fitted(half_lessons, known), halves, new)
    wordless, new_wordless = [str(i) for i in range(len(known))], [str(i) for i in range(len(new))]
    without_words = right(fitted(wordless, known), new_wordless, new)
    nowhere = np.zeros_like(known)
    without_vectors = right(fitted(half_lessons, nowhere), halves, np.zeros_like(new))
    assert joined > max(without_words, without_vectors) + 0.03


def test_the_same_examples_give_the_same_head(trained: TrainedHead, lessons) -> None:
    """Fitted again, byte by byte the same."""
    again = fit_head(lessons.texts, lessons.labels, lessons.vectors, encoder_digest=ENCODER)
    assert head_to_bytes(again.head) == head_to_bytes(trained.head)


def test_in_domain_requests_pass_and_foreign_ones_are_caught(
    trained: TrainedHead, lessons, unseen, foreign, unseen_foreign
) -> None:
    """The promised share of unseen requests is kept without any foreign example, and most foreign ones are caught."""
    inside = trained.head.judge_many(unseen.vectors, unseen.texts)
    outside = trained.head.judge_many(unseen_foreign[1], unseen_foreign[0])
    assert np.mean([judgement.in_domain for judgement in inside]) > 0.94
    assert auroc(np.array([j.energy for j in inside]), np.array([j.energy for j in outside])) > 0.95
    informed = fit_head(lessons.texts, lessons.labels, lessons.vectors, encoder_digest=ENCODER, out_of_domain=foreign)
    assert trained.report.caught is None
    assert informed.report.caught is not None
    kept = np.mean([j.in_domain for j in informed.head.judge_many(unseen.vectors, unseen.texts)])
    caught = np.mean([not j.in_domain for j in informed.head.judge_many(unseen_foreign[1], unseen_foreign[0])])
    assert kept > 0.93
    assert caught > 0.85


def test_report_says_what_was_chosen_and_why(trained: TrainedHead, lessons) -> None:
    """Every setting tried is in it, and the chosen one has the least held-out loss."""
    report = trained.report
    assert report.chosen == min(report.trials, key=lambda trial: trial.log_loss)
    assert (report.examples, report.labels, report.fewest) == (len(lessons.texts), 4, 60)
    assert report.held_out == len(lessons.texts)
    assert report.terms == trained.head.lexicon.size
    assert 0.965 <= report.kept <= 1


def test_search_ends_when_enough_settings_were_tried(lessons) -> None:
    """A budget of one setting means that one, also when a better one is next to it."""
    options = TrainOptions(first=Setting(5.0, 2.0), most_settings=1)
    found = fit_head(lessons.texts, lessons.labels, lessons.vectors, encoder_digest=ENCODER, options=options)
    assert [trial.setting for trial in found.report.trials] == [Setting(5.0, 2.0)]


def test_progress_is_told(lessons) -> None:
    """Each stage is named and comes to its end."""
    told: list[tuple[str, int, int]] = []
    fit_head(
        lessons.texts,
        lessons.labels,
        lessons.vectors,
        encoder_digest=ENCODER,
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    ended = {what for what, done, total in told if done == total}
    assert ended == {what for what, _, _ in told} == {"preparing", "choosing settings", "fitting"}


def test_few_and_lone_examples_are_enough_to_begin(lessons) -> None:
    """Two labels, one of them with a single example: still a head, and the report says how few."""
    places = [*range(8), 60]
    found = fit_head(
        [lessons.texts[i] for i in places],
        [lessons.labels[i] for i in places],
        lessons.vectors[places],
        encoder_digest=ENCODER,
    )
    assert found.report.fewest == 1
    assert found.head.labels == ("card_lost", "pin_help")


@pytest.mark.parametrize(
    "spoil, why",
    [
        (lambda texts, _, vectors: (texts, ["same"] * len(texts), vectors), "at least 2"),
        (lambda texts, labels, vectors: (texts[1:], labels, vectors), "do not belong together"),
        (
            lambda texts, labels, vectors: (texts, labels, np.where(np.eye(len(vectors), 16) > 0, np.nan, vectors)),
            "not finite",
        ),
        (lambda _, __, vectors: ([], [], vectors[:0]), "at least 2"),
        (lambda texts, labels, vectors: (["same words"] * len(texts), labels, vectors), "too few different texts"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(lessons, spoil, why: str) -> None:
    """With a sentence that says what is wrong."""
    texts, labels, vectors = spoil(lessons.texts, lessons.labels, lessons.vectors)
    with pytest.raises(CannotLearn, match=why):
        fit_head(texts, labels, vectors, encoder_digest=ENCODER)


def test_foreign_vectors_must_fit(lessons, foreign) -> None:
    """Out-of-domain texts with vectors of another encoder are refused too."""
    with pytest.raises(CannotLearn, match="out-of-domain"):
        fit_head(
            lessons.texts,
            lessons.labels,
            lessons.vectors,
            encoder_digest=ENCODER,
            out_of_domain=(foreign[0], foreign[1][:, :5]),
        )
