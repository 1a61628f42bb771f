"""What a pilot finds: one record for each way that was tried, and one for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from service.learn.pilot.curve import Forecast
from service.learn.pilot.figures import Figures
from service.learn.pilot.findings import DataFinding
from service.learn.pilot.owner import Owner
from service.learn.pilot.ways import Answers, Kind


@dataclass(frozen=True, slots=True)
class Spent:
    """What a way took. Times are of one try each, on the machine that the pilot ran on."""

    teach_seconds: float  #: to learn once, from the examples of one part; encoding them included
    p50_ms: float | None  #: for one request on one core, encoding included; None: it was not asked apart
    p99_ms: float | None
    size_mb: float  #: of what is kept to decide with it, encoder included, in MiB
    peak_mb: float | None  #: most memory while it learned and answered, in MiB


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One way on all parts: its answers for the held-out requests, in the order of `Division.held`."""

    answers: Answers
    spent: Spent
    known: int  #: examples learned from, on average over the parts
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A way with everything that was found of it."""

    name: str
    kind: Kind
    what: str  #: in words
    attempt: Attempt
    figures: Figures
    right: npt.NDArray[np.bool_]  #: shape (held-out requests,)

    @property
    def called(self) -> str:
        """Its name as it stands in a sentence."""
        return f"“{self.name}”"

    @property
    def side(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Confidence and correctness, for comparing pairs."""
        return self.attempt.answers.confidence, self.right


@dataclass(frozen=True, slots=True)
class Price:
    """What 1,000 requests cost."""

    machine: float
    review: float
    errors: float

    @property
    def total(self) -> float:
        return self.machine + self.review + self.errors


@dataclass(frozen=True, slots=True)
class Point:
    """A way that was given some of the examples only."""

    way: str
    each: int | None  #: examples of a label at most; None: all
    examples: int  #: learned from
    accuracy: float
    certified: float  #: share that may be decided without a person at the promised error, by certificate
    possible: float  #: the same by looking at the answers


@dataclass(frozen=True, slots=True)
class Outlook:
    """What more labels would bring to one way."""

    way: str
    now: float  #: share that it could decide at the promised error, by a threshold chosen on the answers
    forecasts: tuple[Forecast, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A way that was not tried to its end, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Pilot:
    """Everything that was found."""

    title: str
    facts: Mapping[str, str]  #: file, division, machine, encoder, seconds ...
    owner: Owner
    findings: tuple[DataFinding, ...]
    ways: tuple[Tried, ...]  #: in the order they were tried
    curve: tuple[Point, ...]
    outlook: Outlook | None  #: None for want of points
    left_out: tuple[LeftOut, ...]
    labels: tuple[str, ...]  #: the right label of each held-out request
    texts: tuple[str, ...]  #: its words

    def way(self, name: str) -> Tried:
        return next(way for way in self.ways if way.name == name)
