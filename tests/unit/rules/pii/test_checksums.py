from __future__ import annotations

import random

import pytest

from rules.pii.checksums import is_card, is_email, is_iban, is_ip, is_nino, is_ssn, luhn


@pytest.mark.parametrize(
    "digits", ["4242424242424242", "5555555555554444", "378282246310005", "6011111111111117", "3056930009020004"]
)
def test_card_of_each_issuer(digits: str):
    """The issuers' own test numbers are card numbers."""
    assert is_card(digits)


@pytest.mark.parametrize("digits", ["4242424242424243", "1234567812345670", "42424242424242", "0" * 16, "4" * 16, ""])
def test_no_card(digits: str):
    """A wrong digit, an unknown issuer, a wrong length and a row of one digit are none."""
    assert not is_card(digits)


def test_luhn_sees_every_single_wrong_digit():
    """Changing any one digit of a sound number breaks the check."""
    sound = "4242424242424242"
    wrong = [
        sound[:place] + digit + sound[place + 1 :]
        for place in range(16)
        for digit in "0123456789"
        if digit != sound[place]
    ]
    assert luhn(sound)
    assert not any(map(luhn, wrong))


def test_iban_sees_a_wrong_digit_and_a_wrong_length():
    """An IBAN with one digit changed, cut short or of a country without IBANs is none."""
    sound = "GB29NWBK60161331926819"
    rng = random.Random(1)
    assert is_iban(sound)
    for _ in range(50):
        place = rng.randrange(8, 22)
        digit = rng.choice([other for other in "0123456789" if other != sound[place]])
        assert not is_iban(sound[:place] + digit + sound[place + 1 :])
    assert not is_iban(sound[:-1])
    assert not is_iban("US29NWBK60161331926819")
    assert not is_iban("")


@pytest.mark.parametrize("digits, real", [("123456789", True), ("000456789", False), ("666456789", False)])
def test_ssn_areas_that_are_never_issued(digits: str, real: bool):
    """Areas 000, 666 and 900 on are never issued."""
    assert is_ssn(digits) is real
    assert not is_ssn("900456789")
    assert not is_ssn("123006789")
    assert not is_ssn("123450000")


@pytest.mark.parametrize(
    "letters, real", [("AB123456C", True), ("BG123456C", False), ("DA123456C", False), ("AO123456C", False)]
)
def test_nino_prefixes_that_are_never_issued(letters: str, real: bool):
    """Some prefixes are never issued."""
    assert is_nino(letters) is real


@pytest.mark.parametrize(
    "text, real", [("10.0.0.1", True), ("256.0.0.1", False), ("2001:db8::1", True), ("::", False), ("10:30:45", False)]
)
def test_ip(text: str, real: bool):
    """Addresses are addresses; times and bare colons are not."""
    assert is_ip(text) is real


@pytest.mark.parametrize(
    "text, real",
    [
        ("a@b.co", True),
        ("jane.doe+tag@mail.example.co.uk", True),
        ("ünal@bücher.de", True),
        ("a@localhost", False),
        ("a@b.c", False),
        ("a@-b.com", False),
        ("a..b@c.com", False),
        ("x" * 65 + "@b.com", False),
        ("a@b.123", False),
    ],
)
def test_email(text: str, real: bool):
    """An address needs a host of two labels, the last of letters."""
    assert is_email(text) is real
