"""Whether a run of characters can be what it looks like: check digits, issuers, lengths. No I/O, no guessing.

Sources: ISO/IEC 7812 (Luhn), the card networks' published issuer ranges, ISO 13616 (IBAN), the US Social Security
Administration's and HM Revenue & Customs' rules for numbers that are never issued, RFC 5321 and 1035 for e-mail.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

#: Card issuers: first and last prefix of the range, and the lengths in use.
_ISSUERS: Final = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("6011", "6011", (16, 17, 18, 19)),
    ("644", "659", (16, 17, 18, 19)),
    ("300", "305", (14, 16, 17, 18, 19)),
    ("36", "36", (14, 15, 16, 17, 18, 19)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("35", "35", (16, 17, 18, 19)),  # 3528 to 3589 are issued; older lists give JCB all of 35
    ("1800", "1800", (15,)),  # JCB's former numbers
    ("2131", "2131", (15,)),
    ("62", "62", (16, 17, 18, 19)),
    ("50", "50", tuple(range(12, 20))),  # Maestro, to the end
    ("56", "58", tuple(range(12, 20))),
    ("6304", "6304", tuple(range(12, 20))),
    ("67", "67", tuple(range(12, 20))),
)

#: Length of an IBAN -> the countries that use it.
_IBAN_COUNTRIES: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
#: Country code -> length of its IBANs.
IBAN_LENGTHS: Final = {country: length for length, names in _IBAN_COUNTRIES.items() for country in names.split()}
_NINO_BARRED: Final = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """A payment card number: an issuer's prefix, a length that issuer uses, and the Luhn digit."""
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    issued = any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS)
    return issued and luhn(digits)


def is_iban(letters: str) -> bool:
    """An IBAN in capitals without spaces: the country's length, and 1 as the remainder by 97."""
    if len(letters) != IBAN_LENGTHS.get(letters[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in letters[4:] + letters[:4])) % 97 == 1


def is_ssn(digits: str) -> bool:
    """A US social security number, nine digits: not one of the areas, groups and serials that are never issued."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return len(digits) == 9 and area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def is_nino(letters: str) -> bool:
    """A UK national insurance number, nine characters in capitals, with a prefix that is issued."""
    first, second = letters[0], letters[1]
    return first not in "DFIQUV" and second not in "DFIOQUV" and letters[:2] not in _NINO_BARRED


def is_ip(text: str) -> bool:
    """An IPv4 or IPv6 address with at least two groups written out."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == 4 or len(re.findall("[0-9A-Fa-f]+", text)) >= 2


def is_email(text: str) -> bool:
    """An address with a host name of at least two labels, the last one of letters."""
    local, _, host = text.rpartition("@")
    labels = host.split(".")
    sound = 0 < len(local) <= 64 and len(host) <= 253 and len(labels) >= 2 and ".." not in local
    return sound and all(map(_LABEL.fullmatch, labels)) and len(labels[-1]) >= 2 and labels[-1].isalpha()
