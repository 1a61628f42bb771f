from __future__ import annotations

import logging
import time

import pytest
import re2

from rules.patterns import PatternSet, pattern_fault

PATTERNS = ["cat", r"\d{4}", "dog|cow", "straße"]


class _SilentSet:
    """A Set that ran out of memory: it takes patterns and says that nothing matches."""

    @classmethod
    def SearchSet(cls, options: object) -> _SilentSet:  # noqa: N802
        return cls()

    def Add(self, pattern: str) -> None: ...  # noqa: N802

    def Compile(self) -> None: ...  # noqa: N802

    def Match(self, text: bytes) -> None: ...  # noqa: N802


def test_hits_name_the_patterns_that_match():
    """The places of matching patterns come back in order, and no others."""
    assert PatternSet(PATTERNS).hits("a cow in der straße, 1234") == [1, 2, 3]
    assert PatternSet(PATTERNS).hits("nothing") == []
    assert PatternSet([]).hits("nothing") == []


def test_hits_across_many_shards():
    """More patterns than one Set holds are all asked."""
    many = PatternSet([f"word{place}x" for place in range(5_000)])
    assert many.hits("word0x word1999x word2000x word4999x") == [0, 1_999, 2_000, 4_999]


def test_nul_hides_nothing():
    """Text after a NUL is searched like any other."""
    assert PatternSet(PATTERNS).hits("x\0cat") == [0]


def test_spans_count_code_points():
    """Spans are in characters, not bytes."""
    assert list(PatternSet(PATTERNS).spans(0, "éé cat 😀 cat")) == [(3, 6), (9, 12)]


def test_set_without_memory_falls_back_to_single_patterns(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """When a Set says nothing, not even that its sentinel matched, each pattern is tried and none is missed."""
    monkeypatch.setattr(re2, "Set", _SilentSet)
    patterns = PatternSet(PATTERNS)
    with caplog.at_level(logging.WARNING, "signoff.rules"):
        assert patterns.hits("a cow, 1234") == [1, 2]
    assert "one by one" in caplog.text
    assert "cow" not in caplog.text


@pytest.mark.parametrize(
    "pattern, reason",
    [
        ("(", "is not an RE2 regex: missing )"),
        ("(?=a)b", "is not an RE2 regex"),
        (r"(a)\1", "is not an RE2 regex"),
        ("a*", "matches the empty text"),
        ("(((a{30}){30}){30})", "is not an RE2 regex"),
        ("[a-c]{1000}[d-f]{1000}[g-i]{1000}[j-l]{1000}", "is too large a regex"),
    ],
)
def test_unusable_patterns_are_named(pattern: str, reason: str):
    """A regex that does not parse, always hits or is a bomb is refused in words."""
    fault = pattern_fault(pattern)
    assert fault
    assert fault[0].startswith(reason)


def test_sound_pattern_has_no_fault():
    """An ordinary regex is taken."""
    assert pattern_fault(r"\b[A-Z]\d{8}\b") is None


def test_catastrophic_pattern_is_linear():
    """The classic that takes for ever elsewhere takes no time here."""
    patterns = PatternSet(["(a+)+b"])
    began = time.perf_counter()
    assert patterns.hits("a" * 100_000) == []
    assert time.perf_counter() - began < 2
