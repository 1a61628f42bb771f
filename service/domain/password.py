"""Whether a password is good enough to be one.

Length counts, and that it is none of those that everybody tries first; no rules about kinds of characters, which only
make people write what is easily guessed (NIST SP 800-63B-4, section 3.1.1.2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LONGEST = 256  #: characters; more would only cost time

_FEWEST_DIFFERENT = 6
_FEWEST_LEFT = 8  # characters beside the commonest words

# What lists of leaked passwords begin with, as the pieces that longer ones are put together from.
_COMMON = (
    "password passw0rd p@ssword p@ssw0rd passwort passphrase qwertyuiop qwerty qwertz azerty asdfghjkl asdfgh zxcvbnm "
    "1qaz2wsx q1w2e3r4t5 1q2w3e4r 1234567890 0123456789 123456789 12345678 1234567 123456 12345 1234 987654321 654321 "
    "4321 0987654321 111111 000000 123123 abc123 abcdefgh abcdef letmein welcome admin administrator login iloveyou "
    "dragon monkey football baseball sunshine princess master superman batman trustno1 whatever secret changeme "
    "default correcthorsebatterystaple starwars computer internet michael jordan shadow summer winter spring autumn "
    "hello test user guest root bank signoff reviewer operations"
).split()


def plain(password: str) -> str:
    """One way of writing it, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def fault(password: str, least: int, names: Iterable[str] = ()) -> str:
    """What is wrong with it, as a sentence without full stop; empty: nothing.

    `least` is how many characters it has to have; `names` are words of its owner that do not count.
    """
    written = plain(password)
    if len(written) < least:
        return f"it has {len(written)} characters, and {least} are needed"
    if len(written) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if len(set(written)) < _FEWEST_DIFFERENT:
        return "it repeats the same few characters"
    left = "".join(written.casefold().split())
    words = (*_COMMON, *("".join(name.casefold().split()) for name in names))
    for word in sorted((word for word in words if len(word) > 2), key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < _FEWEST_LEFT:
        return "it is made of words that everybody tries first"
    return ""
