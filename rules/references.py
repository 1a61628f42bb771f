"""What a condition refers to, found in its tokens before CEL sees it.

`matched('name')`, `pii('type')`, `valid_pii('type')`, `in_list(x, 'name')` and `x in lists.name` must name things that
exist, so their names have to be written out. Names of matchers and lists belong to one pack; for the engine they are
rewritten to `pack/name`, and `x in lists.name` to `in_list(x, 'pack/name')`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from rules.errors import did_you_mean

#: Set before the key `pii:<type>`, it makes the key that hits when some span of that type is proved.
VALID: Final = "valid_"

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
      | (?P<string>[rRbB]{0,2}(?:
            '{3}(?:\\.|[^\\])*?'{3} | "{3}(?:\\.|[^\\])*?"{3} | '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*"))
      | (?P<number>0x[0-9a-fA-F]+[uU]?|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[uU]?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_PLAIN: Final = re.compile(r"""(['"])([^'"\\]*)\1""")
_BEFORE_OPERAND: Final = frozenset(("", "(", "[", ",", "&&", "||", "?", ":"))
_AFTER_LIST: Final = frozenset(("", ")", "]", ",", "&&", "||", "?", ":", "==", "!="))


class Token(NamedTuple):
    kind: str
    text: str
    start: int  #: offset into the source


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong within one condition."""

    offset: int  #: 0-based, into the condition's source
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class References:
    """One condition with the names it uses, ready for the engine."""

    source: str  #: with the names of matchers and lists qualified by their pack
    keys: frozenset[str]  #: `pack/matcher`, `pii:type`, `valid_pii:type`: what has to hit for this condition to change
    names: frozenset[str]  #: bare words, among them the attributes it reads
    faults: tuple[Fault, ...]
    plain: bool  #: whether it is nothing but a question such as matched('name')
    whole: bool  #: whether quotes and brackets pair, so that the type checker's word is worth hearing


def read_references(
    source: str, pack: str, matchers: Collection[str], lists: Collection[str], pii_types: Collection[str]
) -> References:
    """Find, check and qualify the names one condition uses."""
    reading = _Reading(source, pack)
    whole = reading.check_tokens()
    reading.call("matched", matchers, "matchers", f"{pack}/")
    reading.call("pii", pii_types, "kinds of PII", "pii:")
    reading.call("valid_pii", pii_types, "kinds of PII", f"{VALID}pii:")
    reading.membership(lists)
    return reading.result(whole)


def tokens(source: str) -> list[Token]:
    """The tokens of one condition, without blanks and comments."""
    found = (Token(hit.lastgroup or "", hit[0], hit.start()) for hit in _TOKEN.finditer(source))
    return [token for token in found if token.kind != "blank"]


class _Reading:
    def __init__(self, source: str, pack: str) -> None:
        self.source = source
        self.pack = pack
        self.tokens = tokens(source)
        self.faults: list[Fault] = []
        self.keys: set[str] = set()
        self.changes: list[tuple[int, int, str]] = []  # start, end, replacement

    def text(self, place: int) -> str:
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def fault(self, place: int, message: str, remedy: str) -> None:
        offset = self.tokens[place].start if place < len(self.tokens) else len(self.source)
        self.faults.append(Fault(offset, message, remedy))

    def check_tokens(self) -> bool:
        """Characters CEL does not know and brackets that do not pair: a condition must stand on its own feet."""
        expected: list[str] = []
        for place, token in enumerate(self.tokens):
            if token.kind == "other":
                what = "a text without its closing quote" if token.text in "'\"" else f"`{token.text}`"
                self.fault(place, f"has {what}", "check quotes; `and` is &&, `or` is ||, equality is ==")
            elif token.text in _CLOSING:
                expected.append(_CLOSING[token.text])
            elif token.text in _CLOSING.values() and (not expected or expected.pop() != token.text):
                self.fault(place, f"closes `{token.text}` that was not opened", "check the brackets")
                return False
        if expected:
            self.fault(len(self.tokens), f"lacks `{expected[-1]}`", "close the bracket")
        return not self.faults

    def call(self, function: str, known: Collection[str], what: str, prefix: str) -> None:
        for place, token in enumerate(self.tokens):
            if token.kind == "word" and token.text == function and self.text(place - 1) != ".":
                name = self.name(place + 2)
                if self.text(place + 1) != "(" or name is None or self.text(place + 3) != ")":
                    self.fault(place, f"{function}() takes one name in quotes", f"write {function}('name')")
                elif name not in known:
                    self.fault(place + 2, f"there is no `{name}`", did_you_mean(name, known, what))
                else:
                    self.keys.add(prefix + name)
                    self.replace(place + 2, place + 2, f"'{prefix}{name}'")

    def membership(self, lists: Collection[str]) -> None:
        for place, token in enumerate(self.tokens):
            if token.kind != "word" or self.text(place - 1) == ".":
                continue
            if token.text == "in_list":
                self.in_list(place, lists)
            elif token.text == "lists":
                self.in_lists(place, lists)

    def in_list(self, place: int, lists: Collection[str]) -> None:
        depth, end = 0, place + 1
        while end < len(self.tokens):
            depth += (self.text(end) in _CLOSING) - (self.text(end) in _CLOSING.values())
            if depth == 0:
                break
            end += 1
        name = self.name(end - 1)
        if self.text(place + 1) != "(" or name is None or self.text(end - 2) != ",":
            self.fault(place, "in_list() takes a value and a list's name in quotes", "write in_list(x, 'name')")
        elif name not in lists:
            self.fault(end - 1, f"there is no list `{name}`", did_you_mean(name, lists, "lists"))
        else:
            self.replace(end - 1, end - 1, f"'{self.pack}/{name}'")

    def in_lists(self, place: int, lists: Collection[str]) -> None:
        """`x in lists.name`, where x is one word or text standing for itself."""
        name, operand = self.text(place + 2), place - 2
        if self.text(place + 1) == "." and name and name not in lists:
            self.fault(place + 2, f"there is no list `{name}`", did_you_mean(name, lists, "lists"))
        elif (
            self.text(place + 1) == "."
            and self.text(place - 1) == "in"
            and operand >= 0
            and self.tokens[operand].kind in ("word", "string")
            and (self.text(operand - 1) if operand else "") in _BEFORE_OPERAND
            and self.text(place + 3) in _AFTER_LIST
        ):
            self.replace(operand, place + 2, f"in_list({self.text(operand)}, '{self.pack}/{name}')")
        else:
            remedy = "write in_list(<value>, 'name') when the value is more than one word"
            self.fault(place, "a list can only be asked by `x in lists.name`", remedy)

    def name(self, place: int) -> str | None:
        """The name a token spells out in quotes, if it does."""
        hit = _PLAIN.fullmatch(self.text(place))
        return hit[2] if hit else None

    def replace(self, first: int, last: int, new: str) -> None:
        end = self.tokens[last].start + len(self.tokens[last].text)
        self.changes.append((self.tokens[first].start, end, new))

    def result(self, whole: bool) -> References:
        source = self.source
        for start, end, new in sorted(self.changes, reverse=True):
            source = source[:start] + new + source[end:]
        names = {
            token.text
            for place, token in enumerate(self.tokens)
            if token.kind == "word" and self.text(place - 1) != "." and self.text(place + 1) != "("
        }
        plain = len(self.tokens) == 4 and len(self.keys) == 1
        return References(source, frozenset(self.keys), frozenset(names), tuple(self.faults), plain, whole)
