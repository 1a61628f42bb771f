"""Payment cards and bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rules.pii.checksums import IBAN_LENGTHS, is_card, is_iban
from rules.pii.recognizer import Place, Recognizer, neighbours

_GROUP: Final = re.compile(r"\d+")
#: How an IBAN begins: its digits, whether its own check fails or not, are no card and no phone number.
IBAN_HEAD: Final = re.compile(rf"(?i)(?<![^\W_])(?:{'|'.join(IBAN_LENGTHS)})(?:\d\d ?[a-z]{{4}} ?)?$")


def _cards(text: str, start: int, end: int) -> Iterator[Place]:
    """Card numbers within a run of digit groups: the run may also hold a date or a security code."""
    if neighbours(text, start, end)[0] == "+" or IBAN_HEAD.search(text, max(0, start - 12), start):
        return  # a phone number with its country code, or an account number that begins with its country
    groups = [hit.span() for hit in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        length = _card_groups([text[slice(*group)] for group in groups[first : first + 19]])
        if length:
            yield Place(groups[first][0], groups[first + length - 1][1])
        first += length or 1


def _card_groups(groups: Sequence[str]) -> int:
    """How many of the groups, from the first, make a card number; 0 when none do."""
    digits = ""
    for count, group in enumerate(groups, 1):
        digits += group
        if len(digits) > 19:
            break
        if is_card(digits):
            return count
    return 0


def _ibans(text: str, start: int, _: int) -> Iterator[Place]:
    length = IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    letters, place = "", start
    while place < len(text) and len(letters) < length and (text[place].isalnum() or text[place] in " -"):
        letters += text[place].upper() if text[place].isalnum() else ""
        place += 1
    alone = place == len(text) or not text[place].isalnum()
    if length and letters.isascii() and alone and is_iban(letters):
        yield Place(start, place)


IBANS: Final = (Recognizer("iban", r"\b[A-Za-z]{2}\d{2}[ -]?[0-9A-Za-z]", _ibans),)
CARDS: Final = (Recognizer("card", r"\d(?:[ .-]?\d){11,}", _cards),)
