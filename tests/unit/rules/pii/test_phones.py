from __future__ import annotations

import pytest

from rules import pii
from rules.normalize import normalize


def phones(raw: str) -> list[tuple[str, bool]]:
    return [(raw[span.start : span.end], span.valid) for span in pii.find(normalize(raw)) if span.source == "pii:phone"]


@pytest.mark.parametrize(
    "raw, number, valid",
    [
        ("it is +44 20 7946 0958.", "+44 20 7946 0958", True),
        ("it is +41 (0)44 668 18 00", "+41 (0)44 668 18 00", True),
        ("0044 20 7946 0958 rang", "0044 20 7946 0958", True),
        ("it is +44 7700 900123", "+44 7700 900123", False),
        ("(202) 555-0143x12 please", "(202) 555-0143x12", True),
        ("202.555.0143 ext. 7", "202.555.0143 ext. 7", True),
        ("1-202-555-0143", "1-202-555-0143", True),
        ("999-888-3058", "999-888-3058", False),
        ("01 42 68 53 00", "01 42 68 53 00", True),
        ("Phone:\n60-56-85-91", "60-56-85-91", False),
        ("call me on 9472 7916", "9472 7916", False),
        ("fax: 2025550143", "2025550143", True),
        ("202 555 0143 (office)", "202 555 0143", True),
        ("my new number is 467 3395", "467 3395", False),
    ],
)
def test_possible_numbers_are_found_and_validity_is_told(raw: str, number: str, valid: bool):
    """A number is found when it is possible; whether its range is in service is told apart."""
    assert phones(raw) == [(number, valid)]


@pytest.mark.parametrize(
    "raw",
    [
        "9472 7916",
        "2025550143",
        "call me about account 12345678",
        "my card number is 202 555 0143",
        "text me the reference: 1234 5678",
        "sort code 12-34-56, account 01234567",
        "call me, I sent 1 250 000 EUR",
        "call me on 12.01.2026 or 2026-01-12",
        "+999 1234567",
        "call 123",
        "187.9.60.187.51",
        "256.81.865.17",
        "IBAN NL04 OIFZ 0175 9216 80",
        "DE89 3704 0044 0532 0130 01",
        "4000 0532 0130 0123",
    ],
)
def test_other_numbers_are_no_phones(raw: str):
    """Accounts, references, amounts, dates, broken addresses and the middles of longer numbers are left alone."""
    assert phones(raw) == []


def test_every_region_has_a_plan():
    """The regions asked exist in the library's metadata, and some length is possible in each."""
    from rules.pii.phones import REGIONS, _plan

    assert all(_plan(region).lengths for region in REGIONS)
