"""The weights of a BERT-like transformer as plain arrays, read out of torch without importing it.

Where the architecture is known its graph is built by hand (`graph`), which is what makes it fast; whatever is misread
here would show in the certificate, which compares vectors with the original's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

#: Class of the transformer -> whether its positions are counted from the padding token's id on, as RoBERTa's are.
_KNOWN = {"BertModel": False, "RobertaModel": True, "XLMRobertaModel": True, "CamembertModel": True}


@dataclass(frozen=True, slots=True)
class Linear:
    """x @ weight + bias."""

    weight: Array  #: shape (inputs, outputs)
    bias: Array | None  #: shape (outputs,)


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation."""

    gain: Array
    shift: Array


@dataclass(frozen=True, slots=True)
class Layer:
    """Attention and feed-forward, each added to its input and normalised."""

    query: Linear
    key: Linear
    value: Linear
    output: Linear
    after_attention: Norm
    up: Linear
    down: Linear
    after_feed_forward: Norm


@dataclass(frozen=True, slots=True)
class Bert:
    """Post-norm transformer with learned positions, full attention and GELU."""

    words: Array  #: shape (vocabulary, width)
    positions: Array  #: shape (longest text, width), the type of a first sentence added
    norm: Norm
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float


def read_bert(transformer: Any) -> Bert | None:
    """The weights of a Hugging Face transformer, or None when it is not of a kind known here."""
    counted_from_padding = _KNOWN.get(type(transformer).__name__)
    config = transformer.config
    plain = (
        getattr(config, "hidden_act", None) == "gelu"
        and (getattr(config, "position_embedding_type", None) or "absolute") == "absolute"
        and not getattr(config, "is_decoder", False)
    )
    if counted_from_padding is None or not plain:
        return None
    embeddings = transformer.embeddings
    positions = _array(embeddings.position_embeddings.weight)
    if counted_from_padding:
        positions = positions[config.pad_token_id + 1 :]
    return Bert(
        words=_array(embeddings.word_embeddings.weight),
        positions=positions + _array(embeddings.token_type_embeddings.weight)[0],
        norm=_norm(embeddings.LayerNorm),
        layers=tuple(_layer(layer) for layer in transformer.encoder.layer),
        heads=int(config.num_attention_heads),
        epsilon=float(config.layer_norm_eps),
    )


def _layer(layer: Any) -> Layer:
    attention = layer.attention
    query, key, value, output = (
        _linear(part)
        for part in (attention.self.query, attention.self.key, attention.self.value, attention.output.dense)
    )
    return Layer(
        query=query,
        # The same number added to all scores of a query leaves its softmax as it is: the key's bias says nothing.
        key=Linear(key.weight, None),
        # Attention weights sum to one, so that the value's bias may as well be added after the output's product.
        value=Linear(value.weight, None),
        output=Linear(output.weight, _bias(output) + _bias(value) @ output.weight),
        after_attention=_norm(attention.output.LayerNorm),
        up=_linear(layer.intermediate.dense),
        down=_linear(layer.output.dense),
        after_feed_forward=_norm(layer.output.LayerNorm),
    )


def _linear(module: Any) -> Linear:
    return Linear(np.ascontiguousarray(_array(module.weight).T), _array(module.bias))


def _bias(linear: Linear) -> Array:
    return np.zeros(linear.weight.shape[1], np.float32) if linear.bias is None else linear.bias


def _norm(module: Any) -> Norm:
    return Norm(_array(module.weight), _array(module.bias))


def _array(parameter: Any) -> Array:
    values: Array = parameter.detach().cpu().numpy().astype(np.float32)
    return values
