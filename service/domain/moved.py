"""What became of labels: how examples that were labelled earlier are to be read today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.domain.types import MovedLabel


def labels_now(labels: Sequence[str], moved: Iterable[MovedLabel]) -> tuple[str, ...] | None:
    """What labels given earlier are called today; None when one of them was split: somebody has to choose anew.

    `moved` is read oldest first, so that a label renamed twice is followed to its last name.
    """
    found = list(labels)
    for move in moved:
        if move.was in found:
            if len(move.now) != 1:
                return None
            found = [move.now[0] if label == move.was else label for label in found]
    return tuple(dict.fromkeys(found))
