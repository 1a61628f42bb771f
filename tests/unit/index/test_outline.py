from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.analyse import terms
from index.model import Document, DocumentKey
from index.outline import Outlines
from index.prepare import prepare
from index.segment import segment_of
from index.sentences import sentences
from tests.unit.index.hashing import HashingEncoder

PASSAGE = "We charge no fee. A duplicate charge is refunded within a day.\nCharges, charged!"


def outlined(text: str) -> tuple[Outlines, list[str], list[str]]:
    """The outlines of a document of this text, the vocabulary, and the texts of the passages."""
    encoder = HashingEncoder(12)
    prepared = prepare(Document(DocumentKey("c", "d", 1), "", text), encoder)
    segment = segment_of([prepared], encoder.encode_many(prepared.encoded))
    return segment.words.outlines, segment.words.vocabulary.all(), segment.passages.texts.all()


def test_each_sentence_comes_back_with_its_place_and_its_terms() -> None:
    """Spans cut the sentences out of the passage; a term that stands twice in a sentence is held once."""
    outlines, vocabulary, texts = outlined(PASSAGE)
    found = [
        (text[slice(*sentence.span)], [vocabulary[term] for term in sentence.terms])
        for row, text in enumerate(texts)
        for sentence in outlines[row]
    ]
    assert found == [
        ("We charge no fee.", ["charg", "fee", "no"]),
        ("A duplicate charge is refunded within a day.", ["charg", "day", "duplic", "refund", "within"]),
        ("Charges, charged!", ["charg"]),
    ]


PIECES = st.sampled_from(["Card", "fees", "3.5", "no.", "it's", "refund!", "the", "\n\n", "東京。", "e.g.", "?", "(b)"])


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_outlines_are_those_of_the_text(text: str) -> None:
    """Whatever the passages, the columns hold what reading the text again would find."""
    outlines, vocabulary, texts = outlined(text)
    assert len(outlines) == len(texts)
    for row, passage in enumerate(texts):
        found = [(sentence.span, {vocabulary[term] for term in sentence.terms}) for sentence in outlines[row]]
        assert found == [(span, set(terms(passage[slice(*span)]))) for span in sentences(passage)]
