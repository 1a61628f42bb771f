from __future__ import annotations

import string

from rules.lookalikes import DIGITS, LOOKALIKES, PUNCTUATION


def test_every_latin_letter_has_look_alikes():
    """No letter of a word list is left without cover."""
    assert set(LOOKALIKES.values()) == set(string.ascii_lowercase)


def test_tables_never_touch_latin_letters_and_digits():
    """Plain text is not changed by any table, and no look-alike is its own target."""
    plain = {ord(char) for char in string.ascii_letters + string.digits}
    assert not plain & (LOOKALIKES.keys() | DIGITS.keys() | PUNCTUATION.keys())


def test_digits_mean_what_they_are():
    """Each foreign digit is read as the number it stands for in its own script."""
    assert all(str(int(chr(code))) == digit for code, digit in DIGITS.items())
