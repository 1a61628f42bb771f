"""Set calibration examples aside before anything is trained."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")


def same_text(text: str) -> str:
    """What two texts have in common when they are duplicates: their words, case and punctuation apart."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


def split_examples(
    texts: Sequence[str], calibration: float, seed: int = 0
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the training and of the calibration examples, both rising.

    `calibration` is a share when it is below 1, otherwise a count. The draw is simply random, never stratified by
    label, because the certificate needs calibration cases as they come. Duplicates stay together, so that no
    calibration text was trained on; the calibration part may be larger than asked by the last group of them.
    """
    wanted = round(calibration * len(texts) if calibration < 1 else calibration)
    if not 0 <= wanted < len(texts):
        raise ValueError(f"{wanted} calibration examples cannot be set aside from {len(texts)}")
    groups: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        groups.setdefault(same_text(text), []).append(place)
    members = list(groups.values())
    drawn: list[int] = []
    for group in np.random.default_rng(seed).permutation(len(members)):
        if len(drawn) >= wanted:
            break
        drawn += members[group]
    calibrating = np.array(sorted(drawn), dtype=np.int64)
    return np.setdiff1d(np.arange(len(texts)), calibrating), calibrating
