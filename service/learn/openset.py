"""Is a request like anything the head was taught? The energy of its logits says so.

Energy = logsumexp of the unscaled logits (Liu et al., 2020, with the sign turned so that high means familiar). On a
frozen encoder it separates better than the largest probability and needs no out-of-domain examples.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Energies: TypeAlias = npt.NDArray[np.float64]


def energy(logits: npt.NDArray[np.floating]) -> Energies:
    """Energy of each row, shape (n,); the same figure as `Judgement.energy`."""
    scores = logits.astype(np.float64)
    peak = scores.max(axis=1)
    total: Energies = peak + np.log(np.exp(scores - peak[:, None]).sum(axis=1))
    return total


def fit_threshold(
    inside: Energies, outside: Energies | None = None, *, keep: float = 0.97, keep_at_least: float = 0.95
) -> float:
    """The energy from which on a request counts as in domain.

    `inside` are energies of in-domain examples the head was not trained on: in-sample energies are higher, and a
    threshold from them would turn away real requests. With these alone the share `keep` of them is kept. With
    `outside`, energies of examples that belong to no label, the threshold of best balanced accuracy is taken that
    still keeps the share `keep_at_least`.
    """
    if not inside.size:
        raise ValueError("the threshold needs in-domain examples")
    if outside is None or not outside.size:
        return _keeping(inside, keep)
    candidates = np.unique(inside[inside <= _keeping(inside, keep_at_least)])
    kept = 1 - np.searchsorted(np.sort(inside), candidates, side="left") / inside.size
    caught = np.searchsorted(np.sort(outside), candidates, side="left") / outside.size
    return float(candidates[np.argmax(kept + caught)])


def _keeping(inside: Energies, share: float) -> float:
    """The highest in-domain energy that at least `share` of them reach."""
    turned_away = int((1 - share) * inside.size + 1e-9)
    return float(np.sort(inside)[turned_away])


def auroc(inside: Energies, outside: Energies) -> float:
    """Chance that a request from inside has the higher energy than one from outside; ties count half."""
    order = np.sort(outside)
    below = np.searchsorted(order, inside, side="left") + np.searchsorted(order, inside, side="right")
    return float(below.mean() / (2 * outside.size))
