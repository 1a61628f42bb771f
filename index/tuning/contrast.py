"""Tune an encoder's weights: a question nearer to the passage that answers it than to others. Needs the models extra.

The loss is the multiple negatives ranking loss (Henderson et al., "Efficient natural language response suggestion for
Smart Reply", 2017): the softmax cross-entropy of a question's passage among all passages of the batch, those that a
search mistook for the answer included. What of the weights is learned is told in `network`.

After each epoch the state is written, so that an interrupted run goes on where it stopped; what is kept is the epoch
that ranks the watched examples best.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.encoder import cores
from index.errors import TuningRefused
from index.source import load_source
from index.tuning.network import Network

Progress = Callable[[str, int, int], None]  #: what is being done, done so far, total
Method = Literal["full", "lora"]

_STATE = "state.pt"
_RATES: dict[Method, float] = {"full": 3e-5, "lora": 5e-4}
_LEAST_GAIN = 1e-4  # of the mean reciprocal rank: less is no other ranking


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as the encoder reads it, and the document it is of."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the passage that answers it, and passages that were mistaken for it."""

    question: str
    answer: Text
    mistaken: tuple[Text, ...]
    right: frozenset[str]  #: documents that answer it: none of their passages is held against the answer


@dataclass(frozen=True, slots=True)
class ContrastOptions:
    """How weights are tuned. The defaults suit a few hundred to a few thousand examples on two cores."""

    method: Method = "full"
    epochs: int = 3  #: at most
    batch: int = 16
    tokens: int = 128  #: of a passage that are read while learning: its time grows with them
    temperature: float = 0.05
    warm: float = 0.1  #: share of the steps in which the rate rises
    rank: int = 8  #: of a LoRA change
    seed: int = 0
    threads: int | None = None  #: None: one a core


@dataclass(frozen=True, slots=True)
class TunedWeights:
    """What came out: mean reciprocal rank of the watched examples' answers among all watched passages, 0 to 1."""

    epochs: int  #: that were kept
    before: float
    after: float


def tune_weights(
    source: Path | str,
    target: Path,
    learn: Sequence[Example],
    watch: Sequence[Example],
    work: Path,
    *,
    options: ContrastOptions,
    progress: Progress = lambda _what, _done, _total: None,
) -> TunedWeights:
    """Tune the sentence-transformers model `source` and write it to the folder `target`, as another such model.

    `work` is a folder of this very task: the state in it is taken up. Raises WeightsMissing without the models extra,
    TuningRefused when no epoch ranks the watched examples better than the weights as they were.
    """
    model = load_source(source)
    import torch

    torch.set_num_threads(options.threads or cores())
    torch.manual_seed(options.seed)
    network = Network(model, options.method, rank=options.rank, tokens=options.tokens)
    run = _Run(network, learn, watch, options)
    state = work / _STATE
    work.mkdir(parents=True, exist_ok=True)
    if state.is_file():
        run.restore(torch.load(state, weights_only=True))
    total = options.epochs * run.batches
    while run.epoch < options.epochs:
        done = run.epoch * run.batches
        for step in run.learn_epoch():
            progress("tuning the encoder", done + step, total)
        _write(state, run.state())
    progress("tuning the encoder", total, total)
    if run.kept == 0:
        why = f"no epoch ranked the {len(watch)} questions that were held out better than the encoder does as it is"
        raise TuningRefused(model.name, why, "Give more pairs, or try --method adapter, which needs fewer.")
    run.save(target)
    return TunedWeights(run.kept, run.before, run.best)


class _Run:
    """A run of training: the model with what is learned of it, and where it stands."""

    def __init__(
        self, network: Network, learn: Sequence[Example], watch: Sequence[Example], options: ContrastOptions
    ) -> None:
        import torch

        self._network = network
        self._examples = (list(learn), list(watch))
        self._options = options
        rate = _RATES[options.method]
        self._optimiser = torch.optim.AdamW(network.learned.values(), lr=rate, weight_decay=0.01)
        self.batches = -(-len(learn) // options.batch)
        steps = options.epochs * self.batches
        warm = max(1, round(options.warm * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
        )
        self.epoch = self.kept = 0
        self.before = self.best = self._rank()
        self._best_weights = network.weights()

    def learn_epoch(self) -> Iterator[int]:
        """One pass over what is to be learned; the number of each batch when it is done."""
        import torch

        examples, options = self._examples[0], self._options
        order = np.random.default_rng((options.seed, self.epoch)).permutation(len(examples))
        torch.manual_seed(options.seed + self.epoch)  # of dropout: the same whether or not the run was taken up again
        for number, places in enumerate(np.array_split(order, self.batches), 1):
            self._network.train()
            self._optimiser.zero_grad()
            self._loss([examples[place] for place in places.tolist()]).backward()
            torch.nn.utils.clip_grad_norm_(list(self._network.learned.values()), 1.0)
            self._optimiser.step()
            self._schedule.step()
            yield number
        self.epoch += 1
        found = self._rank()
        if found > self.best + _LEAST_GAIN:
            self.best, self.kept, self._best_weights = found, self.epoch, self._network.weights()

    def state(self) -> dict[str, Any]:
        """Everything a later process needs to go on."""
        return {
            "epoch": self.epoch,
            "kept": self.kept,
            "best": self.best,
            "weights": self._network.weights(),
            "best_weights": self._best_weights,
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.last_epoch,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.epoch, self.kept, self.best = state["epoch"], state["kept"], state["best"]
        self._best_weights = state["best_weights"]
        self._network.load(state["weights"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.last_epoch = state["schedule"]

    def save(self, target: Path) -> None:
        """The best weights as a sentence-transformers model."""
        self._network.load(self._best_weights)
        self._network.save(target)

    def _loss(self, examples: Sequence[Example]) -> Any:
        import torch

        texts = _texts(examples)
        places = {text: place for place, text in enumerate(texts)}
        questions = self._network.encode([each.question for each in examples])
        passages = self._network.encode([text.text for text in texts])
        scores = questions @ passages.T / self._options.temperature
        answers = torch.tensor([places[each.answer] for each in examples])
        also_right = torch.tensor([[text.document in each.right for text in texts] for each in examples])
        also_right[torch.arange(len(examples)), answers] = False
        return torch.nn.functional.cross_entropy(scores.masked_fill(also_right, float("-inf")), answers)

    def _rank(self) -> float:
        """Mean reciprocal rank of the answers to the watched examples among all their passages."""
        examples = self._examples[1]
        texts = _texts(examples)
        passages = self._network.vectors([text.text for text in texts])
        scores = self._network.vectors([each.question for each in examples]) @ passages.T
        total = 0.0
        for row, each in zip(scores, examples, strict=True):
            right = np.array([text.document in each.right for text in texts])
            total += 1 / (1 + int((row[~right] > row[right].max()).sum()))
        return total / len(examples)


def _texts(examples: Sequence[Example]) -> list[Text]:
    """All passages of the examples, each once."""
    return list(dict.fromkeys(text for each in examples for text in (each.answer, *each.mistaken)))


def _write(path: Path, state: dict[str, Any]) -> None:
    import torch

    draft = path.with_suffix(f".{os.getpid()}")
    torch.save(state, draft)
    draft.replace(path)
