"""The values a fact can take, as far as some formulas can tell them apart: one value for each stretch between the
constants they compare with.

Every formula over the same atoms says the same of all values of one stretch, so to try one value of each is to try
all requests.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

from rules.analysis.formulas import COMPARE, Atom, Constant, Fact
from rules.analysis.kleene import FALSE, TRUE, UNKNOWN, Pair
from rules.model import AttributeType, AttributeValue
from rules.schema import MAX_WHOLE, AttributeSchema

_MAX_MEMBERS: Final = 5  #: constants looked for in one attribute that is a list of texts


class TooLarge(Exception):
    """There is more to try than is worth it; nothing is known."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact: of an attribute (None: missing), or a word for how something hit."""

    value: AttributeValue | None


ABSENT, PRESENT, ALIKE, VALID = (Value(word) for word in ("absent", "present", "alike", "valid"))
MISSING: Final = Value(None)
_SAYS: Final[dict[Value, dict[str, Pair]]] = {
    ABSENT: {"hit": Pair(FALSE, FALSE), "valid": Pair(FALSE, FALSE)},
    PRESENT: {"hit": Pair(TRUE, TRUE), "valid": Pair(FALSE, FALSE)},
    ALIKE: {"hit": Pair(TRUE, FALSE)},
    VALID: {"hit": Pair(TRUE, TRUE), "valid": Pair(TRUE, TRUE)},
}


def values(fact: Fact, atoms: Collection[Atom], schema: AttributeSchema) -> tuple[Value, ...]:
    """The values to try of one fact that these atoms ask about, the most telling ones first."""
    match fact.kind:
        case "hit":
            return PRESENT, ALIKE, ABSENT
        case "pii":
            return VALID, PRESENT, ABSENT
        case "attribute":
            found = [Value(one) for one in _representatives(fact.name, atoms, schema)]
            return *_distinct(found, atoms), MISSING
    return ()


def says(atom: Atom, value: Value) -> Pair:
    """What an atom says of a value of its fact."""
    if atom.fact.kind != "attribute":
        return _SAYS[value][atom.question]
    truth = _holds(atom, value.value)
    return Pair(truth, truth)


def _holds(atom: Atom, value: AttributeValue | None) -> int:
    if atom.question == "given":
        return FALSE if value is None else TRUE
    if value is None:
        return UNKNOWN
    if atom.question == "in":
        return TRUE if value in atom.against else FALSE
    (constant,) = atom.against
    if isinstance(value, tuple):
        return TRUE if constant in value else FALSE
    if isinstance(value, str) or isinstance(constant, str):
        raise TypeError(f"`{atom.fact.name}` has no order")
    return TRUE if COMPARE[atom.question](value, constant) else FALSE


def _distinct(found: Iterable[Value], atoms: Collection[Atom]) -> list[Value]:
    """One value for each way the atoms can answer."""
    chosen: dict[tuple[Pair, ...], Value] = {}
    for value in found:
        chosen.setdefault(tuple(says(atom, value) for atom in atoms), value)
    return list(chosen.values())


def _representatives(name: str, atoms: Collection[Atom], schema: AttributeSchema) -> Iterator[AttributeValue]:
    """Values a request may carry, at least one for every stretch."""
    attribute = schema.by_name.get(name)
    if attribute is None:  # all that can be asked of what is not declared here is whether it is given
        return iter(("given",))
    constants = set(chain.from_iterable(atom.against for atom in atoms))
    match attribute.type:
        case AttributeType.BOOLEAN:
            found: Iterable[AttributeValue] = (True, False)
        case AttributeType.INTEGER:
            found = _whole([one for one in constants if isinstance(one, int)])
        case AttributeType.NUMBER:
            found = _decimal([one for one in constants if isinstance(one, float)])
        case AttributeType.STRING:
            texts = sorted(one for one in constants if isinstance(one, str))
            found = attribute.values or (*texts, _fresh(constants))
        case AttributeType.STRINGS:
            found = _lists(sorted(one for one in constants if isinstance(one, str)), attribute.values)
    return (value for value in found if not schema.check({name: value}))


def _whole(constants: Collection[int]) -> list[int]:
    """Every constant and its neighbours: between two constants that are no neighbours lies one of these."""
    near = {one + step for one in constants for step in (-1, 0, 1)}
    ends = {-MAX_WHOLE, MAX_WHOLE} if any(abs(one) >= MAX_WHOLE for one in near) else set()
    return sorted(near | ends | {0})


def _decimal(constants: Collection[float]) -> list[float]:
    """Every constant, a handy number between each two and beyond the ends, and their nearest neighbours."""
    known = sorted(one for one in set(constants) if math.isfinite(one))
    found = {0.0, *known}
    for below, above in zip([None, *known], [*known, None], strict=True):
        if below is None and above is not None:
            found |= {above - 1.0, math.nextafter(above, -math.inf)}
        elif below is not None and above is None:
            found |= {below + 1.0, math.nextafter(below, math.inf)}
        elif below is not None and above is not None:
            found |= {below / 2 + above / 2, math.nextafter(below, above)}
    return sorted(found)


def _lists(constants: list[str], allowed: Collection[str]) -> Iterator[tuple[str, ...]]:
    usable = [one for one in constants if not allowed or one in allowed]
    if len(usable) > _MAX_MEMBERS:
        raise TooLarge
    for size in range(len(usable), -1, -1):
        yield from combinations(usable, size)


def _fresh(constants: Collection[Constant]) -> str:
    """A text that nothing compares with."""
    text = "other"
    while text in constants:
        text += "-other"
    return text
