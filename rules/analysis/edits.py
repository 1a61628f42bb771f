"""Small wrong turns a condition could have taken: each is the condition with one thing changed.

The changes are the usual ones of mutation testing (DeMillo, Lipton, Sayward, "Hints on test data selection", 1978):
comparisons one off, constants one off, connectives swapped, clauses negated or dropped, and a matcher or list that
holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from rules.analysis.clauses import leaves, shown
from rules.analysis.names import closing
from rules.model import Clause, Condition, Leaf
from rules.references import VALID, Token, tokens

_BOUNDARY: Final = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_SWAPPED: Final = {"&&": "||", "||": "&&"}
_ASKING: Final = ("matched", "pii", f"{VALID}pii")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one leaf."""

    what: str  #: `boundary`, `comparison`, `connective`, `constant`, `negated` or `emptied`
    leaf: Leaf
    offset: int  #: of the change, into the leaf's source
    was: str
    became: str
    source: str  #: the whole leaf after the change


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One change of how clauses are put together."""

    what: str  #: `dropped` or `swapped`
    leaf: Leaf  #: the first leaf of what was changed, for its place
    was: str
    became: str
    condition: Condition


def edits(leaf: Leaf) -> Iterator[Edit]:
    """Every changed version of one leaf, in the order of the places."""
    found = tokens(leaf.source)
    several = sum(token.text in _OPPOSITE or token.text in _SWAPPED for token in found) > 1
    yield Edit("negated", leaf, 0, shown(leaf), f"!({shown(leaf)})", f"!(\n{leaf.source}\n)")
    for place in range(len(found)):
        for what, first, last, became in _changes(found, place, several=several):
            start, end = found[first].start, found[last].start + len(found[last].text)
            was = leaf.source[start:end]
            yield Edit(what, leaf, start, was, became, leaf.source[:start] + became + leaf.source[end:])


def _changes(found: Sequence[Token], place: int, *, several: bool) -> Iterator[tuple[str, int, int, str]]:
    """What to change at one token: the kind of change, its first and last token, and what comes there."""
    token = found[place]
    text = token.text
    if text in _BOUNDARY:
        yield "boundary", place, place, _BOUNDARY[text]
    if text in _OPPOSITE and several:  # alone it is the negated leaf again
        yield "comparison", place, place, _OPPOSITE[text]
    if text in _SWAPPED:
        yield "connective", place, place, _SWAPPED[text]
    if token.kind == "number":
        for became in _neighbours(text):
            yield "constant", place, place, became
    if token.kind == "word" and text in _ASKING and _text(found, place + 1) == "(":
        yield "emptied", place, place + 3, "false"
    if text == "lists" and _text(found, place + 1) == ".":
        yield "emptied", place, place + 2, "[]"
    if text == "in_list" and _text(found, place + 1) == "(":
        end = closing([one.text for one in found], place + 1)
        value = " ".join(one.text for one in found[place + 2 : end - 2])
        yield "emptied", place, end, f"(({value}) in [])"


def _text(found: Sequence[Token], place: int) -> str:
    return found[place].text if place < len(found) else ""


def _neighbours(text: str) -> tuple[str, ...]:
    """A number one less and one more: by 1 when it is whole, else by one of its last decimal."""
    if text[-1] in "uU" or text[:2] == "0x":
        return ()
    if text.isdigit():
        return str(int(text) - 1), str(int(text) + 1)
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ()
    exponent = value.as_tuple().exponent
    whole = value == value.to_integral_value() or not isinstance(exponent, int)
    step = Decimal(1) if whole else Decimal(1).scaleb(int(exponent))
    return tuple(_decimal(one) for one in (value - step, value + step))


def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text if "." in text else f"{text}.0"


def rebuilt(condition: Condition) -> Iterator[Rebuilt]:
    """Every version of a condition with one clause left out, or with one of its `all`, `any` and `none` turned."""
    yield from _turned(condition)
    for group in ("all", "any", "none"):
        clauses: tuple[Clause, ...] = getattr(condition, group)
        for place, clause in enumerate(clauses):
            before, after = clauses[:place], clauses[place + 1 :]
            left = replace(condition, **{group: before + after})
            if left.all or left.any or left.none:
                yield Rebuilt("dropped", next(leaves(clause)), shown(clause), "", left)
            if isinstance(clause, Condition):
                for one in rebuilt(clause):
                    yield replace(one, condition=replace(condition, **{group: (*before, one.condition, *after)}))


def _turned(condition: Condition) -> Iterator[Rebuilt]:
    """`all` as `any`, `any` as `all`, and `none` as "not all", where there is more than one clause to put together."""
    if len(condition.all) > 1:
        turned = replace(condition, all=(Condition(any=condition.all),))
        yield Rebuilt("swapped", next(leaves(condition.all[0])), "all", "any", turned)
    if len(condition.any) > 1:
        turned = replace(condition, all=condition.all + condition.any, any=())
        yield Rebuilt("swapped", next(leaves(condition.any[0])), "any", "all", turned)
    if len(condition.none) > 1:
        turned = replace(condition, none=(Condition(all=condition.none),))
        yield Rebuilt("swapped", next(leaves(condition.none[0])), "none", "not all", turned)
