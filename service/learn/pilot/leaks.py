"""What makes figures too good to be true: answers that a request carries in itself, or that were seen before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from index.model import Vectors
from service.learn.pilot.division import Division, Labelled
from service.learn.pilot.findings import SHOWN, DataFinding, Weight, many, short
from service.learn.split import same_text

_TELLING: Final = 0.98  # share of requests whose label an attribute alone gives away
_GIVEN_AWAY: Final = 0.2  # share of requests that hold their label's very words
_TWIN: Final = 0.97  # cosine
_BLOCK: Final = 1_024


def seen_before(division: Division) -> Iterator[DataFinding]:
    """Requests of the test file that were in the other file, too."""
    if division.leaked:
        words = (
            f"{many(division.leaked, 'example has', 'examples have')} the same words as a request of "
            "the test file. They were left out of learning: figures that count them say how well a text is remembered."
        )
        yield DataFinding("leakage", Weight.WARNING, words)


def label_in_text(examples: Sequence[Labelled]) -> Iterator[DataFinding]:
    """As when somebody pasted the category into the subject."""
    spoken = {example.label: f" {same_text(example.label.replace('_', ' '))} " for example in examples}
    holding = [each for each in examples if spoken[each.label] in f" {same_text(each.text.replace('_', ' '))} "]
    if len(holding) > _GIVEN_AWAY * len(examples):
        words = (
            f"{len(holding):,} of {len(examples):,} texts hold the very words of their label. If somebody wrote them "
            "in afterwards, every figure here is too good."
        )
        yield DataFinding(
            "label_in_text", Weight.WARNING, words, tuple(f"“{short(each.text)}”" for each in holding[:SHOWN])
        )


def telling_attributes(examples: Sequence[Labelled]) -> Iterator[DataFinding]:
    """Columns that whoever decided may have filled in."""
    base = Counter(example.label for example in examples).most_common(1)[0][1] / len(examples)
    for name in sorted({name for example in examples for name in example.attributes}):
        values: defaultdict[object, Counter[str]] = defaultdict(Counter)
        for example in examples:
            if name in example.attributes:
                values[example.attributes[name]][example.label] += 1
        covered = sum(counts.total() for counts in values.values())
        if len(values) > covered / 5:  # nearly each its own value: right by being remembered, not by being telling
            continue
        right = sum(max(counts.values()) for counts in values.values()) / covered
        if right > _TELLING and right > base + (1 - base) / 2:
            words = (
                f"The attribute {name} alone gives the label of {right:.1%} of the requests that carry it. Is it known "
                "when a request arrives, or filled in when it is decided? In the second case leave it out."
            )
            yield DataFinding("telling_attribute", Weight.WARNING, words)


def near_twins(vectors: Vectors, division: Division) -> DataFinding | None:
    """How many held-out requests have a near twin among those learned from, by the vectors of all examples."""
    twins = asked = 0
    for part in division.parts:
        known = vectors[part.known]
        for start in range(0, len(part.held), _BLOCK):
            rows = vectors[part.held[start : start + _BLOCK]]
            twins += int(((rows @ known.T).max(axis=1) >= _TWIN).sum())
        asked += len(part.held)
    if twins * 20 < asked:
        return None
    words = (
        f"{twins / asked:.0%} of the held-out requests are nearly word for word like one that was learned from (cosine "
        f"{_TWIN} or more). If your traffic repeats itself less than this file does, expect less than the figures say."
    )
    return DataFinding("near_twins", Weight.NOTE, words)
