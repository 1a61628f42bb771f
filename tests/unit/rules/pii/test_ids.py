from __future__ import annotations

import pytest

from rules import pii
from rules.normalize import normalize


def found(raw: str) -> list[tuple[str, str]]:
    return [(span.source.removeprefix("pii:"), raw[span.start : span.end]) for span in pii.find(normalize(raw))]


@pytest.mark.parametrize(
    "raw, kind, value",
    [
        ("DNI 12345678Z, por favor", "es_nif", "12345678Z"),
        ("NIE X-1234567-L.", "es_nif", "X-1234567-L"),
        ("12.345.678-Z", "es_nif", "12.345.678-Z"),
        ("codice fiscale rssmra85t10a562s", "it_cf", "rssmra85t10a562s"),
        ("CF: RSS MRA 85T10 A562S", "it_cf", "RSS MRA 85T10 A562S"),
        ("sécu 2 55 08 14 168 025 38", "fr_nir", "2 55 08 14 168 025 38"),
        ("255081416802538", "fr_nir", "255081416802538"),
        ("Meine Steuer-ID ist 36 574 261 809", "de_tin", "36 574 261 809"),
        ("Steueridentifikationsnummer: 86095742719", "de_tin", "86095742719"),
        ("mijn BSN is 111222333", "nl_bsn", "111222333"),
        ("111.222.333 is my BSN", "nl_bsn", "111.222.333"),
        ("PESEL 44051401359", "pl_pesel", "44051401359"),
        ("personnummer 811218-9876", "se_pnr", "811218-9876"),
        ("19811218-9876", "se_pnr", "19811218-9876"),
        ("personnummer 198112189876", "se_pnr", "198112189876"),
        ("111.444.777-35", "br_cpf", "111.444.777-35"),
        ("CPF 11144477735", "br_cpf", "11144477735"),
        ("2341 2341 2346", "in_aadhaar", "2341 2341 2346"),
        ("Aadhaar no 234123412346", "in_aadhaar", "234123412346"),
        ("my SIN: 130 692 544", "ca_sin", "130 692 544"),
        ("social insurance number 130-692-544", "ca_sin", "130-692-544"),
        ("TFN 123 456 782", "au_tfn", "123 456 782"),
        ("my NHS number is 943 476 5919", "uk_nhs", "943 476 5919"),
        ("NI AB123456C", "uk_nino", "AB123456C"),
        ("my social security number is 123456789", "ssn", "123456789"),
    ],
)
def test_found_by_form_or_beside_its_name(raw: str, kind: str, value: str):
    """Each national number is found as its country writes it, and only as that."""
    assert found(raw) == [(kind, value)]


@pytest.mark.parametrize(
    "raw",
    [
        "DNI 12345678A",
        "account 12345678 a payment",
        "RSSMRA85T10A562T",
        "2 55 08 14 168 025 39",
        "order 36574261809",
        "Steuer-ID 36574261808",
        "order 111222333",
        "BSN 111222334",
        "invoice 44051401359",
        "order 130 692 544",
        "my SIN: 130 692 545",
        "order 123456782",
        "TFN 123 456 783",
        "order 9434765919",
        "811318-9876",
        "811218-9875",
        "111.444.777-36",
        "1111 2341 2341 2346",
        "2341 2341 2347",
        "reference 234123412346",
        "BSN 1112223334",
    ],
)
def test_account_and_order_numbers_are_no_persons(raw: str):
    """A wrong check digit, a longer number, or digits that nothing names are no national number."""
    assert found(raw) == []


def test_several_beside_one_name():
    """A word names every number near it."""
    assert found("BSN: 111222333 and 123456782") == [("nl_bsn", "111222333"), ("nl_bsn", "123456782")]


def test_a_name_far_away_says_nothing():
    """A word at the other end of a letter does not make an order number a person's."""
    assert found("BSN was asked for. " + "And then something else happened. " * 3 + "Order 111222333") == []
