"""Personal and secret data in a text: where it is and of which kind, never what it says.

Candidates are found by RE2 in one pass over the clean view (hidden characters inside a number do not help to hide
it); a validator then decides by check digit, length and issuer. Offline, without a model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import phonenumbers

from rules.checksums import IBAN_LENGTHS, is_card, is_email, is_iban, is_ip, is_nino, is_ssn
from rules.model import Span
from rules.normalize import Text, View
from rules.patterns import PatternSet

PREFIX: Final = "pii:"
REGIONS: Final = ("GB", "US")  #: where a phone number without a country code may be from
_DAY: Final = re.compile(r"(?:\d{4}-\d\d-\d\d|\d\d?[/.-]\d\d?[/.-]\d{4})(?!\d)")
_NO_PHONE_AFTER: Final = "._/£$€@#"  #: amounts, paths and references, not phone numbers
MOST_PHONES: Final = 100  #: candidates judged by phonenumbers, at about 30 µs each; beyond it each counts as one

_Spans: TypeAlias = Iterator[tuple[int, int]]
_Judge: TypeAlias = Callable[[str, int, int], _Spans]  #: text, start and end of a candidate -> the spans that are real


class _Recognizer(NamedTuple):
    type: str
    candidate: str  #: RE2
    judge: _Judge


def find(text: Text) -> tuple[Span, ...]:
    """Every span of personal or secret data, in raw code points; where two overlap, the more certain kind stays."""
    recognizers, patterns = _compiled()
    taken = bytearray(len(text.clean))
    found: list[Span] = []
    for place in patterns.hits(text.clean):  # in the order of _RECOGNIZERS: the certain kinds come first
        recognizer = recognizers[place]
        for judged, candidate in enumerate(patterns.spans(place, text.clean)):
            crowd = recognizer.type == "phone" and judged >= MOST_PHONES
            for start, end in (candidate,) if crowd else recognizer.judge(text.clean, *candidate):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\1" * (end - start)
                    found.append(Span(*text.raw_span(View.CLEAN, start, end), PREFIX + recognizer.type))
    return tuple(sorted(found, key=lambda span: (span.start, span.end, span.source)))


def mask(text: str, spans: Collection[Span], types: Collection[str]) -> str:
    """`text` with each span of one of `types` replaced by its kind in brackets, so that it stays readable.

    `spans` must count code points of this very `text` (the raw one, as `find` gives them). Spans that touch or
    overlap become one, named by the first.
    """
    pieces: list[str] = []
    last = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        kind = span.source.removeprefix(PREFIX)
        if not span.source.startswith(PREFIX) or kind not in types or span.end <= last:
            continue
        if span.start >= last:
            pieces += [text[last : span.start], f"[{LABELS[kind]}]"]
        last = span.end
    return "".join([*pieces, text[last:]])


def _emails(text: str, start: int, end: int) -> _Spans:
    found = text[start:end]
    begin = len(found) - len(found.lstrip(".'*=+-_/"))
    found = found[begin:].rstrip(".!?'*_-/=")
    if is_email(found):
        yield start + begin, start + begin + len(found)


def _cards(text: str, start: int, end: int) -> _Spans:
    """Card numbers within a run of digit groups: the run may also hold a date or a security code."""
    groups = [(start + hit.start(), start + hit.end()) for hit in re.finditer(r"\d+", text[start:end])]
    first = 0
    while first < len(groups):
        length = _card_groups([text[slice(*group)] for group in groups[first : first + 19]])
        if length:
            yield groups[first][0], groups[first + length - 1][1]
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


def _ibans(text: str, start: int, _: int) -> _Spans:
    length = IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    letters, place = "", start
    while place < len(text) and len(letters) < length and (text[place].isalnum() or text[place] in " -"):
        letters += text[place].upper() if text[place].isalnum() else ""
        place += 1
    alone = place == len(text) or not text[place].isalnum()
    if length and letters.isascii() and alone and is_iban(letters):
        yield start, place


def _phones(text: str, start: int, end: int) -> _Spans:
    """Phone numbers within a run of digits and signs: the whole of it, or parts that begin as phone numbers do."""
    groups = [(start + hit.start(), start + hit.end()) for hit in re.finditer(r"[^ ]+", text[start:end])]
    first = 0
    while first < len(groups):
        for last in range(len(groups) - 1, first - 1, -1):
            begin, stop = groups[first][0], groups[last][1]
            part = first or last < len(groups) - 1
            if (not part or text[begin] in "+(0") and _is_written_phone(text, begin, stop):
                yield begin, stop
                first = last
                break
        first += 1


def _is_written_phone(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    digits = re.sub(r"\D", "", written)
    before, after = _neighbours(text, start, end)
    if before.isalnum() or before in _NO_PHONE_AFTER or after.isalnum() or not 7 <= len(digits) <= 15:
        return False
    if _DAY.match(written) or (written.isdigit() and not digits.startswith("0")):
        return False  # a date; or an account, an order: digits without a sign that they are a phone number
    abroad = written.startswith("+") or digits.startswith("00")
    number = "+" + digits.removeprefix("00") if abroad else digits
    return any(_is_phone(number, region) for region in (REGIONS[:1] if abroad else REGIONS))


def _is_phone(number: str, region: str) -> bool:
    """A number in service; or one of the right length that is written as only a phone number is (`+44 …`, `07…`)."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    written_as_one = number.startswith("+") or (region == "GB" and number.startswith("0") and len(number) == 11)
    return phonenumbers.is_valid_number(parsed) or (written_as_one and phonenumbers.is_possible_number(parsed))


def _neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """The characters just before and just after a span; a space at the text's edges."""
    return text[start - 1] if start else " ", text[end] if end < len(text) else " "


def _compact(judge: Callable[[str], bool]) -> _Judge:
    """Judge a candidate by its letters and digits in capitals, without what separates them."""

    def judged(text: str, start: int, end: int) -> _Spans:
        if judge(re.sub("[^0-9A-Za-z]", "", text[start:end]).upper()):
            yield start, end

    return judged


def _bare_ssns(text: str, start: int, end: int) -> _Spans:
    """Nine digits in a row count only where the words before them say what they are."""
    if re.search(r"(?i)\bssn\b|social security", text[max(0, start - 40) : start]) and is_ssn(text[start:end]):
        yield start, end


def _ips(text: str, start: int, end: int) -> _Spans:
    written = text[start:end] if text[start:end].endswith("::") else text[start:end].rstrip(":")
    before, after = _neighbours(text, start, start + len(written))
    goes_on = after == "." and text[start + len(written) + 1 : start + len(written) + 2].isdigit()
    if not (before.isalnum() or before in ".:" or after.isalnum() or goes_on) and is_ip(written):
        yield start, start + len(written)


def _as_found(_: str, start: int, end: int) -> _Spans:
    yield start, end


#: Secrets known by how they begin.
_SECRETS: Final = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # Amazon Web Services
    r"\bgh[pousr]_[0-9A-Za-z]{36}",  # GitHub
    r"\bgithub_pat_[0-9A-Za-z_]{22,}",
    r"\bglpat-[0-9A-Za-z_-]{20,}",  # GitLab
    r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",  # Slack
    r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}",  # Stripe
    r"\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,}",  # model providers
    r"\bAIza[0-9A-Za-z_-]{35}",  # Google
    r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",  # SendGrid
    r"\bnpm_[0-9A-Za-z]{36}",
    r"\bpypi-[0-9A-Za-z_-]{32,}",
    r"\bhf_[0-9A-Za-z]{30,}",  # Hugging Face
    r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}",  # JSON web token
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
    r"\b[a-z][a-z0-9+]{1,15}://[^\s/:@]+:[^\s/@]+@[^\s/]+",  # a password in an address
)
_SSN: Final = r"\b\d{3}[- ]\d{2}[- ]\d{4}\b"
_NINO: Final = r"\b[A-Za-z]{2}[- ]?\d{2}[- ]?\d{2}[- ]?\d{2}[- ]?[A-Da-d]\b"
_EMAIL: Final = r'[^\s@<>(),;:"\[\]\\]+@[^\s@<>(),;:"\[\]\\]+\.[^\s@<>(),;:"\[\]\\]+'
_IPV6: Final = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?"

_RECOGNIZERS: Final = (
    *(_Recognizer("secret", pattern, _as_found) for pattern in _SECRETS),
    _Recognizer("email", _EMAIL, _emails),
    _Recognizer("iban", r"\b[A-Za-z]{2}\d{2}[ -]?[0-9A-Za-z]", _ibans),
    _Recognizer("card", r"\d(?:[ .-]?\d){11,}", _cards),
    _Recognizer("ip", r"\d{1,3}(?:\.\d{1,3}){3}", _ips),
    _Recognizer("ip", _IPV6, _ips),
    _Recognizer("uk_nino", _NINO, _compact(is_nino)),
    _Recognizer("ssn", _SSN, _compact(is_ssn)),
    _Recognizer("ssn", r"\b\d{9}\b", _bare_ssns),
    _Recognizer("phone", r"\+?\(?\d(?:[ ()./-]{0,3}\d){6,24}", _phones),
)

#: What a masked span of each kind is called in front of people.
LABELS: Final = {
    "card": "card number",
    "email": "e-mail address",
    "iban": "IBAN",
    "ip": "IP address",
    "phone": "phone number",
    "secret": "secret",
    "ssn": "social security number",
    "uk_nino": "national insurance number",
}
TYPES: Final = frozenset(LABELS)


@cache
def _compiled() -> tuple[tuple[_Recognizer, ...], PatternSet]:
    return _RECOGNIZERS, PatternSet([recognizer.candidate for recognizer in _RECOGNIZERS])
