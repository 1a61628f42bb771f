"""Check digits of national numbers of persons, each as its issuer defines it. Letters in capitals, no separators.

Every check is total: any text gives an answer. A number that passes may still never have been issued.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from rules.pii.checksums import luhn

_NIF_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_CF_FORM: Final = re.compile("[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]")
#: What a character counts at odd places, A first; digits count as the letters A to J.
_CF_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_NIR_FORM: Final = re.compile("[1278][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{8}")
#: The dihedral group of ten elements, and what a place does to a digit before it is multiplied in.
_VERHOEFF_PRODUCT: Final = tuple(
    tuple((a + b) % 5 + 5 * (b > 4) if a < 5 else (a - b) % 5 + 5 * (b < 5) for b in range(10)) for a in range(10)
)
_VERHOEFF_TURN: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def is_es_nif(letters: str) -> bool:
    """Spanish DNI or NIE: a letter for the number by 23; X, Y, Z of a NIE are 0, 1, 2. Ministerio del Interior."""
    if not re.fullmatch("[0-9XYZ][0-9]{7}[A-Z]", letters):
        return False
    number = int(letters[:-1].translate(str.maketrans("XYZ", "012")))
    return letters[-1] == _NIF_LETTERS[number % 23]


def is_it_cf(letters: str) -> bool:
    """Italian codice fiscale of a person, also with letters for digits (omocodia). Decreto ministeriale 12.3.1974."""
    if not _CF_FORM.fullmatch(letters):
        return False
    values = [int(char) if char.isdigit() else ord(char) - ord("A") for char in letters]
    total = sum(map(_CF_ODD.__getitem__, values[:15:2])) + sum(values[1:15:2])
    return values[15] == total % 26


def is_fr_nir(letters: str) -> bool:
    """French NIR with its key: 97 less the number by 97; 2A and 2B (Corsica) count as 19 and 18. INSEE.

    The first digit is 1 or 2, or 7 or 8 while the number is provisional.
    """
    if not _NIR_FORM.fullmatch(letters):
        return False
    digits = letters.replace("2A", "19").replace("2B", "18")
    return int(digits[13:]) == 97 - int(digits[:13]) % 97


def is_de_tin(digits: str) -> bool:
    """German Steuer-ID: ISO 7064 MOD 11,10, and one of its first ten digits comes two or three times, no other does.

    Bundeszentralamt für Steuern.
    """
    if not re.fullmatch("[1-9][0-9]{10}", digits):
        return False
    counts = sorted(map(digits[:10].count, set(digits[:10])), reverse=True)
    if counts[0] not in (2, 3) or counts[1] != 1:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return int(digits[10]) == (11 - product) % 10


def is_nl_bsn(digits: str) -> bool:
    """Dutch BSN: the eleven test with -1 for the last digit. Besluit burgerservicenummer."""
    return _nine(digits) and _weighed(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def is_pl_pesel(digits: str) -> bool:
    """Polish PESEL: a day of birth, its century in the month, and a check digit. Ustawa o ewidencji ludności."""
    if not re.fullmatch("[0-9]{11}", digits):
        return False
    century = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[int(digits[2]) // 2]
    born = _is_day(century + int(digits[:2]), int(digits[2:4]) % 20, int(digits[4:6]))
    return born and _weighed(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def is_se_pnr(digits: str) -> bool:
    """Swedish personnummer of ten or twelve digits: a day of birth (60 more for a coordination number), Luhn on ten.

    Skatteverket.
    """
    if not re.fullmatch("(?:1[89]|20)?[0-9]{10}", digits):
        return False
    short = digits[-10:]
    # Without a century 2000 is tried: it has every 29 February that 1900 and its neighbours have, and its own.
    year = int(digits[:4]) if len(digits) == 12 else 2000 + int(short[:2])
    day = int(short[4:6])
    return _is_day(year, int(short[2:4]), day - 60 if day > 60 else day) and luhn(short)


def is_br_cpf(digits: str) -> bool:
    """Brazilian CPF: two check digits by eleven. Receita Federal."""
    if not re.fullmatch("[0-9]{11}", digits) or len(set(digits)) == 1:
        return False
    return all(
        _weighed(digits[:length], range(length + 1, 1, -1)) * 10 % 11 % 10 == int(digits[length]) for length in (9, 10)
    )


def is_in_aadhaar(digits: str) -> bool:
    """Indian Aadhaar: twelve digits, the first 2 to 9, with Verhoeff's check digit. UIDAI; Verhoeff 1969."""
    return re.fullmatch("[2-9][0-9]{11}", digits) is not None and verhoeff(digits)


def is_ca_sin(digits: str) -> bool:
    """Canadian SIN: nine digits, the first not 8 (businesses; 0 is for examples), Luhn. Service Canada."""
    return _nine(digits) and digits[0] != "8" and luhn(digits)


def is_au_tfn(digits: str) -> bool:
    """Australian tax file number of nine digits, by eleven. Australian Taxation Office."""
    return _nine(digits) and _weighed(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def is_uk_nhs(digits: str) -> bool:
    """UK NHS number: ten digits, by eleven. NHS Data Dictionary."""
    sound = re.fullmatch("[0-9]{10}", digits) is not None and len(set(digits)) > 1
    return sound and _weighed(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def verhoeff(digits: str) -> bool:
    """Whether the last digit is Verhoeff's check digit of those before it."""
    product = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _VERHOEFF_TURN[value]
        product = _VERHOEFF_PRODUCT[product][value]
    return product == 0


def _nine(digits: str) -> bool:
    return re.fullmatch("[0-9]{9}", digits) is not None and len(set(digits)) > 1


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
