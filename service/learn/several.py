"""From logits to a judgement: the last step of every head, for one label a request and for several.

Both are fitted on predictions for examples that were held out; see `calibrate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from service.domain.types import Judgement, Scored
from service.learn.calibrate import fit_line, sigmoid, softmax

Logits: TypeAlias = npt.NDArray[np.floating]
Chances: TypeAlias = npt.NDArray[np.float64]

#: Labels shown with a judgement, best first. The rest matter to nobody and would be stored with every decision.
SHOWN = 10

EVEN = 0.5  #: a label at least this likely is given
_CERTAIN = 1e-9  # how near a probability may come to 0 or 1


class Calibration(Protocol):
    """How logits are read."""

    def probabilities(self, logits: Logits) -> Chances:
        """Calibrated probabilities of logits of shape (n, labels), of the same shape."""

    def judgement(self, labels: tuple[str, ...], logits: Logits, familiarity: float, threshold: float) -> Judgement:
        """Of one request; `logits` have shape (labels,)."""

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class OneLabel:
    """Every request has one label: a softmax, tempered."""

    temperature: float  #: logits are divided by it before the softmax

    def __post_init__(self) -> None:
        _check_temperature(self.temperature)

    def probabilities(self, logits: Logits) -> Chances:
        return softmax(logits, self.temperature)

    def judgement(self, labels: tuple[str, ...], logits: Logits, familiarity: float, threshold: float) -> Judgement:
        scores = _best(labels, self.probabilities(logits[None])[0], SHOWN)
        return Judgement(
            scores=scores,
            confidence=scores[0].probability,
            margin=scores[0].probability - scores[1].probability,
            energy=familiarity,
            in_domain=familiarity >= threshold,
            chosen=(scores[0].label,),
        )

    def to_json(self) -> dict[str, Any]:
        return {"labels_per_request": "one", "temperature": self.temperature}


@dataclass(frozen=True, slots=True)
class SeveralLabels:
    """A request may have several labels or none: a tempered sigmoid of each.

    The confidence is of the whole set. Labels were independent if it were the product of theirs; they are not, so the
    logit of that product is put through a line fitted on held-out examples.
    """

    temperature: float
    slope: float  #: not below 0
    offset: float

    def __post_init__(self) -> None:
        _check_temperature(self.temperature)
        if not (self.slope >= 0 and np.isfinite(self.slope) and np.isfinite(self.offset)):
            raise ValueError("the line of the confidence has to be finite, its slope not below 0")

    @classmethod
    def fit(cls, logits: Logits, truth: npt.NDArray[np.bool_], temperature: float) -> SeveralLabels:
        """From held-out logits and what holds of each label, both of shape (n, labels)."""
        chances = sigmoid(logits / temperature)
        correct = ((chances >= EVEN) == truth).all(axis=1)
        slope, offset = fit_line(_set_logit(chances), correct)
        return cls(temperature, slope, offset)

    def probabilities(self, logits: Logits) -> Chances:
        return sigmoid(logits / self.temperature)

    def confidences(self, logits: Logits) -> Chances:
        """The probability that every label of the set is right and none is missing, shape (n,)."""
        return sigmoid(self.slope * _set_logit(self.probabilities(logits)) + self.offset)

    def judgement(self, labels: tuple[str, ...], logits: Logits, familiarity: float, threshold: float) -> Judgement:
        chances = self.probabilities(logits[None])[0]
        chosen = int(np.count_nonzero(chances >= EVEN))
        scores = _best(labels, chances, max(SHOWN, chosen))
        return Judgement(
            scores=scores,
            confidence=float(self.confidences(logits[None])[0]),
            margin=float(np.abs(2 * chances - 1).min()),
            energy=familiarity,
            in_domain=familiarity >= threshold,
            chosen=tuple(scored.label for scored in scores[:chosen]),
        )

    def to_json(self) -> dict[str, Any]:
        line = {"slope": self.slope, "offset": self.offset}
        return {"labels_per_request": "several", "temperature": self.temperature, **line}


def calibration_from_json(content: dict[str, Any]) -> OneLabel | SeveralLabels:
    """What `to_json` gave; KeyError, TypeError or ValueError for anything else."""
    match content["labels_per_request"]:
        case "one":
            return OneLabel(content["temperature"])
        case "several":
            return SeveralLabels(content["temperature"], content["slope"], content["offset"])
        case other:
            raise ValueError(f"{other!r} labels a request are not known")


def _best(labels: tuple[str, ...], chances: Chances, most: int) -> tuple[Scored, ...]:
    """Best first, equal ones in the order of the labels."""
    return tuple(Scored(labels[place], float(chances[place])) for place in np.argsort(-chances, kind="stable")[:most])


def _set_logit(chances: Chances) -> Chances:
    """Logit of the product over labels of the likelier side's probability, shape (n,)."""
    whole = np.exp(np.log(np.maximum(chances, 1 - chances)).sum(axis=1))
    whole = np.clip(whole, _CERTAIN, 1 - _CERTAIN)
    logit: Chances = np.log(whole / (1 - whole))
    return logit


def _check_temperature(temperature: float) -> None:
    if not (temperature > 0 and np.isfinite(temperature)):
        raise ValueError("the temperature has to be finite and above 0")
