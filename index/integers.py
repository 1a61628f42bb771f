"""Eight-bit integers for a transformer's products, so that no text's vector depends on the others in its batch. Pure.

Activations after a layer normalisation, and mixed values after attention, are bounded: they take one fixed scale, found
on calibration texts. A few channels there reach far beyond the rest, nearly always at the first token. Part of each
channel's range is therefore moved into the weights (SmoothQuant, arXiv:2211.10438), which is exact.

What GELU puts out has no such bound, so that each token takes a scale of its own at run time (`ROW_ZERO`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.bert import Array

#: Weights take 7 of 8 bits. Without VNNI, processors add pairs of 8-bit products in 16 bits, where 8-bit weights
#: overflow silently: the same encoder would give other vectors on other machines. Seven bits cannot overflow.
WEIGHT_LIMIT = 63

#: Fixed scales: unsigned bytes, nought in the middle.
FIXED_ZERO = 128
_FIXED_REACH = 127

#: Scales a token: GELU is never below -0.17, so that nearly the whole byte is left to what is above nought.
ROW_ZERO = 24
ROW_REACH = 255 - ROW_ZERO
#: The least value that a row's largest one is taken for, so that -0.17 still fits under nought.
ROW_FLOOR = 0.17 * ROW_REACH / ROW_ZERO

#: How much of a channel's range moves into the weights: 0 none, 1 all. Chosen among .5, .65 and .8 by mean cosine.
_MOVED = 0.65

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Columns:
    """A weight matrix as integers, one scale a column."""

    integers: npt.NDArray[np.int8]  #: shape (inputs, outputs), within ±WEIGHT_LIMIT
    scales: Array  #: shape (outputs,)


@dataclass(frozen=True, slots=True)
class Fixed:
    """How the input of some products is brought into a byte: each channel divided by its share, then one scale."""

    shares: Array  #: shape (channels,); multiplied into the weights' rows
    scale: float


def columns(weight: Array) -> Columns:
    """The nearest integers of each column, its largest weight at the limit."""
    scales = np.maximum(np.abs(weight).max(axis=0), _LEAST).astype(np.float32) / WEIGHT_LIMIT
    return Columns(np.rint(weight / scales).astype(np.int8), scales.astype(np.float32))


def fixed(reach: Array, weights: Sequence[Array]) -> Fixed:
    """The scale of an input whose channels reach as far as `reach` (largest absolute values, shape (channels,)).

    `weights` are those that this input is multiplied with, each of shape (channels, outputs).
    """
    far = np.maximum(reach, _LEAST)
    heavy = np.maximum(np.max([np.abs(weight).max(axis=1) for weight in weights], axis=0), _LEAST)
    shares = (far**_MOVED / heavy ** (1 - _MOVED)).astype(np.float32)
    return Fixed(shares, float((far / shares).max()) / _FIXED_REACH)
