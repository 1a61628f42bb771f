"""Phone numbers: a run of digits is one when it is written as one, or stands beside a word that says so.

| written                                              | found when                                                 |
|------------------------------------------------------|------------------------------------------------------------|
| with a country code (`+44 …`, `0044 …`)              | possible in that country                                   |
| as a national number (`0…` in groups, `(202) 555…`,  | possible in one of `REGIONS`                               |
| `202-555-0143`, with an extension `x12`)             |                                                            |
| as North America does, with spaces or a `1-` before  | in service there, or possible beside a word                |
| in other groups of digits, or in digits alone        | possible beside a word                                     |

Possible means that the numbering plan has numbers of this length; `valid`, that it has this number's range. A word
is `call`, `mobile`, `fax` and the like. A number that is called an account, order or reference is none, whatever its
form. Source of plans: phonenumbers, the port of Google's libphonenumber.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import phonenumbers

from rules.pii.payment import IBAN_HEAD
from rules.pii.recognizer import Place, Recognizer, neighbours

REGIONS: Final = (
    "GB",
    "US",
    "IE",
    "FR",
    "DE",
    "ES",
    "IT",
    "NL",
    "PL",
    "SE",
    "BR",
    "IN",
    "AU",
)  #: where a number without a country code may be from
MOST: Final = 100  #: candidates judged in a text, at up to 100 µs each; each beyond it counts, as it stands

_DAY: Final = re.compile(r"(?:\d{4}[./-]\d\d[./-]\d\d|\d\d?[/.-]\d\d?[/.-]\d{4})(?!\d)")
_EXTENSION: Final = re.compile(r"(?i) ?(?:x|ext\.?|extension) ?\d{1,6}$")
_GROUP: Final = re.compile("[^ ]+")
#: `(020) 7946 0958`, `202-555-0143`, `202.555.0143`: nothing but a phone number is written so.
_TELLING: Final = re.compile(r"\(\d{1,5}\) ?\d|\d{3}([.-])\d{3}\1\d{4}$")
_AMERICAN: Final = re.compile(r"(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}$")
_NO_PHONE_AFTER: Final = "._/£$€@#"  #: amounts, paths and references, not phone numbers
_MONEY: Final = re.compile(r"(?i) ?(?:[£$€%]|(?:eur|usd|gbp|chf|sek|nok|dkk|pln|kr|zł|euros?|pounds?|dollars?)\b)")
_OTHER_NUMBER: Final = re.compile(
    r"(?i)\b(?:account|acct|a/c|order|invoice|reference|ref|card|policy|customer|client|member|employee|transaction|"
    r"payment|transfer|case|ticket|claim|sort code|routing|booking|tracking|serial|application|statement|passport|"
    r"licen[cs]e|id|pin|code|amount|zip|postcode|box|iban|bic|ssn)"
    r"(?: (?:number|num|no|nr|code|id))?s?[ .:#]*(?:(?:is|was|of|to|in|ending|ends|with)[ :]*){0,2}$"
)
_WORD: Final = (
    r"(?:tele)?phones?|t[eé]l(?:[eé]fono|[eé]phone|efon|efoon)?|mobiles?|mob|cell|handy|m[oó]vil|portable|landline|fax|"
    r"call(?:ed|ing|s)?|ring|ringing|rang|dial(?:led|ed|ing)?|text(?:ed|ing|s)?|sms|whatsapp|voicemail|reach(?:ed)?|"
    r"contact(?:ed)?|messag(?:es?|ed|ing)|answer(?:s|ed|ing)?|desk|office|hotline|helpline|switchboard|"
    r"(?:my|his|her|their|our|your)(?: (?:new|old|other|current))? (?:number|no)"
)
_SAID_BEFORE: Final = re.compile(rf"(?i)\b(?:{_WORD})\b")
_SAID_AFTER: Final = re.compile(r"(?i)[ ,(-]{0,3}(?:office|fax|mobile|mob|cell|home|desk|work|tel|phone)\b")
_REACH: Final = 40  #: characters before a number in which a word counts


class _Plan(NamedTuple):
    """What a region's numbers look like at home."""

    region: str
    country: int  #: its calling code
    trunk: str  #: dialled before a national number; empty where there is none
    lengths: frozenset[int]  #: of national numbers, without trunk
    local: frozenset[int]  #: of numbers that lack their area


def _phones(text: str, start: int, end: int) -> Iterator[Place]:
    """Phone numbers within a run of digits and signs: all of it, or parts after a date or another number."""
    before, _ = neighbours(text, start, end)
    if before.isalnum() or before in _NO_PHONE_AFTER:
        return
    groups = [hit.span() for hit in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        begin = groups[first][0]
        for last in range(len(groups) - 1, first - 1, -1):
            stop = groups[last][1]
            whole = first == 0 and last == len(groups) - 1
            if (whole or text[begin] in "+(0") and (valid := _judged(text, begin, stop)) is not None:
                yield Place(begin, stop, valid)
                first = last
                break
        else:
            if not _DAY.match(text, begin) and (first or groups[first][1] - begin > 3):
                return  # some other number in groups: its middle is no phone number
        first += 1


def _judged(text: str, start: int, end: int) -> bool | None:
    """Whether it is in service; None when it is no phone number at all."""
    written = text[start:end]
    number = _EXTENSION.sub("", written)
    digits = re.sub(r"\D", "", number)
    after = neighbours(text, start, end)[1]
    if not 7 <= len(digits) <= 15 or after.isalnum() or after == "_" or _DAY.match(written):
        return None
    if number.startswith("+") or (digits.startswith("00") and len(digits) > 9):
        return _abroad(number)
    other = _OTHER_NUMBER.search(text, max(0, start - _REACH), start)
    if other or IBAN_HEAD.search(text, max(0, start - 12), start) or _MONEY.match(text, end):
        return None
    return _at_home(text, start, end, number, digits)


def _abroad(written: str) -> bool | None:
    """A number with its country code; `(0)` is what one dials at home instead."""
    digits = re.sub(r"\D", "", written.replace("(0)", ""))
    try:
        parsed = phonenumbers.parse("+" + digits.removeprefix("00"))
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.is_valid_number(parsed) if phonenumbers.is_possible_number(parsed) else None


def _at_home(text: str, start: int, end: int, number: str, digits: str) -> bool | None:
    with_trunk = number.startswith("0") and number[1].isdigit()
    long_enough = 10 <= len(digits) <= 11 if number.isdigit() else len(digits) >= 9
    if end - start > len(number) or _TELLING.match(number) or (with_trunk and long_enough):
        return _in_service(digits, REGIONS) if _is_possible(digits) else None
    if _AMERICAN.match(number) and _in_service(digits, ("US", "CA")):
        return True
    said = _SAID_AFTER.match(text, end) or _SAID_BEFORE.search(text, max(0, start - _REACH), start)
    return _in_service(digits, REGIONS) if said and _is_possible(digits, local=True) else None


def _is_possible(digits: str, *, local: bool = False) -> bool:
    return any(
        len(digits.removeprefix(plan.trunk)) in plan.lengths or (local and len(digits) in plan.local)
        for plan in map(_plan, REGIONS)
    )


def _in_service(digits: str, regions: tuple[str, ...]) -> bool:
    for plan in map(_plan, regions):
        national = digits.removeprefix(plan.trunk)
        dialled = len(national) < len(digits) or plan.trunk != "0"  # a trunk `1` may be left out, a `0` may not
        if dialled and len(national) in plan.lengths:
            number = phonenumbers.PhoneNumber(
                country_code=plan.country,
                national_number=int(national),
                italian_leading_zero=national.startswith("0") or None,
            )
            if phonenumbers.is_valid_number_for_region(number, plan.region):
                return True
    return False


@cache
def _plan(region: str) -> _Plan:
    known = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if known is None or known.general_desc is None:  # every region of REGIONS has a plan
        raise LookupError(f"phonenumbers knows no numbering plan of {region}")
    general = known.general_desc
    return _Plan(
        region=region,
        country=phonenumbers.country_code_for_region(region),
        trunk=known.national_prefix or "",
        lengths=frozenset(general.possible_length),
        local=frozenset(length for length in general.possible_length_local_only if length >= 7),
    )


RECOGNIZERS: Final = (
    Recognizer("phone", r"\+?\(?\d(?:[ ()./-]{0,3}\d){6,24}(?:(?i: ?(?:x|ext\.?|extension) ?)\d{1,6})?", _phones, MOST),
)
