"""How an encoder is tuned to labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Method(StrEnum):
    """What is learned, and from what."""

    FULL = "full"  #: the whole transformer, by cross-entropy
    LAST = "last"  #: its uppermost layers, by cross-entropy
    LORA = "lora"  #: a low-rank change of its attention, by cross-entropy
    CONTRAST = "contrast"  #: its uppermost layers, by comparing examples: for few of them


_RATES = {Method.FULL: 5e-5, Method.LAST: 1e-4, Method.LORA: 1e-3, Method.CONTRAST: 1e-4}

#: Texts a step. Those of a batch are compared with each other: the more, the more of what is easily mistaken is there.
_BATCH, _COMPARED = 32, 64

#: Examples a label, on average, below which none is held out: each of them teaches more than it could tell.
_FEW = 20
_HELD_OUT = 0.1
_HELD_AT_LEAST, _MOST_HELD = 50, 0.25  # examples, and the share they may take of all

#: Texts that are seen in all, each as often as it takes, within these limits.
_SEEN, _SEEN_COMPARED = 12_000, 4_500
_LEAST_EPOCHS, _MOST_EPOCHS = 3, 16


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """The defaults suit 5 to 200 examples a label.

    Comparing was tried on draws of ten examples a label and judged by other training examples, never by a test set; the
    rest is as usual in the field.
    """

    method: Method = Method.FULL
    epochs: int | None = None  #: at most; a budget makes it fewer; None: by how many examples there are
    batch: int | None = None  #: texts a step; None: what suits the method
    tokens: int = 64  #: of a text that are read while learning: requests are short, and time grows with them
    rate: float | None = None  #: of the uppermost layer at its height; None: what suits the method
    decay: float = 0.9  #: each layer learns at this share of the rate above it
    warm: float = 0.1  #: share of the time in which the rate rises; then it falls to nought
    smooth: float = 0.1  #: share of a target that is spread over all labels (Szegedy et al., 2016)
    soft: float = 0.5  #: share of a target that a teacher says, where there is one
    agree: float = 0.0  #: weight of the difference between two passes with other units dropped (Liang et al., 2021)
    average: float = 0.4  #: last share of the time whose weights are averaged (Izmailov et al., 2018)
    temperature: float = 0.07  #: of cosines, when examples are compared
    most_pairs: int = 2_000_000  #: that are compared at most
    layers: int = 3  #: that `last` and `contrast` learn
    rank: int = 8  #: of a LoRA change
    held_out: float | None = None  #: share of the examples that says when to stop; None: by how many there are
    patience: int = 2  #: epochs without a better one before it ends
    seed: int = 0
    threads: int | None = None  #: None: one a core
    budget_seconds: float | None = None  #: the rate falls to nought by then, whatever was planned

    @property
    def part(self) -> Literal["full", "last", "lora"]:
        """What of the transformer is learned."""
        match self.method:
            case Method.FULL:
                return "full"
            case Method.LORA:
                return "lora"
            case _:
                return "last"

    @property
    def size(self) -> int:
        """Texts a step."""
        return self.batch or (_COMPARED if self.method is Method.CONTRAST else _BATCH)

    @property
    def top_rate(self) -> float:
        return self.rate or _RATES[self.method]

    def planned(self, examples: int) -> int:
        """Epochs: the fewer examples there are, the more often each is seen."""
        seen = _SEEN_COMPARED if self.method is Method.CONTRAST else _SEEN
        return self.epochs or max(_LEAST_EPOCHS, min(_MOST_EPOCHS, round(seen / examples)))

    def share_held_out(self, examples: int, labels: int) -> float:
        """Of this many examples."""
        if self.held_out is not None:
            return self.held_out
        return _HELD_OUT if examples >= _FEW * labels else 0.0


def held_out(examples: int) -> float:
    """The share of so many examples that an encoder is not tuned on, so that its head can be judged by them.

    On the others its vectors are better than on anything new, and a head that is tried on them looks faultless and is
    far too sure.
    """
    return min(_MOST_HELD, max(_HELD_OUT, _HELD_AT_LEAST / max(examples, 1)))
