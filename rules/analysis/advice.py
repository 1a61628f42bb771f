"""One thing about the rules that is allowed but worth a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rules.analysis.search import Found
from rules.model import AttributeValue, Pack


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that shows what is said."""

    attributes: Mapping[str, AttributeValue]
    hits: tuple[str, ...]  #: what has to hit: `pack/matcher`, `pii:<kind>`; nothing else does


@dataclass(frozen=True, slots=True)
class Advice:
    """What was seen, where, and what can be done about it."""

    #: `contradictory`, `always`, `duplicate`, `covered`, `idle_clause`; `expired`, `review_overdue`, `unsigned`,
    #: `silent`, `exemption_expired`, `exemption_ending`; `unused`, `covered_phrases`, `slow_regex`
    kind: str
    pack: str
    rule: str | None  #: the rule or exemption; None for matchers and lists
    file: str
    line: int
    column: int
    says: str
    remedy: str
    other: str | None = None  #: the other rule, where two are compared
    witness: Witness | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.says} ({self.remedy})"


def witness(found: Found) -> Witness:
    return Witness(dict(found.attributes), tuple(sorted(found.hits)))


def manifest(pack: Pack) -> str:
    """The file that matchers and lists are written in."""
    folders = {written.file.rpartition("/")[0] for written in pack.rules}
    return f"{min(folders, default=pack.id)}/pack.yaml"
