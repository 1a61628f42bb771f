"""How far two opinions on the same cases agree, beyond what chance alone would bring about.

Cohen's kappa is (p_o - p_e) / (1 - p_e): p_o the share of cases with one opinion, p_e the share that two people with
these habits would share by chance (Cohen, "A coefficient of agreement for nominal scales", 1960). Its standard error is
that of Fleiss, Cohen and Everitt ("Large sample standard errors of kappa and weighted kappa", 1969), which holds
whatever the true kappa is. Percent agreement alone flatters whoever always says what most cases are.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Pairs below which a kappa says too little to be shown as a figure of somebody's work.
LEAST = 20


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `of` cases on which two opinions were given."""

    of: int
    agreed: int
    kappa: float | None  #: at most 1, 0 as by chance; None of nothing, and where chance alone leaves nothing to show
    low: float | None = None  #: 95 % interval of kappa, cut to -1..1
    high: float | None = None

    @property
    def share(self) -> float:
        """Of cases with one opinion, 0 to 1; 0 of nothing."""
        return self.agreed / self.of if self.of else 0.0


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Of pairs of opinions, each the first and the second on one case."""
    names = {name: place for place, name in enumerate(dict.fromkeys(name for pair in pairs for name in pair))}
    counts = np.zeros((len(names), len(names)))
    for first, second in pairs:
        counts[names[first], names[second]] += 1
    return _of_table(counts)


def by_label(pairs: Sequence[tuple[str, str]]) -> dict[str, Agreement]:
    """For each label whether the two agree that a case has it or has not; by the label's name."""
    return {
        label: agreement([(first == label, second == label) for first, second in pairs])
        for label in sorted({label for pair in pairs for label in pair})
    }


def _of_table(counts: npt.NDArray[np.float64]) -> Agreement:
    """`counts` of shape (k, k): rows are first opinions, columns second ones."""
    of, agreed = int(counts.sum()), int(np.trace(counts))
    if not of:
        return Agreement(0, 0, None)
    shares = counts / of
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = float(np.trace(shares)), float(rows @ columns)
    if math.isclose(chance, 1.0):  # both always say the same one thing: there was nothing to disagree on
        return Agreement(of, agreed, None)
    kappa = (seen - chance) / (1 - chance)
    spread = 1.96 * math.sqrt(_variance(shares, rows, columns, kappa, chance) / of)
    return Agreement(of, agreed, kappa, max(-1.0, kappa - spread), min(1.0, kappa + spread))


def _variance(
    shares: npt.NDArray[np.float64],
    rows: npt.NDArray[np.float64],
    columns: npt.NDArray[np.float64],
    kappa: float,
    chance: float,
) -> float:
    """Of kappa over one case (Fleiss, Cohen and Everitt, 1969, equation 13)."""
    both = rows + columns
    same = float(np.diag(shares) @ (1 - both * (1 - kappa)) ** 2)
    crossed = shares * (columns[:, None] + rows[None, :]) ** 2
    other = (1 - kappa) ** 2 * float(crossed.sum() - np.trace(crossed))
    return max(0.0, same + other - (kappa - chance * (1 - kappa)) ** 2) / (1 - chance) ** 2
