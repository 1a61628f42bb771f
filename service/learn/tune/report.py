"""What came of tuning an encoder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from service.learn.tune.lesson import Rows
from service.learn.tune.loop import Look
from service.learn.tune.options import Method


@dataclass(frozen=True, slots=True, eq=False)
class TuneReport:
    """What was learned from, how the held-out examples fared, and where it ended."""

    method: Method
    examples: int
    labels: int
    learned: int  #: parameters, those of the classifier that only teaches left out
    held: Rows  #: places of the examples that nothing was learned from, rising; may be none
    looks: tuple[Look, ...]  #: before anything was learned, then after each epoch; empty where nothing is held out
    epochs: int  #: that were kept
    ended: str  #: why it ended there, in words
    seconds: float

    @property
    def before(self) -> Look | None:
        """The held-out examples by the encoder as it was."""
        return self.looks[0] if self.looks else None

    @property
    def after(self) -> Look | None:
        """The same by what was kept."""
        return min(self.looks, key=lambda each: each.log_loss) if self.looks else None

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in ("examples", "labels", "learned", "epochs", "ended")},
            "method": str(self.method),
            "held": self.held.tolist(),
            "looks": [asdict(each) for each in self.looks],
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True, eq=False)
class TunedEncoder:
    """A sentence-transformers model, not compiled yet."""

    folder: Path
    report: TuneReport
