"""Fitting a head."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from service.learn.calibrate import expected_calibration_error
from service.learn.design import Setting
from service.learn.errors import CannotLearn
from service.learn.judge import Head, Seen
from service.learn.material import Definition, Material
from service.learn.openset import auroc
from service.learn.recipes import Kind, Recipe
from service.learn.registry import head_to_bytes
from service.learn.search import TrainOptions
from service.learn.train import Trained, fit

ENCODER = "e" * 64
QUICK = TrainOptions(most_settings=2)


def right(head: Head, seen: list[Seen], labels: list[str]) -> float:
    """Share of requests that get their label."""
    return float(np.mean([head.judge(one).chosen == (label,) for one, label in zip(seen, labels, strict=True)]))


def test_a_fitted_head_knows_its_labels(trained: Trained, unseen) -> None:
    """Requests it never saw get their label, with probabilities that mean what they say."""
    judged = [trained.head.judge(seen) for seen in unseen.seen]
    correct = np.array([j.scores[0].label == label for j, label in zip(judged, unseen.labels, strict=True)])
    assert correct.mean() > 0.97
    confidence = np.array([judgement.confidence for judgement in judged])
    assert expected_calibration_error(confidence, correct) < 0.03


def test_words_and_vectors_are_both_used(lessons, unseen) -> None:
    """Joined, it beats either part alone: vectors without words, words without vectors."""
    rng = np.random.default_rng(0)

    def blurred(vectors, scale: float) -> np.ndarray:
        rows = vectors + rng.normal(scale=scale, size=vectors.shape)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    known, new = blurred(lessons.vectors, 0.4), blurred(unseen.vectors, 0.4)
    halves = [text if place % 2 else f"{place}" for place, text in enumerate(unseen.texts)]
    half_lessons = [text if place % 2 else f"{place}" for place, text in enumerate(lessons.texts)]
    material = Material(half_lessons, [(label,) for label in lessons.labels], known)
    asked = [Seen(vector, text) for text, vector in zip(halves, new, strict=True)]
    found = {
        kind: right(fit(Recipe(kind), material, encoder=ENCODER, options=QUICK).head, asked, unseen.labels)
        for kind in (Kind.JOINED, Kind.VECTOR, Kind.LEXICAL)
    }
    assert found[Kind.JOINED] > max(found[Kind.VECTOR], found[Kind.LEXICAL]) + 0.03


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_learns(lessons, unseen, kind: Kind) -> None:
    """Each of them tells the labels apart, and is calibrated."""
    found = fit(Recipe(kind), lessons.material, encoder=ENCODER, options=QUICK)
    assert right(found.head, unseen.seen, unseen.labels) > 0.9
    assert found.report.ece < 0.06
    assert found.head.encoder == ENCODER
    assert {trial.setting.definition_weight for trial in found.report.trials} == {0.0}


def test_attributes_and_votes_join(lessons) -> None:
    """Where neither text nor vector says anything, what else is known decides."""
    rng = np.random.default_rng(0)
    n = len(lessons.labels)
    dull = Material(
        texts=[f"{place}" for place in range(n)],
        labels=[(label,) for label in lessons.labels],
        vectors=np.tile(lessons.vectors[:1], (n, 1)),
        attributes=[{"product": label[0], "noise": float(rng.normal())} for label in lessons.labels],
        votes=[{label: 0.6, "fees": 0.4} for label in lessons.labels],
    )
    without = fit(Recipe(Kind.VECTOR), dull, encoder=ENCODER, options=QUICK).report
    attributes = fit(Recipe(Kind.VECTOR, attributes=True), dull, encoder=ENCODER, options=QUICK).report
    votes = fit(Recipe(Kind.VECTOR, votes=True), dull, encoder=ENCODER, options=QUICK).report
    assert without.chosen.accuracy < 0.4
    assert attributes.chosen.accuracy > 0.95 < votes.chosen.accuracy
    assert attributes.attributes > 0 == without.attributes


def several_of(examples) -> Material:
    """Two requests in one, of different labels or the same; every tenth is about nothing."""
    half = len(examples.texts) // 2
    rng = np.random.default_rng(5)
    order = rng.permutation(len(examples.texts))
    texts, labels, rows = [], [], []
    for number, (one, other) in enumerate(zip(order[:half], order[half:], strict=True)):
        nothing = number % 10 == 0
        texts.append("hello" if nothing else f"{examples.texts[one]} and {examples.texts[other]}")
        labels.append(() if nothing else tuple(sorted({examples.labels[one], examples.labels[other]})))
        rows.append(rng.normal(size=16) if nothing else examples.vectors[one] + examples.vectors[other])
    vectors = np.array(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Material(texts, labels, vectors.astype(np.float32))


def test_several_labels_at_once(lessons, unseen) -> None:
    """Requests with two labels get both, one about nothing gets none, and the confidence is of the whole set."""
    found = fit(Recipe(several=True), several_of(lessons), encoder=ENCODER, options=QUICK)
    asked = several_of(unseen)
    judged = [found.head.judge(Seen(vector, text)) for text, vector in zip(asked.texts, asked.vectors, strict=True)]
    correct = np.array([set(j.chosen) == set(labels) for j, labels in zip(judged, asked.labels, strict=True)])
    assert correct.mean() > 0.75
    confidence = np.array([judgement.confidence for judgement in judged])
    assert expected_calibration_error(confidence, correct) < 0.1
    assert confidence[correct].mean() > confidence[~correct].mean() + 0.1
    assert found.report.outside == 0
    assert found.held.truth.sum(axis=1).max() == 2


def test_definitions_help_where_examples_are_few(lessons, unseen) -> None:
    """With two examples a label, definitions that lie where the label does raise what is right."""
    few = [place for place in range(len(lessons.labels)) if place % 60 < 2]
    names = ["card_lost", "pin_help", "fees", "statement"]
    defined = {
        name: Definition(name.replace("_", " "), np.eye(16, dtype=np.float32)[i]) for i, name in enumerate(names)
    }
    material = lessons.material.take(np.array(few))
    without = fit(Recipe(Kind.VECTOR, definitions=False), replace(material, definitions=defined), encoder=ENCODER)
    given = fit(Recipe(Kind.VECTOR), replace(material, definitions=defined), encoder=ENCODER)
    assert given.report.chosen.setting.definition_weight > 0
    assert right(given.head, unseen.seen, unseen.labels) > right(without.head, unseen.seen, unseen.labels)


def test_wrong_definitions_are_not_followed(lessons) -> None:
    """Definitions that lie with other labels are given no weight."""
    names = ["pin_help", "card_lost", "statement", "fees"]
    turned = {name: Definition("words", np.eye(16, dtype=np.float32)[i]) for i, name in enumerate(names)}
    found = fit(Recipe(), replace(lessons.material, definitions=turned), encoder=ENCODER)
    assert found.report.chosen.setting.definition_weight == 0


def test_the_same_examples_give_the_same_head(trained: Trained, lessons) -> None:
    """Fitted again, byte by byte the same."""
    again = fit(Recipe(), lessons.material, encoder=ENCODER)
    assert head_to_bytes(again.head) == head_to_bytes(trained.head)


def test_in_domain_requests_pass_and_foreign_ones_are_caught(
    trained: Trained, lessons, unseen, foreign, unseen_foreign
) -> None:
    """The promised share of unseen requests is kept without any foreign example, and most foreign ones are caught."""
    strange = [Seen(vector, text) for text, vector in zip(*unseen_foreign, strict=True)]
    inside, outside = [trained.head.judge(s) for s in unseen.seen], [trained.head.judge(s) for s in strange]
    assert np.mean([judgement.in_domain for judgement in inside]) > 0.94
    assert auroc(np.array([j.energy for j in inside]), np.array([j.energy for j in outside])) > 0.95
    informed = fit(Recipe(), lessons.material, encoder=ENCODER, outside=foreign)
    assert trained.report.caught is None
    assert informed.report.caught is not None
    assert informed.report.outside == len(foreign[0])
    assert np.mean([informed.head.judge(seen).in_domain for seen in unseen.seen]) > 0.93
    assert np.mean([not informed.head.judge(seen).in_domain for seen in strange]) > 0.85


def test_examples_without_labels_are_foreign(lessons, foreign) -> None:
    """Given among the others or apart, they make the same head."""
    apart = fit(Recipe(), lessons.material, encoder=ENCODER, outside=foreign, options=QUICK)
    among = fit(Recipe(), lessons.material.with_outside(*foreign), encoder=ENCODER, options=QUICK)
    assert head_to_bytes(among.head) == head_to_bytes(apart.head)
    assert among.held.rows.max() < len(lessons.texts)


def test_report_says_what_was_chosen_and_why(trained: Trained, lessons) -> None:
    """Every setting tried is in it, and the chosen one has the least held-out loss."""
    report = trained.report
    assert report.chosen == min(report.trials, key=lambda trial: trial.log_loss)
    assert (report.examples, report.labels, report.fewest) == (len(lessons.texts), 4, 60)
    assert report.held_out == len(lessons.texts)
    assert 0.965 <= report.kept <= 1
    assert report.macro_f1 == pytest.approx(report.chosen.accuracy, abs=0.02)
    assert report.to_json() == asdict(report)


def test_held_out_predictions_are_of_examples_not_seen(trained: Trained, lessons) -> None:
    """One for each training example, in probabilities; where it stands in the material is told."""
    held = trained.held
    assert sorted(held.rows) == list(range(len(lessons.texts)))
    assert held.probabilities.sum(axis=1) == pytest.approx(1)
    assert [held.labels[target] for target in held.targets] == [lessons.labels[row] for row in held.rows]
    assert held.correct.mean() == trained.report.chosen.accuracy


def test_examples_to_be_held_out_may_be_named(lessons) -> None:
    """For an encoder that was tuned on all the others: everything is chosen on these alone."""
    rows = np.arange(0, len(lessons.texts), 3)
    found = fit(Recipe(), lessons.material, encoder=ENCODER, held=rows, options=QUICK)
    assert np.array_equal(np.sort(found.held.rows), rows)
    assert found.report.held_out == len(rows)


def test_search_ends_when_enough_settings_were_tried(lessons) -> None:
    """A budget of one setting means that one, also when a better one is next to it."""
    options = TrainOptions(first=Setting(5.0, 2.0, definition_weight=0.0), most_settings=1)
    found = fit(Recipe(), lessons.material, encoder=ENCODER, options=options)
    assert [trial.setting for trial in found.report.trials] == [options.first]


def test_progress_is_told(lessons) -> None:
    """Each stage is named and comes to its end."""
    told: list[tuple[str, int, int]] = []
    fit(
        Recipe(),
        lessons.material,
        encoder=ENCODER,
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    ended = {what for what, done, total in told if done == total}
    assert ended == {what for what, _, _ in told} == {"preparing", "choosing settings", "fitting"}


def test_few_and_lone_examples_are_enough_to_begin(lessons) -> None:
    """Two labels, one of them with a single example: still a head, and the report says how few."""
    places = [*range(8), 60]
    found = fit(Recipe(), lessons.material.take(np.array(places)), encoder=ENCODER)
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
        fit(Recipe(), Material(texts, [(label,) for label in labels], vectors), encoder=ENCODER)


def test_more_labels_than_provided_for_are_refused(lessons) -> None:
    """An example with two labels in a workflow that gives one: neither is dropped silently."""
    labels = [("card_lost", "fees"), *((label,) for label in lessons.labels[1:])]
    with pytest.raises(CannotLearn, match="several labels"):
        fit(Recipe(), Material(lessons.texts, labels, lessons.vectors), encoder=ENCODER)


def test_words_that_never_repeat_teach_nothing(lessons) -> None:
    """A head of words alone needs words that occur twice."""
    material = Material([chr(0x4E00 + i) for i in range(240)], [(one,) for one in lessons.labels], lessons.vectors)
    with pytest.raises(CannotLearn, match="no word"):
        fit(Recipe(Kind.LEXICAL), material, encoder=ENCODER)


def test_foreign_vectors_must_fit(lessons, foreign) -> None:
    """Out-of-domain texts with vectors of another encoder are refused too."""
    with pytest.raises(CannotLearn, match="out-of-domain"):
        fit(Recipe(), lessons.material, encoder=ENCODER, outside=(foreign[0], foreign[1][:, :5]))
