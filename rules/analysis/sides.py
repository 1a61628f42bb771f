"""Two versions of the rules side by side, and who in them names what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from rules.analysis.clauses import named
from rules.analysis.formulas import Reader
from rules.analysis.names import Names
from rules.model import Exemption, Pack, Rule
from rules.schema import AttributeSchema

Written: TypeAlias = Rule | Exemption


@dataclass(frozen=True, slots=True)
class Sides:
    """The packs before and after a change, by id."""

    old: Mapping[str, Pack]
    new: Mapping[str, Pack]
    schema: AttributeSchema  #: what packs of either side say of attributes; conditions on others stay unread

    def reader(self, pack: str, *, lists: Mapping[str, frozenset[str]] | None = None) -> Reader:
        """Reads conditions with lists as they are now, and as they were where they are gone; or with the given ones."""
        if lists is None:
            lists = {}
            for side in (self.old, self.new):
                lists = {**lists, **(side[pack].lists if pack in side else {})}
        return Reader(pack, lists, self.schema)

    def users(self, pack: str) -> list[tuple[Written, Names]]:
        """The rules and exemptions of a pack as it is now, or was before it went, with the names each asks."""
        found = self.new.get(pack) or self.old[pack]
        everything: list[Written] = [*found.rules, *found.exemptions]
        return [(written, named(written.when)) for written in everything]


def sides(old: Sequence[Pack], new: Sequence[Pack]) -> Sides:
    """Put two versions side by side."""
    known = {attribute.name: attribute for pack in (*old, *new) for attribute in pack.attributes}
    # A workflow has to declare the same types, but may allow other values.
    schema = AttributeSchema(tuple(replace(attribute, values=()) for attribute in known.values()))
    return Sides({pack.id: pack for pack in old}, {pack.id: pack for pack in new}, schema)
