"""Examples for tuning weights: the answer's own passage, and what the search takes for it."""

from __future__ import annotations

from collections.abc import Sequence

from index.encoder import EncoderPool
from index.model import DocumentKey
from index.tuning.ground import Ground, Question
from index.tuning.mine import mine


def test_the_answer_is_the_nearest_right_passage(ground: Ground, encoder: EncoderPool) -> None:
    """Of a document of two passages the one that is meant; the mistaken one is of another document."""
    asked = [Question.of("cost of payments in dollars", [DocumentKey("help", "fees", 1)])]
    (example,) = mine(ground, asked, encoder.encode_many([asked[0].text]))
    assert example.answer.document == "help/fees@1"
    assert "another currency" in example.answer.text
    assert len(example.mistaken) == 1
    assert example.mistaken[0].document != "help/fees@1"
    assert example.right == {"help/fees@1"}


def test_each_right_document_is_an_example(ground: Ground, encoder: EncoderPool) -> None:
    """None of them is held against the other."""
    keys = [DocumentKey("help", name, 1) for name in ("card-freeze", "card-lost")]
    asked = [Question.of("block my card", keys)]
    examples = mine(ground, asked, encoder.encode_many([asked[0].text]))
    assert {each.answer.document for each in examples} == {"help/card-freeze@1", "help/card-lost@1"}
    assert all(text.document not in each.right for each in examples for text in each.mistaken)


def test_progress_is_told_to_the_end(ground: Ground, encoder: EncoderPool, slang: Sequence[Question]) -> None:
    """One step a question."""
    told: list[tuple[int, int]] = []
    vectors = encoder.encode_many([each.text for each in slang])
    mine(ground, slang, vectors, lambda done, total: told.append((done, total)))
    assert told[0] == (1, 60)
    assert told[-1] == (60, 60)
