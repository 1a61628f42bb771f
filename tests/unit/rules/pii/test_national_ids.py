from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from rules.pii import national_ids as ids

#: Numbers that issuers, standards and encyclopaedias publish as examples.
PUBLISHED: list[tuple[Callable[[str], bool], list[str]]] = [
    (ids.is_es_nif, ["12345678Z", "54362315K", "X1234567L"]),
    (ids.is_it_cf, ["RSSMRA85T10A562S", "RCCMNL83S18D969H"]),
    (ids.is_fr_nir, ["255081416802538", "295109912611193", "253072B07300470"]),
    (ids.is_de_tin, ["36574261809", "86095742719", "65929970489"]),
    (ids.is_nl_bsn, ["111222333"]),
    (ids.is_pl_pesel, ["44051401359"]),
    (ids.is_se_pnr, ["8112189876", "198112189876"]),
    (ids.is_br_cpf, ["11144477735", "39053344705"]),
    (ids.is_in_aadhaar, ["234123412346"]),
    (ids.is_ca_sin, ["046454286", "130692544"]),
    (ids.is_au_tfn, ["123456782"]),
    (ids.is_uk_nhs, ["9434765919", "4010232137"]),
]
CHECKS = [check for check, _ in PUBLISHED]


@pytest.mark.parametrize("check, numbers", PUBLISHED, ids=lambda value: getattr(value, "__name__", ""))
def test_published_examples(check: Callable[[str], bool], numbers: list[str]):
    """The examples that issuers publish pass."""
    assert [number for number in numbers if not check(number)] == []


@pytest.mark.parametrize("check, numbers", PUBLISHED, ids=lambda value: getattr(value, "__name__", ""))
def test_every_single_wrong_character_breaks_the_check(check: Callable[[str], bool], numbers: list[str]):
    """Whatever digit is mistaken for another at the end, the check sees it; elsewhere it sees nearly all.

    Checks by eleven and 23 miss none; a check by ten with even weights, or one that maps ten to nought, may miss some.
    """
    for number in numbers:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if number[-1].isalpha() else "0123456789"
        assert not any(check(number[:-1] + other) for other in alphabet if other != number[-1])
        digits = [place for place, char in enumerate(number) if char.isdigit()]
        wrong = [
            number[:place] + other + number[place + 1 :]
            for place in digits
            for other in "0123456789"
            if other != number[place]
        ]
        assert sum(map(check, wrong)) <= len(wrong) // 10


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("text", ["", "0", "A", "x" * 40, "00000000000", "000000000", "1111111111", "é23456789", "١٢٣"])
def test_any_text_gets_an_answer(check: Callable[[str], bool], text: str):
    """A check never fails on what is no number at all, and rows of one digit are none."""
    assert check(text) is False


def test_spanish_letters_by_their_own_arithmetic():
    """Of the 26 letters exactly one fits a number, the one at the remainder by 23; NIE's first letters count."""
    order = "T R W A G M Y F P D X B N J Z S Q V H L C K E".split()
    rng = random.Random(3)
    for number in rng.sample(range(100_000_000), 50):
        assert ids.is_es_nif(f"{number:08}{order[number % 23]}")
        assert not ids.is_es_nif(f"{number:08}{order[(number + 1) % 23]}")
    assert ids.is_es_nif("Y0000000" + order[10_000_000 % 23])
    assert ids.is_es_nif("Z0000000" + order[20_000_000 % 23])
    assert not ids.is_es_nif("W0000000T")


def test_codice_fiscale_with_letters_for_digits():
    """Where two people would share a code, digits become letters; the last letter is reckoned anew."""
    assert any(ids.is_it_cf("RSSMRA85T10A56N" + letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert not any(ids.is_it_cf("RSSMRA85T10A56A" + letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert not any(ids.is_it_cf("RSSMRA85F10A562" + letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_french_key_makes_the_whole_divisible():
    """Number and key together, as one number plus nothing, are a multiple of 97 when the key is added to the number."""
    rng = random.Random(4)
    for _ in range(50):
        number = f"{rng.choice('12')}{rng.randrange(100):02}{rng.randrange(1, 13):02}75{rng.randrange(10**6):06}"
        key = next(key for key in range(1, 98) if (int(number) + key) % 97 == 0)
        assert ids.is_fr_nir(f"{number}{key:02}")
        assert not ids.is_fr_nir(f"{number}{key % 97 + 1:02}")
    assert not ids.is_fr_nir("255131416802538")


def test_german_number_repeats_exactly_one_digit():
    """Ten different digits, or two that repeat, are never issued whatever the check digit."""
    assert not any(ids.is_de_tin(f"1234567890{last}") for last in range(10))
    assert not any(ids.is_de_tin(f"1123455678{last}") for last in range(10))
    assert sum(ids.is_de_tin(f"1123456780{last}") for last in range(10)) == 1


def test_days_of_birth_must_exist():
    """Numbers that begin with a day are none when the calendar has no such day, whatever the check digit."""
    assert not any(ids.is_pl_pesel(f"4413140135{last}") for last in range(10))
    assert not any(ids.is_pl_pesel(f"4402300135{last}") for last in range(10))
    assert sum(ids.is_pl_pesel(f"0222290135{last}") for last in range(10)) == 0  # 2002 was no leap year
    assert sum(ids.is_pl_pesel(f"0422290135{last}") for last in range(10)) == 1  # 2004 was
    assert not any(ids.is_se_pnr(f"811318987{last}") for last in range(10))
    assert sum(ids.is_se_pnr(f"811278987{last}") for last in range(10)) == 1  # day 78: a coordination number


def test_cpf_by_its_own_arithmetic():
    """Both check digits, reckoned here from the definition, pass; either one off by one does not."""
    rng = random.Random(5)
    for _ in range(50):
        body = [rng.randrange(10) for _ in range(9)]
        for _ in range(2):
            rest = sum(digit * weight for weight, digit in enumerate(reversed(body), 2)) % 11
            body.append(0 if rest < 2 else 11 - rest)
        digits = "".join(map(str, body))
        assert ids.is_br_cpf(digits)
        assert not ids.is_br_cpf(digits[:-1] + str((body[-1] + 1) % 10))


def test_verhoeff_sees_every_wrong_digit_and_every_swap():
    """Verhoeff's promise: no single wrong digit and no two neighbours in the wrong order go unseen."""
    sound = "234123412346"
    swaps = [sound[:at] + sound[at + 1] + sound[at] + sound[at + 2 :] for at in range(11) if sound[at] != sound[at + 1]]
    wrong = [sound[:at] + digit + sound[at + 1 :] for at in range(12) for digit in "0123456789" if digit != sound[at]]
    assert ids.verhoeff(sound)
    assert ids.verhoeff("2363")  # Verhoeff's own example
    assert not any(map(ids.verhoeff, swaps + wrong))


@pytest.mark.parametrize("check, first", [(ids.is_ca_sin, "8"), (ids.is_in_aadhaar, "0"), (ids.is_in_aadhaar, "1")])
def test_first_digits_that_are_never_issued(check: Callable[[str], bool], first: str):
    """Some first digits belong to no person."""
    length = 9 if check is ids.is_ca_sin else 12
    assert not any(check(f"{first}{'2345678901'[: length - 2]}{last}") for last in range(10))
