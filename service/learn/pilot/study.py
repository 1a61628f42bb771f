"""Search for settings: a tree-structured Parzen estimator (Bergstra et al., 2011) within a budget of seconds.

Needs optuna, of the extra `models`. What is tried first is what would be taken without a search, so that a search cut
short is never worse than none. It ends early when further trials stopped helping, and a trial ends early when it does
worse at some step than half of the others did there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Values: TypeAlias = Mapping[str, float]
Step: TypeAlias = Callable[[float], bool]  #: hears the loss so far; false: this trial is not worth going on with
Loss: TypeAlias = Callable[[Values, Step], float]  #: loss of a setting by what was held out of learning

_START = 6  # trials at random before the estimator is asked
_LEAST_GAIN = 1e-3  # of the loss, as a share of it


@dataclass(frozen=True, slots=True)
class Range:
    """Values of one setting that may be tried."""

    least: float
    most: float
    first: float  #: tried before any other
    logarithmic: bool = True


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to."""

    values: Values
    loss: float
    first: float  #: loss of what would have been taken without a search
    trials: int
    pruned: int  #: of these, given up early

    @property
    def facts(self) -> dict[str, str]:
        """In words."""
        found = ", ".join(f"{name} {value:.3g}" for name, value in self.values.items())
        given_up = f", {self.pruned} of them given up early" if self.pruned else ""
        return {
            "settings": found,
            "search": f"{self.trials} settings tried{given_up}: log loss {self.first:.4f} → {self.loss:.4f}",
        }


def search(
    space: Mapping[str, Range], loss: Loss, *, seconds: float, most: int = 40, patience: int = 12, seed: int = 0
) -> Searched:
    """The setting of least loss. One is tried whatever the budget; `patience` trials without a gain end it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    until = time.monotonic() + seconds
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_START, multivariate=False),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_START, n_warmup_steps=1),
    )
    study.enqueue_trial({name: each.first for name, each in space.items()})
    best = first = float("inf")
    trials = pruned = idle = 0
    while trials < most and idle < patience and (not trials or time.monotonic() < until):
        trial = study.ask()
        values = {
            name: trial.suggest_float(name, each.least, each.most, log=each.logarithmic) for name, each in space.items()
        }
        steps = 0

        def go_on(so_far: float, trial: optuna.Trial = trial) -> bool:
            nonlocal steps
            trial.report(so_far, steps)
            steps += 1
            return not trial.should_prune()

        found = loss(values, go_on)
        given_up = steps > 0 and trial.should_prune()
        state = optuna.trial.TrialState.PRUNED if given_up else optuna.trial.TrialState.COMPLETE
        study.tell(trial, None if given_up else found, state)
        trials, pruned = trials + 1, pruned + given_up
        first = found if trials == 1 else first
        idle = 0 if not given_up and found < best * (1 - _LEAST_GAIN) else idle + 1
        best = best if given_up else min(best, found)
    return Searched(dict(study.best_params), float(study.best_value), first, trials, pruned)
