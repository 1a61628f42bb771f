"""What `workflow.yaml` says of watching live traffic: when to look, and what is alarming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from service.domain.types import OnDrift, Reference, WatchPolicy
from service.usecases.ranking_file import bounded

WATCH: Final = ("every_days", "days", "compare_with", "on_alarm", "psi", "labels", "unlike")
#: Least and most of each number.
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "every_days": (0.0, 365.0),
    "days": (0.01, 3_650.0),
    "psi": (0.01, 100.0),
    "labels": (0.01, 1.0),
    "unlike": (0.51, 1.0),
}


def read_watch(shape: Shape, node: Node | None) -> WatchPolicy:
    """When live traffic is looked at, and what follows."""
    if node is None:
        return WatchPolicy()
    keys, usual = shape.mapping(node, "watch", WATCH), WatchPolicy()

    def number(name: str) -> float:
        return bounded(shape, keys.get(name), name, LIMITS[name], getattr(usual, name))

    return WatchPolicy(
        every_days=number("every_days"),
        days=number("days"),
        compare_with=shape.choice(keys.get("compare_with"), "reference", Reference) or usual.compare_with,
        on_alarm=shape.choice(keys.get("on_alarm"), "consequence of an alarm", OnDrift) or usual.on_alarm,
        psi=number("psi"),
        labels=number("labels"),
        unlike=number("unlike"),
    )
