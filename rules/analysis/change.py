"""One difference between two versions of the rules, in words and with what it means for requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    """Which way requests may be ruled otherwise after a change."""

    LOOSENS = "loosens"  #: some may get a weaker effect or fewer restrictions, none a stronger one
    TIGHTENS = "tightens"  #: some may get a stronger effect or more restrictions, none a weaker one
    EITHER = "either"  #: both may be, or it cannot be told
    WORDS = "words"  #: none is ruled otherwise

    @property
    def opposite(self) -> Direction:
        """Of what sets rules aside: what widens an exemption loosens the law."""
        return _OPPOSITE.get(self, self)


_OPPOSITE = {Direction.LOOSENS: Direction.TIGHTENS, Direction.TIGHTENS: Direction.LOOSENS}


def direction(*, looser: bool, tighter: bool) -> Direction:
    """From what is possible after a change."""
    if looser and tighter:
        return Direction.EITHER
    if looser or tighter:
        return Direction.LOOSENS if looser else Direction.TIGHTENS
    return Direction.WORDS


def together(directions: Iterable[Direction]) -> Direction:
    """Of several changes made at once."""
    found = set(directions)
    return direction(
        looser=not found.isdisjoint((Direction.LOOSENS, Direction.EITHER)),
        tighter=not found.isdisjoint((Direction.TIGHTENS, Direction.EITHER)),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` and `after` are texts for people; None where there is nothing."""

    #: `added`, `removed`, `promoted`, `demoted`, `retired`, `effect`, `severity`, `condition`, `requires`, `on_error`,
    #: `obligations`, `effective`, `exemptible`, `rollout`, `pack`, `tests`, `words`; `matcher`, `list`, `attributes`,
    #: `exemption`
    kind: str
    rule: str | None  #: the rule it is about; None for matchers, lists, attributes, exemptions and packs
    pack: str
    what: str  #: which of its parts, or the name of the matcher, list or exemption
    before: str | None
    after: str | None
    touches: tuple[str, ...]  #: ids of the rules that may say otherwise
    direction: Direction
    says: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
