"""The loop all methods share: steps downhill, weights averaged towards the end, the best epoch kept. Needs torch.

The rate follows the share that is done, of the steps or of the seconds, whichever is more: a run that has to end early
has come to rest by then, as a longer one would have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.tuning.network import Network
from service.learn.calibrate import fit_temperature, log_loss
from service.learn.tune.lesson import Lesson, Rows
from service.learn.tune.options import TuneOptions

Progress = Callable[[str, int, int], None]  #: what is being done, done so far, total

_DOING = "tuning the encoder"
_WEIGHT_DECAY = 0.01
_STEEPEST = 1.0  # gradients are cut to this length


class Way(Protocol):
    """How examples teach."""

    @property
    def learned(self) -> Mapping[str, Any]:
        """Parameters beside the network's, by name."""

    @property
    def rate(self) -> float:
        """At which these are learned."""

    @property
    def steps(self) -> int:
        """Of one epoch."""

    def batches(self, epoch: int) -> Iterator[Rows]:
        """Places of texts to learn from together, `steps` times."""

    def loss(self, places: Rows) -> Any:
        """A tensor to be made smaller."""

    def logits(self, places: Rows) -> npt.NDArray[np.float32]:
        """What is thought of these texts as the weights stand: shape (len(places), labels)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the examples that are held out fare."""

    epochs: float  #: learned so far
    log_loss: float  #: nats a label set, after temperature where one label is right
    accuracy: float  #: share whose labels are all right
    seconds: float  #: of learning so far


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run came to. The network holds the weights of `kept`."""

    looks: tuple[Look, ...]  #: before anything was learned, then after each epoch; empty where nothing is held out
    kept: int  #: epochs of the weights that are kept; 0: none was better than the weights as they were
    ended: str  #: why it ended there, in words


def learn(network: Network, way: Way, lesson: Lesson, options: TuneOptions, tell: Progress) -> Learned:
    """Learn until there is nothing more to gain, all epochs are done or the time is up."""
    epochs = options.planned(len(lesson.learn))
    run = _Run(network, way, options, epochs)
    watching = len(lesson.held) > 0
    looks = [look(way, lesson, run)] if watching else []
    kept, best = 0, run.copy()
    ended = f"all {epochs} epochs were done"
    for epoch in range(1, epochs + 1):
        for step in run.epoch(epoch - 1):
            tell(_DOING, step, run.total)
        best_so_far = min((each.log_loss for each in looks), default=np.inf)
        with run.averaged():
            if watching:
                looks.append(look(way, lesson, run))
            if not watching or looks[-1].log_loss < best_so_far:
                kept, best = epoch, run.copy()
        if run.share >= 1 and epoch < epochs:
            ended = f"the budget of {options.budget_seconds:.0f} s was spent"
            break
        if epoch - kept >= options.patience:
            ended = f"{options.patience} epochs brought nothing better"
            break
    tell(_DOING, run.total, run.total)
    run.load(best)
    return Learned(tuple(looks), kept, ended)


def look(way: Way, lesson: Lesson, run: _Run) -> Look:
    """The held-out examples as the weights stand."""
    logits, targets = way.logits(lesson.held), lesson.targets[lesson.held]
    if lesson.several:
        lost = float(np.mean((np.logaddexp(0, logits) - targets * logits).sum(axis=1)))
        right = ((logits > 0) == (targets > 0)).all(axis=1)
    else:
        firsts = targets.argmax(axis=1)
        lost = log_loss(logits, firsts, fit_temperature(logits, firsts))
        right = logits.argmax(axis=1) == firsts
    return Look(run.done / way.steps, lost, float(right.mean()), run.seconds)


class _Run:
    """Parameters on their way down."""

    def __init__(self, network: Network, way: Way, options: TuneOptions, epochs: int) -> None:
        import torch

        self._network, self._way, self._options = network, way, options
        self._learned = {**network.learned, **way.learned}
        groups = list(network.rates(options.top_rate, options.decay))
        if way.learned:
            groups.append({"params": list(way.learned.values()), "lr": way.rate})
        self._optimiser = torch.optim.AdamW(groups, weight_decay=_WEIGHT_DECAY)
        self._tops = [group["lr"] for group in self._optimiser.param_groups]
        self._mean: dict[str, Any] | None = None
        self._meant = 0
        self._since = time.monotonic()
        self.done = 0
        self.total = epochs * way.steps

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since

    @property
    def share(self) -> float:
        """Done, of the steps or of the time: 0 to 1."""
        budget = self._options.budget_seconds
        return max(self.done / self.total, 0.0 if budget is None else min(1.0, self.seconds / budget))

    def epoch(self, number: int) -> Iterator[int]:
        """One pass, or what the time allows of it; steps done after each."""
        import torch

        torch.manual_seed(self._options.seed * 1000 + number)
        self._network.train()
        for places in self._way.batches(number):
            if self.share >= 1:
                return
            self._step(places)
            yield self.done

    def _step(self, places: Rows) -> None:
        import torch

        share, warm = self.share, self._options.warm
        height = min((share + 1 / self.total) / max(warm, 1 / self.total), (1 - share) / (1 - warm), 1.0)
        for group, top in zip(self._optimiser.param_groups, self._tops, strict=True):
            group["lr"] = top * height
        self._optimiser.zero_grad()
        self._way.loss(places).backward()
        torch.nn.utils.clip_grad_norm_(list(self._learned.values()), _STEEPEST)
        self._optimiser.step()
        self.done += 1
        if self.share > 1 - self._options.average:
            self._add()

    def _add(self) -> None:
        """Take the weights as they stand into the mean."""
        import torch

        self._meant += 1
        if self._mean is None:
            self._mean = self.copy()
            return
        with torch.no_grad():
            for name, weight in self._learned.items():
                self._mean[name].lerp_(weight, 1 / self._meant)

    def copy(self) -> dict[str, Any]:
        return {name: weight.detach().clone() for name, weight in self._learned.items()}

    def load(self, weights: Mapping[str, Any]) -> None:
        import torch

        with torch.no_grad():
            for name, weight in self._learned.items():
                weight.copy_(weights[name])

    def averaged(self) -> _Averaged:
        """While it is open, the weights are their mean, once there is one."""
        return _Averaged(self, self._mean)


class _Averaged:
    def __init__(self, run: _Run, mean: Mapping[str, Any] | None) -> None:
        self._run, self._mean = run, mean
        self._own: Mapping[str, Any] = {}

    def __enter__(self) -> None:
        if self._mean is not None:
            self._own = self._run.copy()
            self._run.load(self._mean)

    def __exit__(self, *_: object) -> None:
        if self._mean is not None:
            self._run.load(self._own)
