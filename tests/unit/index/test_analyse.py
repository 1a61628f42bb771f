from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from index.analyse import analyser_digest, stem, terms


def test_terms_are_stems_in_lower_case_without_stop_words() -> None:
    """Inflections meet in one term, stop words are gone, and words that turn a policy round are kept."""
    assert terms("The Customers' REFUNDS were refunded, not refunding") == [
        "custom",
        "refund",
        "refund",
        "not",
        "refund",
    ]
    assert terms("without a fee") == ["without", "fee"]
    assert terms("") == []


def test_other_scripts_and_figures_are_words_too() -> None:
    """Numbers, accents and other scripts can be searched."""
    assert terms("§ 12(3) café 東京 A4") == ["12", "3", "café", "東京", "a4"]


def test_straight_and_curly_apostrophes_are_the_same() -> None:
    """It does not matter which apostrophe a keyboard makes."""
    assert terms("the bank’s") == terms("the bank's") == ["bank"]


def test_stemming_is_the_same_from_many_threads() -> None:
    """The stemmer keeps state; threads must not disturb each other's words."""
    words = [f"running{place}s" for place in range(300)] + ["relational", "conditional", "rational"] * 100
    alone = [stem.__wrapped__(word) for word in words]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(stem.__wrapped__, words))
    assert together == alone


def test_the_analyser_has_one_name() -> None:
    """The digest that ties a snapshot to its analyser is stable within an installation."""
    assert analyser_digest() == analyser_digest()
    assert len(analyser_digest()) == 64
