"""The layers that are held while those above them learn: what they say of a text is computed once and kept.

They answer the same in every epoch, and half of the work is theirs. Not every transformer can be entered half-way, so
it is tried on a few texts, and where the vectors come out otherwise nothing is kept. Needs the models extra.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_MOST_BYTES = 2 * 2**30  # of what is kept, in memory
_ALIKE = 1e-4  # how far values of two ways to the same vectors may lie apart


class _Arrived(Exception):
    """At the first layer that learns: no need to go on."""

    def __init__(self, states: Any) -> None:
        super().__init__()
        self.states = states


class Lower:
    """States below the first layer that learns, by text."""

    def __init__(self, transformer: Any, path: str, held: int) -> None:
        """`path` of the transformer's layers, of which the first `held` do not learn."""
        self._transformer = transformer
        owner, _, self._name = path.rpartition(".")
        self._owner = transformer.get_submodule(owner) if owner else transformer
        self._layers = getattr(self._owner, self._name)
        self._held = held
        self._kept: dict[tuple[int, ...], Any] = {}
        self._bytes = 0

    def states(self, ids: Any, mask: Any) -> Any:
        """The last states of the transformer, by way of what is kept: shape (texts, tokens, dim)."""
        import torch

        lengths = mask.sum(1).tolist()
        rows = [tuple(row[:length]) for row, length in zip(ids.tolist(), lengths, strict=True)]
        missing = [place for place, row in enumerate(rows) if row not in self._kept]
        if missing and self._bytes < _MOST_BYTES:
            self._keep([rows[place] for place in missing], ids[missing], mask[missing])
        if any(row not in self._kept for row in rows):
            return self._transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        below = torch.nn.utils.rnn.pad_sequence([self._kept[row] for row in rows], batch_first=True)
        with self._upper(below):
            return self._transformer(input_ids=ids, attention_mask=mask).last_hidden_state

    def agrees(self, ids: Any, mask: Any) -> bool:
        """Whether the states come out the same by way of what is kept, when nothing is dropped."""
        import torch

        with torch.no_grad():
            whole = self._transformer(input_ids=ids, attention_mask=mask).last_hidden_state
            try:
                parted = self.states(ids, mask)
            except (RuntimeError, TypeError, ValueError, IndexError, KeyError, AttributeError):
                return False
        return whole.shape == parted.shape and bool((whole - parted)[mask.bool()].abs().max() < _ALIKE)

    def _keep(self, rows: Sequence[tuple[int, ...]], ids: Any, mask: Any) -> None:
        import torch

        def arrive(_layer: Any, inputs: tuple[Any, ...]) -> None:
            raise _Arrived(inputs[0])

        hook = self._layers[self._held].register_forward_pre_hook(arrive)
        try:
            with torch.no_grad():
                self._transformer(input_ids=ids, attention_mask=mask)
        except _Arrived as arrived:
            for row, states in zip(rows, arrived.states, strict=True):
                self._kept[row] = states[: len(row)].clone()
                self._bytes += self._kept[row].nbytes
        finally:
            hook.remove()

    @contextmanager
    def _upper(self, below: Any) -> Iterator[None]:
        """While it is open the transformer has its upper layers alone, and these begin with `below`."""
        import torch

        upper = torch.nn.ModuleList(self._layers[self._held :])
        hook = upper[0].register_forward_pre_hook(lambda _layer, inputs: (below, *inputs[1:]))
        setattr(self._owner, self._name, upper)
        try:
            yield
        finally:
            hook.remove()
            setattr(self._owner, self._name, self._layers)
