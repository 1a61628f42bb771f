"""The original of a compiled encoder: a sentence-transformers model, read with torch. Only compiling imports this."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import seal
from index.errors import CompileRefused, WeightsMissing
from index.model import Vectors

INSTALL = "Install what compiling needs: pip install 'signoff[models]'"

_POOLINGS = ("mean", "cls")

#: Added to the attention scores of padding: far below any real score, and finite in every precision.
_MASKED = -10000.0

_SIMPLER = "Choose a model of transformer + mean or first-token pooling (+ normalisation)."


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded model of the shape that can be compiled: transformer, pooling, perhaps normalisation."""

    name: str
    sha256: str  #: of the weights; of the parameters' bytes when the model came from no single file
    dim: int
    max_tokens: int
    pooling: str
    tokenizer_json: str
    model: Any  #: sentence_transformers.SentenceTransformer

    @property
    def transformer(self) -> Any:
        """The Hugging Face model inside."""
        return self.model[0].auto_model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The original's own vectors, brought to unit length: shape (len(texts), dim)."""
        vectors = self.model.encode(
            list(texts), batch_size=8, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def export(self, path: Path) -> None:
        """Write the ONNX graph: token ids and attention mask in (int64, batch × tokens), unit vectors out."""
        import torch

        graph = _graph(self.transformer, self.pooling)
        # Two rows of unlike length, so that nothing about the sample is taken for a constant.
        ids = torch.tensor([[5, 6, 7, 8, 9], [5, 6, 7, 0, 0]])
        mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
        axes = {0: "batch", 1: "tokens"}
        try:
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the tracing exporter is the one the explicit mask is proved with
                torch.onnx.export(
                    graph,
                    (ids, mask),
                    str(path),
                    input_names=["input_ids", "attention_mask"],
                    output_names=["vector"],
                    dynamic_axes={"input_ids": axes, "attention_mask": axes, "vector": {0: "batch"}},
                    opset_version=17,
                    dynamo=False,
                )
        except (RuntimeError, ValueError, TypeError, torch.onnx.errors.OnnxExporterError) as error:
            reason = f"its transformer cannot be exported ({type(error).__name__}: {error})"
            raise CompileRefused(self.name, reason, _SIMPLER) from error


def load_source(source: Path | str) -> Source:
    """Load a model with torch, on the CPU, from this machine only; raises WeightsMissing or CompileRefused."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise WeightsMissing("sentence-transformers", "the package is missing", INSTALL) from error
    from transformers.utils import logging

    quieten: Any = logging.disable_progress_bar
    quieten()  # the caller shows its own
    name = str(source)
    try:
        model: Any = SentenceTransformer(name, device="cpu", model_kwargs={"attn_implementation": "eager"})
    except (OSError, ValueError) as error:
        remedy = "Name the folder of a sentence-transformers model; nothing is downloaded."
        raise WeightsMissing(name, f"no model can be loaded ({error})", remedy) from error
    model.eval()
    kinds = [type(module).__name__ for module in model]
    if kinds[:2] != ["Transformer", "Pooling"] or any(kind != "Normalize" for kind in kinds[2:]):
        raise CompileRefused(name, f"it is made of {', '.join(kinds)}", _SIMPLER)
    if model.default_prompt_name is not None:
        raise CompileRefused(name, "it puts a prompt before each text by default", _SIMPLER)
    pooling = str(getattr(model[1], "pooling_mode", None) or model[1].get_pooling_mode_str())
    if pooling not in _POOLINGS:
        raise CompileRefused(name, f"its pooling is {pooling}, not one of {', '.join(_POOLINGS)}", _SIMPLER)
    return Source(
        name=_short_name(Path(name)),
        sha256=_weights_sha256(name, model),
        dim=_dimension(model),
        max_tokens=int(model.max_seq_length),
        pooling=pooling,
        tokenizer_json=model.tokenizer.backend_tokenizer.to_str(),
        model=model,
    )


def _short_name(path: Path) -> str:
    """The last telling part of a path: packages often keep their weights in a folder called `model`."""
    return path.parent.name if path.name == "model" and path.parent.name else path.name


def _dimension(model: Any) -> int:
    """The vectors' dimension, under the name it has in this version of sentence-transformers."""
    ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return int(ask())


def _weights_sha256(name: str, model: Any) -> str:
    weights = Path(name) / "model.safetensors"
    if weights.is_file():
        return seal.file_sha256(weights)
    digest = hashlib.sha256()
    for key, parameter in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(parameter.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _graph(transformer: Any, pooling: str) -> Any:
    import torch

    class Graph(torch.nn.Module):
        """Transformer, pooling and normalisation in one graph, the attention mask made additive by hand.

        Left to trace the library's own mask code, the exporter gives wrong vectors without an error.
        """

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            seen = attention_mask.to(torch.float32)
            additive = (1.0 - seen)[:, None, None, :] * _MASKED
            states = self.transformer(input_ids=input_ids, attention_mask=additive).last_hidden_state
            if pooling == "cls":
                pooled = states[:, 0]
            else:
                weights = seen[:, :, None]
                pooled = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, dim=1)

    return Graph().eval()
