"""The layers that are held while others learn. Needs the models extra; on a transformer of three tiny layers."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of torch, about itself
    pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="needs the extra `models`"),
]

_PATH = "encoder.layer"
_HELD = 2


@pytest.fixture(scope="module")
def transformer() -> Any:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(vocab_size=40, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64)
    return BertModel(config).eval()


def _batch() -> tuple[Any, Any]:
    """Three texts of unlike length."""
    import torch

    ids = torch.tensor([[2, 7, 8, 9, 3], [2, 11, 3, 0, 0], [2, 12, 13, 3, 0]])
    return ids, (ids != 0).long()


def test_states_are_the_same_by_way_of_what_is_kept(transformer: Any) -> None:
    """Texts met before, in another order and padded otherwise, come out as if the whole transformer had been asked."""
    import torch

    from index.tuning.lower import Lower

    ids, mask = _batch()
    lower = Lower(transformer, _PATH, _HELD)
    lower.states(ids, mask)
    again, seen = ids[[2, 1], :4], mask[[2, 1], :4]
    with torch.no_grad():
        whole = transformer(input_ids=again, attention_mask=seen).last_hidden_state
        kept = lower.states(again, seen)
    assert torch.allclose(whole[seen.bool()], kept[seen.bool()], atol=1e-5)


def test_held_layers_are_asked_once_a_text(transformer: Any) -> None:
    """The second time only the layers that learn do any work, and the transformer is whole again afterwards."""
    from index.tuning.lower import Lower

    asked: list[int] = []
    hooks = [
        layer.register_forward_hook(lambda *_, number=number: asked.append(number))
        for number, layer in enumerate(transformer.encoder.layer)
    ]
    lower = Lower(transformer, _PATH, _HELD)
    try:
        for _ in range(2):
            lower.states(*_batch())
    finally:
        for hook in hooks:
            hook.remove()
    assert asked == [0, 1, 2, 2]
    assert len(transformer.encoder.layer) == 3


def test_only_upper_layers_get_gradients(transformer: Any) -> None:
    """What is kept does not hold on to how it was computed."""
    from index.tuning.lower import Lower

    transformer.zero_grad()
    Lower(transformer, _PATH, _HELD).states(*_batch()).sum().backward()
    got = {name.split(".")[2] for name, weight in transformer.named_parameters() if weight.grad is not None}
    assert got == {"2"}
    transformer.zero_grad()


def test_a_transformer_that_cannot_be_entered_half_way_is_found_out(transformer: Any) -> None:
    """Where texts are padded on the left what is kept belongs to other tokens: it does not agree, and is not used."""
    from index.tuning.lower import Lower

    assert Lower(transformer, _PATH, _HELD).agrees(*_batch())
    ids, mask = _batch()
    assert not Lower(transformer, _PATH, _HELD).agrees(ids.flip(1), mask.flip(1))
