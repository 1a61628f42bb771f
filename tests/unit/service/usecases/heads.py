"""A classifier of a few lines, for tests of what is handed to a classifier."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.domain.types import Judgement, Scored
from service.learn.judge import Need, Seen, Telling


@dataclass(frozen=True)
class WordHead:
    """Gives a request the label whose words it holds most of, and keeps what it was asked."""

    words: dict[str, frozenset[str]]  #: label -> words that speak for it
    encoder: str = ""
    needs: frozenset[Need] = frozenset()
    asked: list[Seen] = field(default_factory=list)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted(self.words))

    def judge(self, seen: Seen) -> Judgement:
        self.asked.append(seen)
        said = seen.text.lower().split()
        counts = {label: 1e-3 + sum(word in self.words[label] for word in said) for label in self.labels}
        whole = sum(counts.values())
        scores = sorted((Scored(label, count / whole) for label, count in counts.items()), key=lambda s: -s.probability)
        best, rest = scores[0], scores[1]
        margin = best.probability - rest.probability
        return Judgement(tuple(scores), best.probability, margin, 1.0, True, chosen=(best.label,))

    def telling(self, seen: Seen, label: str, most: int = 8) -> tuple[Telling, ...]:
        spoke = [word for word in seen.text.lower().split() if word in self.words[label]]
        return tuple(Telling(word, 1.0) for word in spoke[:most])
