"""Each model that is tried on the same calibration cases spends a part of delta, whatever comes of it.

That it is tried is on record before anybody knows how it did, in a commit of its own: the promise covers everything
that was tried, not only what looked well afterwards. The same head on the same cases is the same try, so that rules,
policy and documents may change as often as they like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.audit import keyed_digest
from service.learn.split import same_text
from service.store import calibration_uses
from service.usecases.examples import FROM_FILE, Example
from service.usecases.house import House

_APART = 16  # hex digits that tell calibration cases apart


def spend(house: House, release: Mapping[str, Any], cases: Sequence[Example]) -> int:
    """How many heads were tried on these calibration cases, the one of this release row included; counted from 1."""
    calibration, head = release["calibration"], release["head"]
    with house.store.read() as connection:
        known = calibration_uses.use_of(connection, calibration, head)
    if known is not None:
        return known
    told = {_told_apart(house, release["workflow"], case) for case in cases}
    return house.store.commit(
        lambda connection: calibration_uses.record(connection, calibration, head, told, house.clock())
    )


def _told_apart(house: House, workflow: str, case: Example) -> str:
    """The same for the same case in another sample: where its label was given, else its words."""
    which = same_text(case.text) if case.origin == FROM_FILE else case.origin
    return keyed_digest(house.secret, f"{workflow}\n{which}".encode())[:_APART]
