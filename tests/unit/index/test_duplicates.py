"""Same and nearly same documents are recognised by their words."""

from __future__ import annotations

import random
import time

import pytest

from index.duplicates import NEAR, Resembling, resembling, signature, similarity

WORDS = [f"word{number}" for number in range(500)]


def text_of(seed: int, length: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def jaccard(one: str, other: str) -> float:
    """Of the sets of five-word runs, counted out."""
    runs = [
        {tuple(words[place : place + 5]) for place in range(len(words) - 4)} for words in (one.split(), other.split())
    ]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_a_signature_is_the_same_everywhere():
    """It is stored: another machine, another day, the same bytes."""
    assert len(signature("We refund fees.")) == 272
    assert (
        signature("A fee of ten pounds is due each month.").hex()[:64]
        == "7319b7ff0d5b3c85d0001de00abd0da4f5e883d4b4a4aceaf66f2a23822a01cd"
    )


def test_markup_case_and_punctuation_do_not_count():
    """The words are what is compared."""
    assert similarity(signature("## Fees\n\nWe *refund* fees."), signature("FEES: we refund fees")) == 1.0


def test_only_the_very_same_words_are_one():
    """Texts with the same set of runs but other words in all are near, not the same."""
    again = "one two three four five one two three four five one two three four five"
    assert similarity(signature(again), signature(again + " one two three four five")) == 0.999
    assert similarity(signature(again), signature(again)) == 1.0


@pytest.mark.parametrize("changed", [4, 10, 25, 60, 150])
def test_the_estimate_is_near_the_counted_similarity(changed: int):
    """Within four standard errors of the Jaccard similarity of the runs."""
    words = text_of(1).split()
    for place in random.Random(changed).sample(range(len(words)), changed):
        words[place] = f"other{place}"
    other = " ".join(words)
    counted = jaccard(text_of(1), other)
    error = (counted * (1 - counted) / 256) ** 0.5
    assert abs(similarity(signature(text_of(1)), signature(other)) - counted) < 4 * error + 0.002


def test_strangers_do_not_resemble():
    """Two texts of the same vocabulary share no runs."""
    assert max(similarity(signature(text_of(1)), signature(text_of(seed))) for seed in range(2, 40)) < 0.1


@pytest.mark.parametrize("one, other", [("", "fees"), ("fees", "limits"), ("a b c", "a b d")])
def test_short_texts_are_compared_whole(one: str, other: str):
    """Fewer than five words are one run; other words are another."""
    assert similarity(signature(one), signature(other)) < NEAR
    assert similarity(signature(one), signature(one)) == 1.0


def test_the_most_alike_come_first():
    """Ids with their similarities, those below the least left out; ties by id."""
    near = text_of(1).replace("word7 ", "other ")
    known = {
        "far": signature(text_of(2)),
        "near": signature(near),
        "b": signature(text_of(1)),
        "a": signature(text_of(1)),
    }
    found = resembling(signature(text_of(1)), known)
    assert [name for name, _ in found] == ["a", "b", "near"]
    assert found[0][1] == found[1][1] == 1.0 > found[2][1] >= NEAR


def test_what_is_added_is_found():
    """An import is compared with itself too, however many there are."""
    alike = Resembling()
    for seed in range(40):
        assert alike.of(signature(text_of(seed, 60))) == []
        alike.add(f"d{seed}", signature(text_of(seed, 60)))
    assert alike.of(signature(text_of(39, 60))) == [("d39", 1.0)]


def test_bytes_that_are_no_signature_are_refused():
    """A column from elsewhere is not compared by chance."""
    with pytest.raises(ValueError, match="272 bytes, this has 3"):
        resembling(b"abc", {})


def test_ten_thousand_are_compared_in_milliseconds():
    """One document against a large collection."""
    made = [random.Random(seed).randbytes(272) for seed in range(10_000)]
    alike = Resembling({f"d{place}": signed for place, signed in enumerate(made)})
    began = time.process_time()
    assert alike.of(made[77]) == [("d77", 1.0)]
    assert time.process_time() - began < 0.5
