from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import dense
from index.dense import DenseIndex, open_dense, select
from index.model import Vectors
from index.rank import best

SIZE, DIM = 3000, 32


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    drawn = np.random.default_rng(7).normal(size=(SIZE, DIM)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module", params=["vectors", "codes"])
def index(vectors: Vectors, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> DenseIndex:
    """Once as small indexes are, once as large ones are: with codes beside the vectors."""
    folder = tmp_path_factory.mktemp("dense")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_CODED", 0 if request.param == "codes" else SIZE + 1)
        DenseIndex.of(vectors).write(folder)
        return open_dense(folder)


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.1, 0.01, 0.0])
@pytest.mark.parametrize("correlated", [False, True])
def test_search_is_exact_at_every_share(vectors: Vectors, index: DenseIndex, share: float, correlated: bool) -> None:
    """The same rows as computing every product, whether what is allowed is random or far from the request."""
    request = vectors[5]
    allowed = np.zeros(SIZE, dtype=bool)
    order = np.argsort(vectors @ request) if correlated else np.random.default_rng(3).permutation(SIZE)
    allowed[order[: int(share * SIZE)]] = True
    hits = index.search(request, 50, select(allowed))
    rows = np.flatnonzero(allowed)
    expected = best(rows, (vectors @ request)[rows], 50)
    assert hits.rows.tolist() == expected.rows.tolist()
    np.testing.assert_allclose(hits.scores, expected.scores, atol=1e-6)


def test_selections_outlive_the_arrays_they_were_made_of(vectors: Vectors, index: DenseIndex) -> None:
    """A selection kept for later still means the same rows, whatever happened to memory since."""
    selections = [select(np.arange(SIZE) % 7 == rest) for rest in range(7)]
    _rubbish = [np.ones(SIZE) for _ in range(200)]
    for rest, selection in enumerate(selections):
        hits = index.search(vectors[0], 20, selection)
        assert {row % 7 for row in hits.rows.tolist()} == {rest}


def test_threads_searching_at_once_find_the_same(vectors: Vectors, index: DenseIndex) -> None:
    """Requests side by side do not disturb each other."""
    selection = select(np.arange(SIZE) % 3 != 0)
    alone = [index.search(vectors[row], 10, selection).rows.tolist() for row in range(40)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda row: index.search(vectors[row], 10, selection).rows.tolist(), range(40)))
    assert together == alone


def test_cosines_are_those_of_the_rows(vectors: Vectors, index: DenseIndex) -> None:
    """Scores of chosen rows are their inner products."""
    rows = np.array([7, 0, 2999])
    np.testing.assert_allclose(index.cosines(vectors[1], rows), vectors[rows] @ vectors[1], atol=1e-6)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """No passages is no fault."""
    DenseIndex.of(np.empty((0, DIM), dtype=np.float32)).write(tmp_path)
    index = open_dense(tmp_path)
    assert index.search(np.ones(DIM, dtype=np.float32), 5, select(np.empty(0, dtype=bool))).rows.tolist() == []


@pytest.mark.parametrize("spread", [1.0, 0.05, 0.0])
def test_codes_never_miss_what_lies_close_together(spread: float, tmp_path: Path) -> None:
    """Vectors nearer to each other than a code can tell are told apart all the same, equal ones by row."""
    drawn = np.random.default_rng(1).normal(size=(DIM,)) + spread * np.random.default_rng(2).normal(size=(SIZE, DIM))
    close = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_CODED", 0)
        DenseIndex.of(close).write(tmp_path)
        coded, plain = open_dense(tmp_path), DenseIndex.of(close)
    everything = select(np.ones(SIZE, dtype=bool))
    for row in range(0, SIZE, 300):
        found, expected = coded.search(close[row], 10, everything), plain.search(close[row], 10, everything)
        assert found.rows.tolist() == expected.rows.tolist()
        assert found.scores.tolist() == expected.scores.tolist()


def test_codes_of_other_vectors_are_refused(vectors: Vectors, tmp_path: Path) -> None:
    """Codes and vectors of unlike number do not open together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "_CODED", 0)
        DenseIndex.of(vectors).write(tmp_path)
        codes = (tmp_path / "codes.faiss").read_bytes()
        DenseIndex.of(vectors[:-1]).write(tmp_path)
        (tmp_path / "codes.faiss").write_bytes(codes)
        with pytest.raises(ValueError, match="3000 codes for 2999 vectors"):
            open_dense(tmp_path)
    assert open_dense(tmp_path).search(vectors[0], 1, select(np.ones(SIZE - 1, dtype=bool))).rows.tolist() == [0]
