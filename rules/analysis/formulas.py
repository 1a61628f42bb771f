"""Conditions as formulas over facts of one request each, as far as they can be read without the engine.

An atom asks one fact: whether a matcher or a kind of personal data hit, or how one attribute compares with constants.
Whatever else CEL allows (functions, arithmetic, two attributes compared) becomes an atom that may say anything, so
that what is proved of a formula holds of the condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rules.analysis.names import closing, quoted
from rules.model import AttributeType, Clause, Leaf, Pack
from rules.references import VALID, Token, tokens
from rules.schema import AttributeSchema

Constant: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is so or not so of a request."""

    kind: str  #: `hit`, `pii`, `attribute`, or `other` for what cannot be read
    name: str  #: `pack/matcher`, a kind of personal data, an attribute, or the source


@dataclass(frozen=True, slots=True)
class Atom:
    """One question about one fact."""

    fact: Fact
    #: `hit`, `valid`, `given`, `has` (a list of texts), `other`, or a comparison: `in`, `==`, `<`, `<=`, `>`, `>=`
    question: str
    against: frozenset[Constant] = frozenset()  #: the constants compared with; several for `in`


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


@dataclass(frozen=True, slots=True)
class Every:
    """True when all parts are; without parts, always."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """True when any part is; without parts, never."""

    parts: tuple[Formula, ...]


Formula: TypeAlias = Atom | Not | Every | Either

TRUE: Final = Every(())
FALSE: Final = Either(())
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WHOLE: Final = re.compile(r"\d+|0x[0-9a-fA-F]+", re.ASCII)
_DECIMAL: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_TYPES: Final = {
    AttributeType.STRING: str,
    AttributeType.INTEGER: int,
    AttributeType.NUMBER: float,
    AttributeType.BOOLEAN: bool,
}


def atoms(formula: Formula) -> Iterator[Atom]:
    if isinstance(formula, Atom):
        yield formula
    elif isinstance(formula, Not):
        yield from atoms(formula.part)
    else:
        for part in formula.parts:
            yield from atoms(part)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the conditions of one pack, checked before, against the attributes of its workflow."""

    pack: str
    lists: Mapping[str, Collection[str]]
    schema: AttributeSchema

    def clause(self, clause: Clause) -> Formula:
        """The formula of a clause with all that is in it."""
        if isinstance(clause, Leaf):
            return self._read(tokens(clause.source))
        parts = [self.clause(part) for part in clause.all]
        if clause.any:
            parts.append(Either(tuple(self.clause(part) for part in clause.any)))
        parts += [Not(self.clause(part)) for part in clause.none]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _read(self, found: Sequence[Token]) -> Formula:
        """A formula for tokens, by the precedence of CEL: `?:`, then `||`, `&&`, `!`."""
        texts = [token.text for token in found]
        if any(texts[place] == "?" for place in _top(texts)):
            return _other(texts)
        for sign, join in (("||", Either), ("&&", Every)):
            cuts = [place for place in _top(texts) if texts[place] == sign]
            if cuts:
                edges = zip([-1, *cuts], [*cuts, len(found)], strict=True)
                return join(tuple(self._read(found[start + 1 : end]) for start, end in edges))
        if texts[0] == "!" and _is_primary(texts[1:]):
            return Not(self._read(found[1:]))
        if texts[0] == "(" and closing(texts, 0) == len(texts) - 1:
            return self._read(found[1:-1])
        return self._atom(found) or _other(texts)

    def _atom(self, found: Sequence[Token]) -> Formula | None:
        texts = [token.text for token in found]
        match texts:
            case ["true"]:
                return TRUE
            case ["false"]:
                return FALSE
            case [name] if self._type(name) is AttributeType.BOOLEAN:
                return Atom(Fact("attribute", name), "in", frozenset((True,)))
            case ["matched", "(", name, ")"] if (text := quoted(name)) is not None:
                return Atom(Fact("hit", f"{self.pack}/{text}"), "hit")
            case ["pii" | "valid_pii" as function, "(", name, ")"] if (text := quoted(name)) is not None:
                return Atom(Fact("pii", text), "valid" if function.startswith(VALID) else "hit")
            case ["in_list", "(", value, ",", name, ")"] if (text := quoted(name)) is not None:
                return self._member(value, frozenset(self.lists.get(text, ())))
            case [value, "in", "lists", ".", name]:
                return self._member(value, frozenset(self.lists.get(name, ())))
            case [value, "in", name] if (
                self._type(name) is AttributeType.STRINGS and (text := quoted(value)) is not None
            ):
                return Atom(Fact("attribute", name), "has", frozenset((text,)))
            case [name, "in", "[", *items, "]"]:
                return self._among(name, items)
        return self._comparison(found)

    def _member(self, value: str, members: frozenset[str]) -> Formula | None:
        """Whether an attribute, or a text written out, is in a list."""
        if (text := quoted(value)) is not None:
            return TRUE if text in members else FALSE
        if self._type(value) is AttributeType.STRING:
            return Atom(Fact("attribute", value), "in", frozenset(members))
        return None

    def _among(self, name: str, items: Sequence[str]) -> Formula | None:
        """`attribute in [constants]`."""
        kind = self._type(name)
        if kind is None or kind is AttributeType.STRINGS or any(comma != "," for comma in items[1::2]):
            return None
        constants = [_constant([item]) for item in items[::2]]
        if all(type(constant) is _TYPES[kind] for constant in constants):
            return Atom(Fact("attribute", name), "in", frozenset(one for one in constants if one is not None))
        return None

    def _comparison(self, found: Sequence[Token]) -> Formula | None:
        """An attribute beside a constant, either way round."""
        texts = [token.text for token in found]
        places = [place for place in _top(texts) if texts[place] in _MIRROR]
        if len(places) != 1:
            return None
        left, sign, right = texts[: places[0]], texts[places[0]], texts[places[0] + 1 :]
        if len(left) != 1 or self._type(left[0]) is None:
            left, sign, right = right, _MIRROR[sign], left
        kind = self._type(left[0]) if len(left) == 1 else None
        constant = _constant(right)
        if kind is None or kind is AttributeType.STRINGS or constant is None or type(constant) is not _TYPES[kind]:
            return None
        fact = Fact("attribute", left[0])
        if sign in ("==", "!="):
            equal = Atom(fact, "in", frozenset((constant,)))
            return equal if sign == "==" else Not(equal)
        return None if isinstance(constant, str | bool) else Atom(fact, sign, frozenset((constant,)))

    def _type(self, name: str) -> AttributeType | None:
        attribute = self.schema.by_name.get(name)
        return attribute.type if attribute else None


def reader(pack: Pack, schema: AttributeSchema) -> Reader:
    return Reader(pack.id, pack.lists, schema)


def needs(names: Sequence[str]) -> Formula:
    """True when every one of these attributes is given, else false."""
    return Every(tuple(Atom(Fact("attribute", name), "given") for name in names))


COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def _top(texts: Sequence[str]) -> Iterator[int]:
    """Places outside every bracket."""
    depth = 0
    for place, text in enumerate(texts):
        depth -= text in _CLOSING
        if depth == 0:
            yield place
        depth += text in _OPENING


def _is_primary(texts: Sequence[str]) -> bool:
    """Whether `!` before these tokens takes all of them: one word, one call, one bracket, or another `!`."""
    if not texts:
        return False
    if texts[0] == "!":
        return _is_primary(texts[1:])
    first = 0 if texts[0] == "(" else 1
    return len(texts) == first or (texts[first] == "(" and closing(texts, first) == len(texts) - 1)


def _other(texts: Sequence[str]) -> Atom:
    return Atom(Fact("other", " ".join(texts)), "other")


def _constant(texts: Sequence[str]) -> Constant | None:
    """A text, number or boolean written out; None for anything else."""
    match texts:
        case ["true" | "false" as word]:
            return word == "true"
        case ["-", number]:
            value = _number(number)
            return None if value is None else -value
        case [token]:
            text = quoted(token)
            return _number(token) if text is None else text
    return None


def _number(token: str) -> int | float | None:
    if _WHOLE.fullmatch(token):
        return int(token, 0 if "x" in token else 10)
    return float(token) if _DECIMAL.fullmatch(token) else None
