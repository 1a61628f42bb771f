"""Generated IBANs and IP addresses in sentences, half of them wrong. The same count gives the same samples.

Nothing here asks the library under test: check digits are computed, and wrong ones made, on their own.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Final, NamedTuple


class Sample(NamedTuple):
    """A text, and its personal data: kind, first character, one past the last."""

    text: str
    marked: tuple[tuple[str, int, int], ...]


#: How a country's account number is made up (SWIFT IBAN Registry): n digits, a capitals, c either.
_ACCOUNTS: Final = {
    "AT": "16n",
    "BE": "12n",
    "CH": "5n12c",
    "DE": "18n",
    "ES": "20n",
    "FR": "10n11c2n",
    "GB": "4a14n",
    "IE": "4a14n",
    "IT": "1a10n12c",
    "MT": "4a5n18c",
    "NL": "4a10n",
    "NO": "11n",
    "PL": "24n",
    "PT": "21n",
    "SE": "20n",
}
_CHARACTERS: Final = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + string.digits}
_IBAN_SENTENCES: Final = (
    "Please send the refund to {} as soon as you can.",
    "My IBAN is {}.",
    "I moved 250.00 from {} on 12/01/2026, and it never arrived.",
    "IBAN: {}\nName: J. Doe",
    "Is {} the right account? I was told another one.",
    "{}",
    "The payee ({}) says that nothing came.",
    "Why was my transfer to {}, made yesterday at 10:30, turned down?",
)
_IP_SENTENCES: Final = (
    "Somebody logged in from {} last night.",
    "The address is {}.",
    "Your site blocks {} since Monday, why?",
    "host={} status=403",
    "{}",
    "I see two sessions ({} is not mine).",
    "Login at 10:30:45 from {}, version 1.2.3",
    "Is {}, as the mail says, yours?",
)


def iban_samples(count: int) -> list[Sample]:
    """`count` sentences with an IBAN each; every other one has wrong check digits, a wrong digit or a wrong length."""
    return _samples(random.Random(1), count, "iban", _IBAN_SENTENCES, _iban, _broken_iban)


def ip_samples(count: int) -> list[Sample]:
    """`count` sentences with an IPv4 or IPv6 address each; every other one is none by its values or its form."""
    return _samples(random.Random(2), count, "ip", _IP_SENTENCES, _ip, _broken_ip)


_Make = Callable[[random.Random], str]


def _samples(
    rng: random.Random, count: int, kind: str, sentences: tuple[str, ...], right: _Make, wrong: _Make
) -> list[Sample]:
    samples: list[Sample] = []
    for place in range(count):
        value = (wrong if place % 2 else right)(rng)
        sentence = rng.choice(sentences)
        start = sentence.index("{}")
        marked = () if place % 2 else ((kind, start, start + len(value)),)
        samples.append(Sample(sentence.replace("{}", value), marked))
    return samples


def _iban(rng: random.Random) -> str:
    country = rng.choice(sorted(_ACCOUNTS))
    account = _account(rng, _ACCOUNTS[country])
    return _written(rng, f"{country}{_check_digits(country, account)}{account}")


def _broken_iban(rng: random.Random) -> str:
    country = rng.choice(sorted(_ACCOUNTS))
    account = _account(rng, _ACCOUNTS[country])
    check = _check_digits(country, account)
    match rng.randrange(3):
        case 0:
            check = rng.choice([other for other in map("{:02}".format, range(2, 99)) if other != check])
        case 1:
            place = rng.choice([at for at, char in enumerate(account) if char.isdigit()])
            digit = rng.choice([other for other in string.digits if other != account[place]])
            account = account[:place] + digit + account[place + 1 :]
        case _:
            place = rng.randrange(len(account))
            account = account[:place] + account[place + 1 :]
    return _written(rng, f"{country}{check}{account}")


def _account(rng: random.Random, form: str) -> str:
    made, count = "", ""
    for char in form:
        if char.isdigit():
            count += char
        else:
            made += "".join(rng.choices(_CHARACTERS[char], k=int(count)))
            count = ""
    return made


def _check_digits(country: str, account: str) -> str:
    """98 less the remainder by 97, taken digit by digit, of account, country and two noughts (ISO 7064)."""
    remainder = 0
    for char in f"{account}{country}00":
        value = int(char, 36)
        remainder = (remainder * (100 if value > 9 else 10) + value) % 97
    return f"{98 - remainder:02}"


def _written(rng: random.Random, iban: str) -> str:
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    return rng.choice((iban, spaced, spaced, iban.lower()))


def _ip(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return ".".join(str(rng.randrange(256)) for _ in range(4))
    zeros = rng.randrange(5)
    groups = [rng.randrange(1, 0x10000) for _ in range(8 - zeros)]
    groups[1:1] = [0] * zeros
    address = IPv6Address(b"".join(group.to_bytes(2, "big") for group in groups))
    return rng.choice((address.compressed, address.exploded))


def _broken_ip(rng: random.Random) -> str:
    octets = [str(rng.randrange(256)) for _ in range(4)]
    groups = [f"{rng.randrange(0x1000, 0x10000):x}" for _ in range(8)]
    match rng.randrange(6):
        case 0 | 1:
            octets[rng.randrange(4)] = str(rng.randrange(256, 1000))
            return ".".join(octets)
        case 2:
            return ".".join(octets[:3])
        case 3:
            return ".".join([*octets, str(rng.randrange(256))])
        case 4:
            return ":".join([*groups, groups[0]])
        case _:
            groups[rng.randrange(8)] = rng.choice(("12g4", "xyz1", "12345"))
            return ":".join(groups)
