"""The graph built by hand, against the library's own forward pass on small transformers with random weights."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from index.bert import Bert, read_bert
from index.calibrate import find_reach, watched
from index.encoder import new_session
from index.graph import Exact, Integers, Products, build_graph, save_graph
from index.model import Vectors

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

SIZES: dict[str, Any] = {
    "vocab_size": 60,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 40,
    "attn_implementation": "eager",
}


def small(kind: str, **changes: Any) -> Any:
    """A transformer with weights large enough that every part of it matters."""
    torch.manual_seed(7)
    config = getattr(transformers, f"{kind}Config")(**(SIZES | changes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(transformers, f"{kind}Model")(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def ids(texts: int, tokens: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(texts * tokens).integers(5, 60, (texts, tokens))


def expected(model: Any, tokens: npt.NDArray[np.int64], pooling: str) -> Vectors:
    """What the library computes, pooled and brought to unit length."""
    with torch.no_grad():
        states = model(input_ids=torch.tensor(tokens)).last_hidden_state.numpy()
    pooled = states[:, 0] if pooling == "cls" else states.mean(axis=1)
    vectors: Vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors


def session(bert: Bert, pooling: str, products: Products, folder: Path) -> onnxruntime.InferenceSession:
    folder.mkdir()
    save_graph(build_graph(bert, pooling, products), folder / "model.onnx", "weights.bin")
    return new_session(folder / "model.onnx", 1)


def read(model: Any) -> Bert:
    bert = read_bert(model)
    assert bert is not None
    return bert


@pytest.mark.parametrize("kind", ["Bert", "Roberta", "XLMRoberta"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_exact_graph_computes_what_the_library_does(kind: str, pooling: str, tmp_path: Path) -> None:
    """One text or several of a length, short or as long as there are positions: the same vectors."""
    model = small(kind)
    made = session(read(model), pooling, Exact(), tmp_path / "exact")
    longest = 40 - (2 if kind != "Bert" else 0)  # these count positions from the padding token on
    for texts, tokens in ((1, 1), (1, 9), (5, 9), (2, longest)):
        found = made.run(None, {"input_ids": ids(texts, tokens)})[0]
        np.testing.assert_allclose(found, expected(model, ids(texts, tokens), pooling), atol=2e-5)


def test_the_graph_of_integers_is_close_and_minds_no_neighbours(tmp_path: Path) -> None:
    """With scales found on other texts, vectors stay near the library's, and the batch changes only last digits."""
    model = small("Bert")
    bert = read(model)
    sites = list(watched(bert))
    seen = session(bert, "mean", Exact(watch=True), tmp_path / "watched")
    heard: list[tuple[int, int]] = []
    reach = find_reach(seen, sites, [ids(1, tokens) for tokens in range(3, 40)], lambda *step: heard.append(step))
    assert heard[-1] == (37, 37)
    assert set(reach) == {(layer, place) for layer in range(2) for place in ("attend", "mix", "up")}
    made = session(bert, "mean", Integers(reach), tmp_path / "integers")
    tokens = ids(8, 12)
    together = made.run(None, {"input_ids": tokens})[0]
    assert float(np.sum(together * expected(model, tokens, "mean"), axis=1).min()) > 0.98
    alone = np.concatenate([made.run(None, {"input_ids": row[None]})[0] for row in tokens])
    assert float(np.sum(together * alone, axis=1).min()) >= 0.99999


@pytest.mark.parametrize(
    "kind, changes",
    [("Bert", {"hidden_act": "relu"}), ("Bert", {"is_decoder": True}), ("Electra", {"embedding_size": 32})],
)
def test_other_transformers_are_not_taken_for_known_ones(kind: str, changes: dict[str, Any]) -> None:
    """Another activation, a decoder, or another class: there is no graph for it here."""
    assert read_bert(small(kind, **changes)) is None


def test_weights_lie_beside_the_graph_for_all_to_read(tmp_path: Path) -> None:
    """The weights are a file of their own, which workers map and share, whoever runs them."""
    session(read(small("Bert")), "mean", Exact(), tmp_path / "made")
    assert (tmp_path / "made" / "weights.bin").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "made" / "model.onnx").stat().st_size < 40_000
