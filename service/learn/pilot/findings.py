"""What is said of the data: findings in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SHOWN: Final = 5  #: samples that go with a finding


class Weight(StrEnum):
    """How much a finding matters, the heaviest first."""

    WARNING = "warning"  #: mend it before you rely on the figures
    NOTE = "note"  #: know it when you read them


@dataclass(frozen=True, slots=True)
class DataFinding:
    """Something about the data that bears on what the pilot can say."""

    kind: str
    weight: Weight
    words: str
    samples: tuple[str, ...] = ()


def by_kind(findings: Iterable[DataFinding]) -> Mapping[str, DataFinding]:
    """The first finding of each kind."""
    found: dict[str, DataFinding] = {}
    for finding in findings:
        found.setdefault(finding.kind, finding)
    return found


def many(count: int, one: str, more: str) -> str:
    """So many of something, in words that fit the number."""
    return f"{count:,} {one if count == 1 else more}"


def short(text: str) -> str:
    """A text on one line of a report."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
