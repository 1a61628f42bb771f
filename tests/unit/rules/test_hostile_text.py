"""Requests made to slip past a rule: whatever is done to the text or the attributes, the rule that should stop the
request stops it. Stopped means refused or held for a person; nothing unknown and nothing odd goes through."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.model import Effect
from rules.normalize import normalize
from rules.pii import find
from tests.unit.rules.given import rule, rule_on, ruleset

STOPPED = (Effect.BLOCK, Effect.REVIEW)
BY_TEXT = ruleset(
    rule("any: [matched('weapons')]", "phrase"),
    rule("all: [matched('passport')]", "regex"),
    rule("all: [\"pii('card')\"]", "card"),
)
BY_ATTRIBUTES = ruleset(
    rule("all: ['amount > 100.0']", "amount"),
    rule("all: [country in lists.embargoed]", "country"),
    rule("all: [age < 18]", "age"),
    rule("all: [\"!('licensed' in tags)\"]", "tags"),
)
HARMLESS: Mapping[str, Any] = {"amount": 5.0, "country": "FR", "age": 40, "tags": ["licensed"]}

PHRASE = (
    "buy rifles",
    "BUY RIFLES",
    "buy \0rifles",
    "b\0uy rifles",
    "\0buy rifles\0",
    "buy \ud800rifles",
    "b\udc00uy rifles",
    "b\u200bu\u200cy\u200d r\u2060ifles\ufeff",
    "bu\u00ady rif\u034fles",
    "ｂｕｙ　ｒｉｆｌｅｓ",
    "𝐛𝐮𝐲 𝓻𝓲𝓯𝓵𝓮𝓼",
    "ⓑⓤⓨ ⓡⓘⓕⓛⓔⓢ",
    "buy ri\ufb02es",  # the ligature fl
    "bu\u0443 rifl\u0435s",  # Cyrillic
    "bυy rιfles",  # Greek
    "b\u0301uy ri\u0327fles",  # combining marks
    "b\u0336u\u0336y\u0336 r\u0336i\u0336f\u0336l\u0336e\u0336s\u0336",  # struck through
    "buy\u202e \u202crifles",  # a right-to-left override round the blank
    "\u202ebuy rifles\u202c",
    "\u2067buy\u2069 rifles",
    "buy\t\r\n\v\f rifles",
    "buy\u2028rifles",
    "buy\u00a0\u3000rifles",
    "buy\u2800rifles",
    "b\ufe0fuy rifles\ufe0f",
    "b\U000e0061uy rifles",  # a tag character
    "b\u3164uy rifles",  # a filler
    "(buy rifles)",
    "-buy rifles-",
)
CARD = (
    "4242424242424242",
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "4242\u200b4242\u200b4242\u200b4242",
    "42\u00ad42 42\u206042 4242 4242",
    "4242\x004242\x0042424242",
    "4242\ud8004242\ud8004242\ud8004242",
    "４２４２ ４２４２ ４２４２ ４２４２",
    "4242\u00a04242\u20094242\u30004242",
    "4242\u20114242\u20134242\u20144242",  # dashes
    "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",  # Arabic-Indic digits
    "𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐",
    "\u202e4242424242424242\u202c",
)


@pytest.mark.parametrize("text", PHRASE)
def test_a_phrase_is_found_however_it_is_dressed(text: str):
    """NUL, half characters, look-alikes, hidden and wide characters, marks and overrides do not hide a phrase."""
    ruling = rule_on(BY_TEXT, text)
    assert ruling.effect in STOPPED
    assert [finding.rule for finding in ruling.matched] == ["phrase"]


@pytest.mark.parametrize("text", CARD)
def test_a_card_number_is_found_however_it_is_dressed(text: str):
    """What stands between or instead of the digits does not hide a card number."""
    ruling = rule_on(BY_TEXT, f"my card {text} please")
    assert "card" in {finding.rule for finding in ruling.matched}
    assert ruling.effect is Effect.BLOCK


@pytest.mark.parametrize(
    "text", ["A12345678", "A\u200b12345678", "Ａ１２３４５６７８", "A1234\0" + "5678", "A1\ud8002345678"]
)
def test_a_regex_hit_is_found_however_it_is_dressed(text: str):
    """A regex over the clean view sees through what hides characters."""
    assert rule_on(BY_TEXT, f"passport {text}.").effect is Effect.BLOCK


@given(
    st.text(st.characters(), max_size=40),
    st.text(st.characters(), max_size=40),
    st.lists(st.sampled_from("\0\u200b\u200d\u00ad\u2060\ufeff\ud800\udfff\ufe0f\u034f\u061c"), max_size=6),
)
def test_nothing_around_or_hidden_inside_a_phrase_hides_it(before: str, after: str, hidden: list[str]):
    """Any text before and after, set off by a line end, and hidden characters at any place leave it found."""
    phrase = list("buy rifles")
    for place, char in enumerate(hidden):
        phrase.insert(1 + place, char)
    assert rule_on(BY_TEXT, f"{before}\n.\n{''.join(phrase)}\n.\n{after}").effect in STOPPED


@pytest.mark.parametrize(
    "filler, size",
    [
        *(("a ", 1_000_000), ("\u200b", 1_000_000)),
        *(
            (filler, 50_000)
            for filler in ("4", "4 ", "a\u0301", "\u0430", "\ud800", "é", "👍", "buy ", "(", "+", "@", "::", "ﷺ")
        ),
    ],
)
def test_a_very_long_text_hides_nothing_and_takes_bounded_time(filler: str, size: int):
    """The last words of a megabyte are read like the first, in time that grows with its length only."""
    text = (filler * (size // len(filler)))[:size] + " ; buy rifles"
    began = time.process_time()
    assert rule_on(BY_TEXT, text).effect in STOPPED
    assert time.process_time() - began < 20


@pytest.mark.parametrize("name", sorted(HARMLESS))
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "5",
        "I\0R",
        "F\0R",
        "\ud800",
        "x" * 1_001,
        True,
        float("nan"),
        float("inf"),
        float("-inf"),
        2**53,
        2**63,
        -(2**63) - 1,
        10**400,
        ["licensed\0"],
        ["licensed", 1],
        ["licensed"] * 101,
        {"licensed": True},
        pytest.param(object(), id="an object"),
        b"FR",
    ],
    ids=repr,
)
def test_an_unusable_attribute_never_lets_a_request_through(name: str, value: Any):
    """A value that is missing, of the wrong type or no value at all is unknown to the rule that reads it: held.

    The one harmless case is a plain text where texts are declared, which means what it says.
    """
    assert rule_on(BY_ATTRIBUTES, "hello", HARMLESS).effect is None
    ruling = rule_on(BY_ATTRIBUTES, "hello", {**HARMLESS, name: value})
    if name == "country" and value in ("", "5"):
        assert ruling.effect is None
    else:
        assert ruling.effect in STOPPED
        assert [finding.rule for finding in ruling.unknown] == [name]


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_a_missing_attribute_never_lets_a_request_through(name: str):
    """What is not sent is unknown, not false."""
    sent = {other: value for other, value in HARMLESS.items() if other != name}
    ruling = rule_on(BY_ATTRIBUTES, "hello", sent)
    assert [(finding.rule, finding.unknown) for finding in ruling.unknown] == [(name, (name,))]
    assert ruling.effect is Effect.REVIEW


def test_no_attribute_at_all_holds_everything():
    """An empty request is the most unknown of all."""
    assert len(rule_on(BY_ATTRIBUTES, "hello", {}).unknown) == 4


@given(st.text(st.characters(), max_size=200))
def test_no_text_makes_the_rules_fail(text: str):
    """Any text at all gives a ruling, and spans that lie within it."""
    ruling = rule_on(BY_TEXT, text)
    spans = [span for finding in ruling.matched for span in finding.spans]
    assert all(0 <= span.start <= span.end <= len(text) for span in (*spans, *ruling.pii, *find(normalize(text))))
