from __future__ import annotations

import pytest
import re2

from rules.matchers import MAX_SPANS, Matchers, matcher_fault
from rules.model import Matcher
from rules.normalize import normalize
from tests.unit.rules.test_patterns import _SilentSet

BOTH = ("plain", "folded")


def phrases(*texts: str, views: tuple[str, ...] = BOTH, whole: bool = True) -> Matcher:
    return Matcher("m", texts, (), views, whole)


def regex(*patterns: str, views: tuple[str, ...] = BOTH) -> Matcher:
    return Matcher("m", (), patterns, views, True)


def hits(matcher: Matcher, raw: str) -> list[str] | None:
    """What the matcher hit, as it stands in the raw text; None when it did not hit."""
    scanned = Matchers({"p/m": matcher}).scan(normalize(raw))
    if "p/m" not in scanned.keys:
        return None
    return [raw[span.start : span.end] for span in scanned.spans("p/m")]


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("I will BUY  Rifles!", ["BUY  Rifles"]),
        ("buy\nrifles", ["buy\nrifles"]),
        ("b\u200buy rifles", ["b\u200buy rifles"]),
        ("ｂｕｙ rifles", ["ｂｕｙ rifles"]),
        ("buy\0 rifles", ["buy\0 rifles"]),
        ("buy riflesque", None),
        ("rebuy rifles", None),
    ],
)
def test_phrase_is_found_however_it_is_dressed(raw: str, expected: list[str] | None):
    """Case, spacing, line ends, hidden characters and width do not matter; word edges do."""
    assert hits(phrases("buy rifles"), raw) == expected


def test_phrase_inside_a_word_when_the_boundary_is_none():
    """Without word boundaries a phrase may stand inside a word."""
    assert hits(phrases("rifle", whole=False), "airrifles") == ["rifle"]


def test_phrase_with_signs_at_its_edges():
    """A phrase that ends in a sign needs no word edge there."""
    assert hits(phrases("c++"), "in c++11") == ["c++"]


def test_nested_and_overlapping_phrases_are_all_found():
    """A phrase within another one is not swallowed by it."""
    assert hits(phrases("hot dog", "dog house", "dog"), "hot dog house") == ["hot dog", "dog", "dog house"]


def test_look_alikes_hit_weakly():
    """A phrase spelt with letters of another script hits, and is known to rest on look-alikes."""
    scanned = Matchers({"p/m": phrases("buy rifles")}).scan(normalize("bυy riflеs"))
    assert scanned.weak == {"p/m"}
    assert Matchers({"p/m": phrases("buy rifles")}).scan(normalize("buy rifles")).weak == frozenset()


def test_phrase_of_another_script_is_strong_in_its_own():
    """A Cyrillic phrase hits Cyrillic text in the plain view."""
    scanned = Matchers({"p/m": phrases("купить")}).scan(normalize("я хочу Купить"))
    assert scanned.keys == {"p/m"}
    assert not scanned.weak


def test_plain_view_alone_sees_no_look_alikes():
    """A matcher may do without folding."""
    assert hits(phrases("buy rifles", views=("plain",)), "bυy rifles") is None


def test_cased_views():
    """In the clean view case counts and hidden characters do not; in the raw view everything counts."""
    assert hits(phrases("IRA", views=("clean",)), "an IR\u200bA account") == ["IR\u200bA"]
    assert hits(phrases("IRA", views=("clean",)), "an ira account") is None
    assert hits(regex("\\x{200B}", views=("raw",)), "IR\u200bA") == ["\u200b"]
    assert hits(regex("A", views=("raw",)), "\ud800A") == ["A"]


def test_regex_spans_lead_to_the_raw_text():
    """A regex hits the normalised text and points into the raw one."""
    assert hits(regex(r"\bacc\w*\W+\d{4}"), "My  ACCOUNT:\u200b 1234") == ["ACCOUNT:\u200b 1234"]


def test_several_matchers_keep_apart():
    """Matchers that share a phrase each hit on their own."""
    scanned = Matchers({"p/a": phrases("cat"), "q/a": phrases("cat", "dog"), "q/b": phrases("dog")}).scan(
        normalize("a cat")
    )
    assert scanned.keys == {"p/a", "q/a"}


def test_spans_are_few_when_hits_are_many():
    """A text of nothing but hits shows the first ones."""
    assert len(hits(phrases("x"), "x " * 1_000) or ()) == MAX_SPANS
    assert len(hits(regex("x"), "x " * 1_000) or ()) == MAX_SPANS


def test_no_matchers_hit_nothing():
    """A rule set without matchers scans to nothing."""
    assert Matchers({}).scan(normalize("anything")).keys == frozenset()


def test_silent_set_misses_nothing(monkeypatch: pytest.MonkeyPatch):
    """RE2 out of memory: the matcher still hits."""
    monkeypatch.setattr(re2, "Set", _SilentSet)
    assert hits(regex("cat"), "a cat") == ["cat"]


@pytest.mark.parametrize("pattern", ["[A-Z]x", "IBAN", "a|B"])
def test_capitals_where_there_are_none_are_refused(pattern: str):
    """A regex with capitals could never hit the case-folded views, so it is refused rather than silent."""
    fault = matcher_fault(pattern, BOTH)
    assert fault
    assert "capital letter" in fault[0]
    assert matcher_fault(pattern, ("clean",)) is None


@pytest.mark.parametrize("pattern", [r"\Bx\W\D", r"\p{Lu}x", r"\x{1F3F4}x", "(?i)IBAN", "(?P<A>x)", "[[:alpha:]]x"])
def test_capitals_of_the_syntax_are_not_letters(pattern: str):
    """Classes, escapes and flags may have capitals."""
    assert matcher_fault(pattern, BOTH) is None
