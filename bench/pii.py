"""How much personal data is found, and how much of what is found is any: recall and precision of each kind.

    python -m bench.pii [--data DIR] [--quick]

Three sources: the sentences of Presidio's research set, in which every value is marked; generated IBANs and IP
addresses in sentences, half of each wrong (a check digit, an octet, a group); BANKING77's test messages, which hold
no personal data at all, so that whatever is found there is a false alarm.

A find counts when its kind, its first and its last character are those that are marked: half a number is no number,
and one too long would mask a word. Recall is the marked that were found, precision the found that were marked.
Kinds that a set does not mark are not counted on it. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from rich.table import Table

from bench.data import DEFAULT_DATA, read_messages
from bench.pii_samples import Sample, iban_samples, ip_samples
from bench.screen import say
from rules import pii
from rules.normalize import normalize

#: Presidio's names of the kinds we know.
KINDS: Final = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "US_SSN": "ssn",
}
GENERATED, QUICKLY_GENERATED = 4_000, 1_000


class Marked(NamedTuple):
    """A stretch of a text and its kind."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Score:
    """Counts of one kind on one source."""

    right: int = 0
    missed: int = 0
    wrong: int = 0
    in_service: int = 0  #: of the right ones, those that are proved: check digit, or numbering plan

    @property
    def recall(self) -> float | None:
        return _share(self.right, self.right + self.missed)

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.right + self.wrong)

    def add(self, other: Score) -> None:
        self.right += other.right
        self.missed += other.missed
        self.wrong += other.wrong
        self.in_service += other.in_service


@dataclass(frozen=True, slots=True)
class Source:
    """The scores of one set of texts, by kind."""

    name: str
    texts: int
    scores: dict[str, Score] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of test data")
    parser.add_argument("--quick", action="store_true", help="fewer generated numbers")
    options = parser.parse_args(arguments)
    count = QUICKLY_GENERATED if options.quick else GENERATED
    presidio = read_presidio(options.data / "pii-presidio" / "synth_dataset_v2.half.json.gz")
    sources = [
        score("pii-presidio", presidio, KINDS.values()),
        score("generated", iban_samples(count), ["iban"]),
        score("generated", ip_samples(count), ["ip"]),
    ]
    messages = [message.text for message in read_messages(options.data / "banking77" / "test.csv.gz")]
    alarms = [found for text in messages for found in _found(text)]
    show(sources, len(alarms), len(messages))
    print(json.dumps(figures_of(sources) | {"banking77": {"texts": len(messages), "false_alarms": len(alarms)}}))


def read_presidio(file: Path) -> list[Sample]:
    """Presidio's research set: gzipped JSON, a list of objects with `full_text` and `spans`."""
    with gzip.open(file, "rt", encoding="utf-8") as content:
        rows = json.load(content)
    return [
        Sample(
            row["full_text"],
            tuple(
                (KINDS[span["entity_type"]], span["start_position"], span["end_position"])
                for span in row["spans"]
                if span["entity_type"] in KINDS
            ),
        )
        for row in rows
    ]


def score(name: str, samples: Sequence[Sample], kinds: Iterable[str]) -> Source:
    source = Source(name, len(samples), {kind: Score() for kind in kinds})
    for sample in samples:
        marked = {Marked(*where) for where in sample.marked}
        found = _found(sample.text)
        for where in marked | found.keys():
            if where.kind in source.scores:
                tally = source.scores[where.kind]
                tally.right += where in marked and where in found
                tally.missed += where not in found
                tally.wrong += where not in marked
                tally.in_service += where in marked and found.get(where, False)
    return source


def figures_of(sources: Sequence[Source]) -> dict[str, dict[str, float | None]]:
    """Recall and precision of each kind on all sources that mark it."""
    together: dict[str, Score] = {}
    for source in sources:
        for kind, tally in source.scores.items():
            together.setdefault(kind, Score()).add(tally)
    return {kind: {"recall": tally.recall, "precision": tally.precision} for kind, tally in sorted(together.items())}


def show(sources: Sequence[Source], alarms: int, messages: int) -> None:
    table = Table(title="personal data: exact spans")
    for column in ("source", "texts", "kind", "marked", "found", "wrong", "recall", "precision", "proved"):
        table.add_column(column, justify="left" if column in {"source", "kind"} else "right")
    for source in sources:
        for kind, tally in source.scores.items():
            counts = (tally.right + tally.missed, tally.right, tally.wrong)
            shares = (tally.recall, tally.precision, _share(tally.in_service, tally.right))
            shown = ("-" if share is None else f"{share:.3f}" for share in shares)
            table.add_row(source.name, str(source.texts), kind, *map(str, counts), *shown)
    say.print(table)
    say.print("proved: of the found, those with a right check digit or, for phones, in a range that is in service.")
    say.print(f"false alarms on {messages} messages of BANKING77 without personal data: {alarms}")


def _found(text: str) -> dict[Marked, bool]:
    spans = pii.find(normalize(text))
    return {Marked(span.source.removeprefix(pii.PREFIX), span.start, span.end): span.valid for span in spans}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


if __name__ == "__main__":
    main()
