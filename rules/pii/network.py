"""E-mail and IP addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.pii.checksums import is_email, is_ip
from rules.pii.recognizer import Place, Recognizer, neighbours

_EMAIL: Final = r'[^\s@<>(),;:"\[\]\\]+@[^\s@<>(),;:"\[\]\\]+\.[^\s@<>(),;:"\[\]\\]+'
_IPV4: Final = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV6: Final = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?"


def _emails(text: str, start: int, end: int) -> Iterator[Place]:
    found = text[start:end]
    begin = len(found) - len(found.lstrip(".'*=+-_/"))
    found = found[begin:].rstrip(".!?'*_-/=")
    if is_email(found):
        yield Place(start + begin, start + begin + len(found))


def _ips(text: str, start: int, end: int) -> Iterator[Place]:
    written = text[start:end] if text[start:end].endswith("::") else text[start:end].rstrip(":")
    before, after = neighbours(text, start, start + len(written))
    beyond = text[start + len(written) + 1 : start + len(written) + 2]
    # A dot or, in IPv6, a colon that more follows: a part of something longer. `10.1.2.3:8080` is a whole address.
    goes_on = (after == "." and beyond.isdigit()) or (after == ":" and ":" in written and beyond.isalnum())
    if not (before.isalnum() or before in ".:-" or after.isalnum() or goes_on) and is_ip(written):
        yield Place(start, start + len(written))


RECOGNIZERS: Final = (
    Recognizer("email", _EMAIL, _emails),
    Recognizer("ip", _IPV4, _ips),
    Recognizer("ip", _IPV6, _ips),
)
