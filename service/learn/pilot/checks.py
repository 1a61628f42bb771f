"""Is the owner's data fit to learn from and to measure on? Said in words, before any figure.

Pure: the examples in, findings out. What no file can say (whether the labels are right) is not pretended to be known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from service.learn.binomial import smallest_n
from service.learn.pilot.division import Division, Labelled
from service.learn.pilot.findings import SHOWN, DataFinding, Weight, many, short
from service.learn.pilot.leaks import label_in_text, seen_before, telling_attributes
from service.learn.split import same_text

_RARE: Final = 10  # examples of a label, below which its figures say little
_SKEW: Final = 20  # times that the largest label may be larger than the smallest
_OLD_DAYS: Final = 365
_LONG_WORDS: Final = 180  # about a window of the default encoder


@dataclass(frozen=True, slots=True)
class Expected:
    """What the examples are held against."""

    today: date
    alpha: float
    delta: float
    owner: str = ""  #: who answers for the data, when the owner of the pilot said so
    unused: tuple[str, ...] = ()  #: columns of the file that nothing was made of
    bad_rows: tuple[str, ...] = ()  #: rows left out, each with its line and the reason


def check(examples: Sequence[Labelled], division: Division, expected: Expected) -> tuple[DataFinding, ...]:
    """Everything worth knowing, warnings first."""
    groups = _groups(examples)
    found = [
        *_left_out(expected),
        *_few(examples, division, expected),
        *_contradictions(groups),
        *_duplicates(groups),
        *seen_before(division),
        *_labels(examples),
        *_never_seen(examples, division),
        *label_in_text(examples),
        *telling_attributes(examples),
        *_age(examples, expected),
        *_unowned(examples, expected),
        *_lengths(examples),
    ]
    return tuple(sorted(found, key=lambda finding: list(Weight).index(finding.weight)))


def _groups(examples: Sequence[Labelled]) -> list[list[Labelled]]:
    """Examples with the same words, in the order of the file."""
    groups: defaultdict[str, list[Labelled]] = defaultdict(list)
    for example in examples:
        groups[same_text(example.text)].append(example)
    return list(groups.values())


def _left_out(expected: Expected) -> Iterator[DataFinding]:
    if expected.bad_rows:
        words = f"{many(len(expected.bad_rows), 'row', 'rows')} could not be used, left out."
        yield DataFinding("bad_rows", Weight.WARNING, words, expected.bad_rows[:SHOWN])
    if expected.unused:
        words = (
            f"Columns that were not looked at: {', '.join(expected.unused)}. A column that is known when a request "
            "arrives may help: declare it under `attributes`."
        )
        yield DataFinding("unused_columns", Weight.NOTE, words)


def _few(examples: Sequence[Labelled], division: Division, expected: Expected) -> Iterator[DataFinding]:
    needed = smallest_n(expected.alpha, expected.delta, errors=1)
    held = len(division.held)
    if held < needed:
        words = (
            f"{held:,} requests are held out. A promise of at most {expected.alpha:.1%} wrong needs {needed:,} "
            f"accepted cases if one of them may be wrong, so it cannot be made yet: label at least "
            f"{needed - held:,} more, drawn at random from your traffic."
        )
        yield DataFinding("too_few_cases", Weight.WARNING, words)
    labels = len({example.label for example in examples})
    if len(examples) < _RARE * labels:
        words = (
            f"{len(examples):,} examples for {labels} labels are {len(examples) / labels:.1f} each: few to learn from."
        )
        yield DataFinding("few_examples", Weight.WARNING, words)


def _contradictions(groups: Iterable[Sequence[Labelled]]) -> Iterator[DataFinding]:
    torn, wrong, total = [], 0, 0
    for group in groups:
        counts = Counter(example.label for example in group)
        total += len(group)
        if len(counts) > 1:
            torn.append(f"“{short(group[0].text)}”: {', '.join(sorted(counts))}")
            wrong += len(group) - max(counts.values())
    if torn:
        words = (
            f"{many(len(torn), 'text carries', 'texts carry')} more than one label. "
            f"Whoever decides by the text alone is wrong in at least {wrong:,} of {total:,} requests "
            f"({wrong / total:.2%}), and so were people."
        )
        yield DataFinding("contradictory_labels", Weight.WARNING, words, tuple(torn[:SHOWN]))


def _duplicates(groups: Iterable[Sequence[Labelled]]) -> Iterator[DataFinding]:
    repeated = [group for group in groups if len(group) > 1]
    if repeated:
        more = sum(len(group) - 1 for group in repeated)
        words = (
            f"{many(more, 'request repeats', 'requests repeat')} the words of another one. "
            "Equal words are kept on one side, so that nothing held out was learned by heart."
        )
        often = sorted(repeated, key=len, reverse=True)[:SHOWN]
        yield DataFinding(
            "duplicates", Weight.NOTE, words, tuple(f"“{short(group[0].text)}”: {len(group)} times" for group in often)
        )


def _labels(examples: Sequence[Labelled]) -> Iterator[DataFinding]:
    counts = Counter(example.label for example in examples)
    rare = sorted(label for label, count in counts.items() if count < _RARE)
    (most, largest), smallest = counts.most_common(1)[0], min(counts.values())
    if rare:
        words = (
            f"{len(rare)} of {len(counts)} labels have fewer than {_RARE} examples. Collect more, merge them, or leave "
            "them to people."
        )
        yield DataFinding(
            "rare_labels", Weight.WARNING, words, tuple(f"{label}: {counts[label]}" for label in rare[:SHOWN])
        )
    if largest > _SKEW * smallest or largest > len(examples) / 2:
        words = (
            f"The labels are of unlike size: {most} has {largest:,} of {len(examples):,} requests "
            f"({largest / len(examples):.0%}), the smallest {smallest:,}. Always answering {most} would be right as "
            "often, so look at macro-F1 and at each label, not at accuracy alone."
        )
        yield DataFinding("class_skew", Weight.NOTE, words)


def _never_seen(examples: Sequence[Labelled], division: Division) -> Iterator[DataFinding]:
    known = set.intersection(*({examples[place].label for place in part.known.tolist()} for part in division.parts))
    unseen = Counter(label for place in division.held.tolist() if (label := examples[place].label) not in known)
    if unseen:
        words = (
            f"{unseen.total():,} held-out requests have one of {many(len(unseen), 'label', 'labels')} that was not "
            "always among the examples learned from. Nothing that learns can get those right."
        )
        yield DataFinding("labels_never_seen", Weight.WARNING, words, tuple(sorted(unseen)[:SHOWN]))


def _age(examples: Sequence[Labelled], expected: Expected) -> Iterator[DataFinding]:
    days = sorted(example.day for example in examples if example.day is not None)
    if not days:
        words = "No request has a date, so nothing can be said of how old they are, or of what changed since."
        yield DataFinding("undated", Weight.NOTE, words)
        return
    age = (expected.today - days[-1]).days
    old = sum((expected.today - day).days > _OLD_DAYS for day in days)
    span = f"They are of {days[0].isoformat()} to {days[-1].isoformat()}"
    if age > _OLD_DAYS:
        words = f"{span}: the newest is {age:,} days old. What people ask now may be something else."
        yield DataFinding("out_of_date", Weight.WARNING, words)
    elif old > len(days) / 2:
        words = f"{span}, and {old / len(days):.0%} are older than a year. Try the newest alone too."
        yield DataFinding("out_of_date", Weight.NOTE, words)
    if len(days) < len(examples):
        words = f"{many(len(examples) - len(days), 'request has', 'requests have')} no date."
        yield DataFinding("undated", Weight.NOTE, words)


def _unowned(examples: Sequence[Labelled], expected: Expected) -> Iterator[DataFinding]:
    owners = Counter(example.owner for example in examples if example.owner)
    without = len(examples) - owners.total()
    if owners and without:
        words = f"{without:,} of {len(examples):,} requests name nobody who answers for their label."
        yield DataFinding("unowned", Weight.WARNING, words)
    elif not owners and not expected.owner:
        words = (
            "Nobody is named who answers for the labels, and nothing says what may be done with these requests. Name "
            "the owner and the rights in pilot.yaml before a model is made of them."
        )
        yield DataFinding("unowned", Weight.WARNING, words)


def _lengths(examples: Sequence[Labelled]) -> Iterator[DataFinding]:
    words = np.array([len(example.text.split()) for example in examples])
    if (short := int((words < 2).sum())) > len(examples) / 20:
        said = f"{short:,} requests are a single word: most of them could be anything."
        yield DataFinding("short_texts", Weight.NOTE, said)
    if long := int((words > _LONG_WORDS).sum()):
        said = f"{long:,} requests have more than {_LONG_WORDS} words: they are read in windows, which takes longer."
        yield DataFinding("long_texts", Weight.NOTE, said)
