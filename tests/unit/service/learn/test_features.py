"""Lexical features: the same in training and in serving."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.features import Lexicon, LexiconOptions

TEXTS = [
    "My card was charged twice",
    "my CARD was declined twice!",
    "The transfer has not arrived",
    "Where is the transfer? Where?",
    "",
    "Überweisung fehlt, where is it",
]


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon.fit(TEXTS)


def test_serving_and_training_see_the_same(lexicon: Lexicon) -> None:
    """A row of the training matrix is bit by bit what one request gets in serving."""
    matrix = lexicon.transform(TEXTS)
    assert matrix.shape == (len(TEXTS), lexicon.size)
    for place, text in enumerate(TEXTS):
        columns, values = lexicon.transform_one(text)
        row = np.zeros(lexicon.size, dtype=np.float32)
        row[columns] = values
        assert np.array_equal(matrix[place].toarray()[0], row)


def test_a_word_met_before_gives_what_it_gave_at_first(lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of words changes no bit, however many there were and however long they are."""
    monkeypatch.setattr("service.learn.features._KEPT_WORDS", 3)
    for text in (*TEXTS, *TEXTS, "transfer " * 3 + "transfertransfer" * 9):
        (columns, values), again = Lexicon.fit(TEXTS).transform_one(text), lexicon.transform_one(text)
        assert again[0].tolist() == columns.tolist()
        assert again[1].tobytes() == values.tobytes()
        assert len(lexicon._runs) <= 3
        assert max(map(len, lexicon._runs), default=0) <= 32


def test_weights_are_tf_idf_as_in_the_textbook() -> None:
    """Sublinear counts times smoothed idf, each block of unit length."""
    lexicon = Lexicon.fit(["a b b b", "a c"], LexiconOptions(min_texts=1))
    columns, values = lexicon.transform_one("a b b b")
    found = dict(zip(columns.tolist(), values.tolist(), strict=True))
    idf_common, idf_rare = np.log(3 / 3) + 1, np.log(3 / 2) + 1
    raw = {"a": idf_common, "b": (1 + np.log(3)) * idf_rare, "a b": idf_rare, "b b": (1 + np.log(2)) * idf_rare}
    length = np.sqrt(sum(value**2 for value in raw.values()))
    for term, value in raw.items():
        assert found[lexicon.words[term]] == pytest.approx(value / length, rel=1e-5)
    letters = values[columns >= len(lexicon.words)]
    assert float(letters @ letters) == pytest.approx(1.0, rel=1e-5)


def test_case_does_not_matter_and_accents_do(lexicon: Lexicon) -> None:
    """`CARD` and `card` are one word; a word with an umlaut is kept whole."""
    loud, quiet = lexicon.transform_one("CARD DECLINED"), lexicon.transform_one("card declined")
    assert np.array_equal(loud[0], quiet[0])
    assert np.array_equal(loud[1], quiet[1])
    assert "überweisung" in Lexicon.fit(TEXTS, LexiconOptions(min_texts=1)).words


def test_text_without_known_terms_has_no_features(lexicon: Lexicon) -> None:
    """Nothing known, no text, or only signs: no columns, and no division by zero."""
    for text in ("", "?!", "qqq"):
        columns, values = lexicon.transform_one(text)
        assert columns.size == values.size == 0


def test_rare_terms_are_left_out_and_the_vocabulary_is_capped() -> None:
    """Terms of one text go, and of the rest the most frequent stay."""
    lexicon = Lexicon.fit(TEXTS, LexiconOptions(min_texts=2, most_words=3, most_letters=5))
    assert list(lexicon.words) == ["where", "card", "is"] or len(lexicon.words) == 3
    assert len(lexicon.letters) == 5
    assert "declined" not in lexicon.words


def test_vocabulary_does_not_depend_on_the_order_of_texts() -> None:
    """The same texts in another order give the same columns."""
    one, other = Lexicon.fit(TEXTS), Lexicon.fit(reversed(TEXTS))
    assert list(one.words) == list(other.words)
    assert list(one.letters) == list(other.letters)
    assert np.array_equal(one.idf, other.idf)


def test_idf_of_another_length_is_refused() -> None:
    """Terms and weights that do not belong together are not put together."""
    with pytest.raises(ValueError, match="idf of shape"):
        Lexicon.of(["a"], ["b"], np.ones(3, dtype=np.float32))


def test_words_share_out_what_the_text_weighs(lexicon: Lexicon) -> None:
    """Every weight of a text belongs to its words, no more and no less; pairs and letters included."""
    text = "my card was charged, where is my transfer"
    shared: dict[int, float] = {}
    for terms in lexicon.by_word(text).values():
        for column, weight in terms.items():
            shared[column] = shared.get(column, 0.0) + weight
    columns, values = lexicon.transform_one(text)
    assert shared == pytest.approx(dict(zip(columns.tolist(), values.tolist(), strict=True)), rel=1e-5)
    assert set(lexicon.by_word("card qqq")) == {"card", "qqq"}
    assert lexicon.by_word("card qqq")["qqq"] == {}
