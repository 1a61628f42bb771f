from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from index.analyse import terms
from index.model import Document, DocumentKey
from index.prepare import prepare
from tests.unit.index.hashing import HashingEncoder

PIECES = [
    "Card",
    "fees",
    "3.5",
    "no.",
    "it's",
    "refund!",
    "\n\n",
    "\n\n# Fees\n\n",
    "東京。",
    "don’t",
    "?",
    "(b)",
    "*x*",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_the_terms_of_the_sentences_are_those_of_the_passage(text: str) -> None:
    """No word is lost or torn where a passage is cut into sentences."""
    prepared = prepare(Document(DocumentKey("c", "d", 1), "Card fees", text), HashingEncoder(9))
    for passage, lines in zip(prepared.passages, prepared.lines, strict=True):
        assert list(chain.from_iterable(line.terms for line in lines)) == terms(passage.text)


def test_a_heading_counts_once_for_the_document_and_again_for_each_passage() -> None:
    """Title and headings stand above every passage, but the document says them once."""
    text = "# Fees\n\n" + " ".join(f"A card costs {euros} euros here." for euros in range(40))
    prepared = prepare(Document(DocumentKey("c", "d", 1), "Cards", text), HashingEncoder(20))
    assert len(prepared.passages) > 2
    assert prepared.head == ["card", "fee"]
    assert all(head == ["card", "fee"] for head in prepared.heads)
    assert prepared.encoded[1].startswith("Cards › Fees\nA card costs")
