"""A transformer while its weights are tuned: what of it is learned, the vectors it gives meanwhile, what is kept.

Word embeddings stay as they are, so that words nobody taught keep their place. `last` learns the uppermost layers
alone, `lora` a low-rank change of the attention's queries and values (Hu et al., "LoRA: Low-rank adaptation of large
language models", 2021), which becomes part of the weights when they are saved. Needs the models extra.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.columns import Rows
from index.errors import TuningRefused
from index.model import Vectors
from index.source import Source
from index.tuning.lower import Lower

Part = Literal["full", "last", "lora"]

_QUERIES_AND_VALUES = frozenset({"query", "value", "q_proj", "v_proj", "q_lin", "v_lin"})
_AT_ONCE = 64  # texts encoded at a time where nothing is learned
_TRIAL = ("where is my card", "I was charged twice for the same purchase and want the money back", "no")


class Network:
    """The model inside a source, its weights learned or held."""

    def __init__(self, source: Source, part: Part, *, rank: int = 8, layers: int = 2, tokens: int = 128) -> None:
        """`rank` of a LoRA change, `layers` that are learned of `last`, `tokens` of a text that are read.

        Raises TuningRefused when this transformer has nothing of that kind.
        """
        self._source = source
        self._transformer = source.transformer
        self._most = min(tokens, source.max_tokens)
        self._stack = _stack(self._transformer)
        for parameter in self._transformer.parameters():
            parameter.requires_grad = False
        if part == "lora":
            self.learned = _low_rank(self._transformer, source.name, rank)
        else:
            self.learned = self._opened(layers if part == "last" else None)
        self._lively = self._upper(layers) if part == "last" else [self._transformer]
        self._lower = self._below(layers) if part == "last" else None

    def train(self) -> None:
        """What is learned drops units at random from here on; what is held answers as it always does."""
        self._transformer.eval()
        for module in self._lively:
            module.train()

    def eval(self) -> None:
        """Nothing is dropped from here on."""
        self._transformer.eval()

    def encode(self, texts: Sequence[str]) -> Any:
        """Vectors of unit length as a tensor, as the compiled graph makes them: shape (len(texts), dim)."""
        import torch

        ids, mask = self._tokens(texts)
        if self._lower is None:
            states = self._transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        else:
            states = self._lower.states(ids, mask)
        if self._source.pooling == "cls":
            pooled = states[:, 0]
        else:
            weights = mask[:, :, None].to(states.dtype)
            pooled = (states * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(pooled, dim=1)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors as the weights stand, nothing dropped: shape (len(texts), dim)."""
        import torch

        self.eval()
        order = np.argsort(self.lengths(texts), kind="stable")
        found: Vectors = np.empty((len(texts), self._source.dim), dtype=np.float32)
        with torch.no_grad():
            for start in range(0, len(order), _AT_ONCE):
                places = order[start : start + _AT_ONCE]
                found[places] = self.encode([texts[place] for place in places.tolist()]).numpy()
        return found

    def lengths(self, texts: Sequence[str]) -> Rows:
        """Tokens of each text that are read."""
        tokens = self._source.model.tokenizer(list(texts), truncation=True, max_length=self._most)["input_ids"]
        return np.array([len(ids) for ids in tokens], dtype=np.int64)

    def rates(self, top: float, decay: float) -> Iterator[dict[str, Any]]:
        """What is learned, in groups for an optimiser: the top layer at the rate `top`, each below at `decay` of it.

        Lower layers know what words mean anywhere and should move less (Howard and Ruder, 2018).
        """
        groups: dict[int, list[Any]] = {}
        for name, parameter in self.learned.items():
            groups.setdefault(self._depth(name), []).append(parameter)
        for depth, parameters in sorted(groups.items()):
            yield {"params": parameters, "lr": top * decay**depth}

    def weights(self) -> dict[str, Any]:
        """A copy of what is learned."""
        return {name: weight.detach().clone() for name, weight in self.learned.items()}

    def load(self, weights: Mapping[str, Any]) -> None:
        """Put back what `weights` copied."""
        import torch

        with torch.no_grad():
            for name, weight in self.learned.items():
                weight.copy_(weights[name])

    def save(self, target: Path) -> None:
        """Write the model as a sentence-transformers folder; LoRA changes become part of it."""
        from torch.nn.utils import parametrize

        for module in self._transformer.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
        self._source.model.save_pretrained(str(target), create_model_card=False)

    def _opened(self, layers: int | None) -> dict[str, Any]:
        """All parameters but the word embeddings, or those of the uppermost layers."""
        if layers is not None and not (self._stack and 1 <= layers <= self._stack[1]):
            have = f"{self._stack[1]} layers" if self._stack else "no layers that can be told apart"
            raise TuningRefused(
                self._source.name, f"{layers} layers are to be learned, it has {have}", "Tune it whole."
            )
        held = {id(parameter) for parameter in self._transformer.get_input_embeddings().parameters()}
        learned = {
            name: parameter
            for name, parameter in self._transformer.named_parameters()
            if id(parameter) not in held and (layers is None or self._depth(name) < layers)
        }
        for parameter in learned.values():
            parameter.requires_grad = True
        return learned

    def _upper(self, layers: int) -> list[Any]:
        assert self._stack is not None, "refused before"
        path, among = self._stack
        return [self._transformer.get_submodule(f"{path}.{place}") for place in range(among - layers, among)]

    def _below(self, layers: int) -> Lower | None:
        """The layers that do not learn, where they can be gone through once for all."""
        assert self._stack is not None, "refused before"
        path, among = self._stack
        if layers == among:
            return None
        self.eval()
        lower = Lower(self._transformer, path, among - layers)
        return lower if lower.agrees(*self._tokens(_TRIAL)) else None

    def _tokens(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Token ids and attention mask, the shorter texts padded: each of shape (len(texts), tokens)."""
        found = self._source.model.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._most, return_tensors="pt"
        )
        return found["input_ids"], found["attention_mask"]

    def _depth(self, name: str) -> int:
        """Layers above a parameter; what lies before the first layer is one deeper than it, what lies after all: 0."""
        if self._stack is None:
            return 0
        path, layers = self._stack
        if name.startswith(f"{path}."):
            return layers - 1 - int(name[len(path) + 1 :].partition(".")[0])
        return layers if name.startswith("embeddings") else 0


def _stack(transformer: Any) -> tuple[str, int] | None:
    """The path of the transformer's layers, and how many they are."""
    import torch

    lists = [(name, len(each)) for name, each in transformer.named_modules() if isinstance(each, torch.nn.ModuleList)]
    return max(lists, key=lambda found: found[1], default=None)


def _low_rank(transformer: Any, name: str, rank: int) -> dict[str, Any]:
    """Low-rank changes beside the attention's queries and values."""
    import torch
    from torch.nn.utils import parametrize

    class LowRank(torch.nn.Module):
        """weight + up · down. `up` begins at nought, so that nothing is changed at first."""

        def __init__(self, rows: int, columns: int) -> None:
            super().__init__()
            self.down = torch.nn.Parameter(torch.randn(rank, columns) / rank)
            self.up = torch.nn.Parameter(torch.zeros(rows, rank))

        def forward(self, weight: Any) -> Any:
            return weight + self.up @ self.down

    learned: dict[str, Any] = {}
    for path, module in list(transformer.named_modules()):
        if isinstance(module, torch.nn.Linear) and path.rpartition(".")[2] in _QUERIES_AND_VALUES:
            change = LowRank(*module.weight.shape)
            parametrize.register_parametrization(module, "weight", change)
            learned |= {f"{path}.{part}": each for part, each in change.named_parameters()}
    if not learned:
        raise TuningRefused(name, "its attention has no queries and values that LoRA knows", "Use the method full.")
    return learned
