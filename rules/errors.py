"""What is wrong with rule files: every problem with its place, its reason and its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 1_000  #: characters of a message or remedy: what a file says may be quoted in it, however long


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong at one place."""

    file: str
    line: int  #: 1-based
    column: int  #: 1-based, in characters
    message: str
    remedy: str

    def __post_init__(self) -> None:
        for name in ("message", "remedy"):
            words = getattr(self, name)
            if len(words) > _LONGEST:
                object.__setattr__(self, name, f"{words[:_LONGEST]}…")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} ({self.remedy})"


class RuleErrors(Exception):
    """A set of rule files was refused. Holds all problems that were found, in the order of their places."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str], what: str) -> str:
    """A remedy for an unknown name: the nearest known one if there is one, else all of them."""
    choices = sorted(known)
    near = get_close_matches(word[:100], choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if not choices:
        return f"there are no {what}"
    shown = ", ".join(f"`{choice}`" for choice in choices[:20])
    return f"{what}: {shown}{', …' if len(choices) > 20 else ''}"
