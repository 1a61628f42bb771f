from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from rules import pii
from rules.model import Span
from rules.normalize import normalize
from rules.pii.recognizer import Place

AWS = "AKIA" + "ABCDEFGHIJKLMNOP"  # put together here so that no scanner takes it for a leak
JWT = ".".join(["eyJ" + "hbGciOiJIUzI1", "eyJ" + "zdWIiOiIxMjM0", "s" * 20])


def found(raw: str) -> list[tuple[str, str]]:
    return [(span.source.removeprefix("pii:"), raw[span.start : span.end]) for span in pii.find(normalize(raw))]


@pytest.mark.parametrize(
    "raw, kind, value",
    [
        ("card 4242 4242 4242 4242 exp 09/27", "card", "4242 4242 4242 4242"),
        ("card 4242-4242-4242-4242.", "card", "4242-4242-4242-4242"),
        ("4242424242424242", "card", "4242424242424242"),
        ("card 4242 4242 4242 4242 123", "card", "4242 4242 4242 4242"),
        ("ref 12 4242 4242 4242 4242", "card", "4242 4242 4242 4242"),
        ("write to jane.doe@example.co.uk, please.", "email", "jane.doe@example.co.uk"),
        ("<jane@example.org>", "email", "jane@example.org"),
        ("my e-mail:jane@example.org!", "email", "jane@example.org"),
        ("ring 020 7946 0958 after six", "phone", "020 7946 0958"),
        ("ring +44 7700 900123", "phone", "+44 7700 900123"),
        ("ring 07700900123", "phone", "07700900123"),
        ("on 12/01/2026 020 7946 0958 rang", "phone", "020 7946 0958"),
        ("ring (202) 555-0143", "phone", "(202) 555-0143"),
        ("IBAN GB29 NWBK 6016 1331 9268 19 please", "iban", "GB29 NWBK 6016 1331 9268 19"),
        ("iban de89370400440532013000.", "iban", "de89370400440532013000"),
        ("SSN 123-45-6789", "ssn", "123-45-6789"),
        ("my social security number is 123456789", "ssn", "123456789"),
        ("NI AB 12 34 56 C", "uk_nino", "AB 12 34 56 C"),
        ("from 10.1.2.3:8080", "ip", "10.1.2.3"),
        ("from 2001:db8::ff00:42:8329.", "ip", "2001:db8::ff00:42:8329"),
        (f"key {AWS}", "secret", AWS),
        ("token ghp_" + "a1" * 18, "secret", "ghp_" + "a1" * 18),
        ("see postgres://u:hunter2@db.example/x", "secret", "postgres://u:hunter2@db.example"),
        (JWT, "secret", JWT),
    ],
)
def test_found_with_its_span(raw: str, kind: str, value: str):
    """Each kind is found in the middle of a sentence, without its punctuation and neighbours."""
    assert found(raw) == [(kind, value)]


@pytest.mark.parametrize(
    "raw",
    [
        "card 4242 4242 4242 4243",
        "IBAN GB29 NWBK 6016 1331 9268 18",
        "order 1234567890123456",
        "sort code 12-34-56 account 12345678",
        "paid 1,250.00 on 12/01/2026 at 10:30:45",
        "version 1.2.3.4.5",
        "user@localhost",
        "account 123456789",
        "card ending 4242",
        "2026-01-31 09:00",
        "I paid £1250000000 by mistake",
    ],
)
def test_what_only_looks_like_it_is_left_alone(raw: str):
    """Wrong check digits, dates, amounts, versions and account numbers are not personal data of a known kind."""
    assert found(raw) == []


def test_two_numbers_side_by_side_are_two():
    """Numbers that follow each other without a word between are each found."""
    assert found("020 7946 0958 07700 900123") == [("phone", "020 7946 0958"), ("phone", "07700 900123")]


def test_hidden_characters_do_not_hide_a_number():
    """A card number split by zero-width spaces or written in foreign digits is found at its raw place."""
    assert found("pay 4242\u200b4242 4242\u00a04242!") == [("card", "4242\u200b4242 4242\u00a04242")]
    assert found("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢")[0][0] == "card"


def test_overlapping_kinds_are_named_once_by_the_more_certain():
    """The digits of an IBAN or a card are not also a phone number."""
    assert [kind for kind, _ in found("GB29 NWBK 6016 1331 9268 19 and 4242 4242 4242 4242")] == ["iban", "card"]


def test_spans_never_carry_the_value():
    """A span says where and what kind; the value stays in the text."""
    (span,) = pii.find(normalize("card 4242 4242 4242 4242"))
    assert "4242" not in repr(span).replace(f"start={span.start}", "").replace(f"end={span.end}", "")


def break_down(text: str, start: int, end: int) -> Iterator[Place]:
    raise ZeroDivisionError


def test_values_never_reach_the_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """Whatever is found, and even when a judge breaks, neither log nor error repeats what the text says."""
    raw = f"card 4242 4242 4242 4242, jane@example.org, {AWS}, call 020 7946 0958, BSN 111222333"
    with caplog.at_level(logging.DEBUG):
        assert len(pii.find(normalize(raw))) == 5
        broken = pii._RECOGNIZERS[-1]._replace(judge=break_down)
        monkeypatch.setattr(pii, "_RECOGNIZERS", (*pii._RECOGNIZERS[:-1], broken))
        with pytest.raises(ZeroDivisionError) as failed:
            pii.find(normalize(raw))
    said = caplog.text + str(failed.value)
    assert not any(value in said for value in ("4242", "jane", AWS, "7946", "111222333"))


def test_a_private_key_is_covered_to_its_end():
    """A key with headers, whose lines hold hyphens, is one secret from its first line to its last."""
    key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE+a/b=\n-----END RSA PRIVATE KEY-----"
    raw = f"here: {key} bye"
    assert pii.mask(raw, pii.find(normalize(raw)), pii.TYPES) == "here: [secret] bye"


def test_mask_keeps_the_text_readable():
    """Each wanted kind is replaced by its name; other kinds and the words around stay."""
    raw = "Dear bank, 4242 4242 4242 4242 is my card, jane@example.org my mail."
    masked = pii.mask(raw, pii.find(normalize(raw)), {"card"})
    assert masked == "Dear bank, [card number] is my card, jane@example.org my mail."


def test_mask_joins_overlapping_spans():
    """Spans that overlap become one, so that no rest of a value is left over."""
    spans = [Span(0, 6, "pii:card"), Span(4, 8, "pii:phone"), Span(0, 3, "weapons")]
    assert pii.mask("01234567x", spans, pii.TYPES) == "[card number]x"


def test_every_type_has_a_label():
    """Whatever a rule may redact has a name to be shown in its place."""
    assert {recognizer.type for recognizer in pii._RECOGNIZERS} == pii.TYPES


def test_beyond_the_limit_candidates_count_as_phones():
    """A text stuffed with candidates cannot push a number past the recogniser: they all count."""
    raw = " ".join(["020 7946 0958 x"] * 150)
    assert sum(kind == "phone" for kind, _ in found(raw)) == 150


@pytest.mark.parametrize(
    "piece",
    ["a@b.co ", "4242424242424242 ", "12345 678 ", "1", "a.", "GB29 ", "::", "+44 ", "bsn 111222333 ", "tin ", "(0"],
)
def test_hostile_text_stays_bounded(piece: str):
    """A hundred kilobytes of candidates of one kind are judged in bounded time."""
    raw = (piece * 100_000)[:100_000]
    began = time.perf_counter()
    pii.find(normalize(raw))
    assert time.perf_counter() - began < 8
