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


def draw_cases(
    texts: Sequence[str], calibration: float, seed: int = 0
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """As `split_examples`, for cases that a certificate counts: they are drawn one by one, each by itself.

    Drawn in whole groups of duplicates, three copies of one text would count as three cases, and few texts would
    promise what many have to. Here a text counts as often as it was drawn; its other copies are on neither side.
    """
    wanted = round(calibration * len(texts) if calibration < 1 else calibration)
    if not 0 <= wanted < len(texts):
        raise ValueError(f"{wanted} calibration examples cannot be set aside from {len(texts)}")
    drawn = np.sort(np.random.default_rng(seed).permutation(len(texts))[:wanted]).astype(np.int64)
    asked = {same_text(texts[place]) for place in drawn}
    known = [place for place, text in enumerate(texts) if same_text(text) not in asked]
    return np.array(known, dtype=np.int64), drawn
