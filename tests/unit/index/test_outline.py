from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyse import terms
from index.columns import save_array
from index.outline import Outlines, open_outlines, write_outlines
from index.sentences import sentences

PASSAGE = "We charge no fee. A duplicate charge is refunded within a day.\nCharges, charged!"


def written(folder: Path, passages: list[str]) -> tuple[Outlines, list[str]]:
    vocabulary = sorted({term for passage in passages for term in terms(passage)})
    write_outlines(folder, passages, {term: number for number, term in enumerate(vocabulary)})
    return open_outlines(folder, len(vocabulary)), vocabulary


def test_each_sentence_comes_back_with_its_place_and_its_terms(tmp_path: Path) -> None:
    """Spans cut the sentences out of the passage; a term that stands twice in a sentence is held once."""
    outlines, vocabulary = written(tmp_path, ["Other words.", PASSAGE])
    assert len(outlines) == 2
    assert [PASSAGE[slice(*sentence.span)] for sentence in outlines[1]] == [
        "We charge no fee.",
        "A duplicate charge is refunded within a day.",
        "Charges, charged!",
    ]
    assert [vocabulary[term] for term in outlines[1][0].terms] == ["charg", "fee", "no"]
    assert [vocabulary[term] for term in outlines[1][2].terms] == ["charg"]


WORDS = st.sampled_from(["Card", "fees", "3.5", "no.", "it's", "refund!", "the", "\n", "東京。", "e.g.", "?", "(b)"])


@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=5))
def test_outlines_are_those_of_the_text(tmp_path_factory: pytest.TempPathFactory, passages: list[str]) -> None:
    """Whatever the passages, the columns hold what reading the text again would find."""
    outlines, vocabulary = written(tmp_path_factory.mktemp("outlines"), passages)
    assert len(outlines) == len(passages)
    for row, passage in enumerate(passages):
        found = [(sentence.span, {vocabulary[term] for term in sentence.terms}) for sentence in outlines[row]]
        assert found == [(span, set(terms(passage[slice(*span)]))) for span in sentences(passage)]


def test_outlines_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    """Terms beyond the vocabulary they are opened with are an error, not a wrong mark."""
    _, vocabulary = written(tmp_path, [PASSAGE])
    with pytest.raises(ValueError, match="name terms beyond"):
        open_outlines(tmp_path, len(vocabulary) - 1)


@pytest.mark.parametrize("column", ["firsts", "starts", "terms"])
def test_columns_that_do_not_fit_together_are_refused(tmp_path: Path, column: str) -> None:
    """A column of another length than the others promise is an error when it is opened."""
    outlines, vocabulary = written(tmp_path, [PASSAGE])
    save_array(tmp_path / f"outlines.{column}.npy", np.asarray(getattr(outlines, column))[:-1].copy())
    with pytest.raises(ValueError, match="do not fit together"):
        open_outlines(tmp_path, len(vocabulary))
