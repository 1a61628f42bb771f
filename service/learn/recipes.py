"""What a head is to be made of, in words that can be stored and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from service.learn.errors import CannotLearn


class Kind(StrEnum):
    """What decides between labels."""

    JOINED = "joined"  #: the text's vector and its lexical features, in one regression
    VECTOR = "vector"  #: the vector alone, in a regression
    LEXICAL = "lexical"  #: lexical features alone: a model from scratch, without anything pre-trained
    NEAREST = "nearest"  #: the labels of the most similar examples
    PROTOTYPES = "prototypes"  #: the most similar mean of a label's examples


#: Kinds that nothing can be joined to: they compare vectors and weigh nothing.
COMPARING = frozenset({Kind.NEAREST, Kind.PROTOTYPES})


@dataclass(frozen=True, slots=True)
class Recipe:
    """What kind of head, and what joins it. The default is the one to begin with."""

    kind: Kind = Kind.JOINED
    attributes: bool = False  #: the request's typed attributes join
    votes: bool = False  #: how far the documents that were found name each label joins
    several: bool = False  #: a request may have several labels at once, or none
    definitions: bool = True  #: the labels' definitions are weak examples, where that helps on examples held out

    def __post_init__(self) -> None:
        if self.kind in COMPARING and (self.attributes or self.votes):
            raise CannotLearn(
                f"a head of kind {self.kind} compares vectors, attributes and votes cannot join it",
                remedy="take the kind joined or vector, or leave them out",
            )

    @property
    def vectors(self) -> bool:
        """Whether it looks at the text's vector."""
        return self.kind is not Kind.LEXICAL

    @property
    def words(self) -> bool:
        """Whether it looks at the text's words."""
        return self.kind in {Kind.JOINED, Kind.LEXICAL}

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Recipe:
        """The recipe that `to_json` gave, parts that are left out as usual. CannotLearn for what it does not know."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(content) - known):
            raise CannotLearn(f"a recipe has no {unknown[0]!r}", remedy=f"it may say: {', '.join(sorted(known))}")
        flags = {name: value for name, value in content.items() if name != "kind"}
        for name, value in flags.items():
            if not isinstance(value, bool):
                raise CannotLearn(f"{name} of a recipe is true or false, not {value!r}")
        try:
            kind = Kind(content.get("kind", Kind.JOINED))
        except ValueError:
            said = f"there is no head of kind {content['kind']!r}"
            raise CannotLearn(said, remedy=f"one of: {', '.join(Kind)}") from None
        return cls(kind=kind, **flags)
