"""What single keys do, and which ones somebody has set otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a key does."""

    name: str
    key: str  #: the one that it comes with
    words: str


#: In the order in which they are told. Digits, Enter, Escape and ? do what they do for everybody.
DEEDS = (
    Deed("claim", "c", "Claim the next case, or this one"),
    Deed("allow", "a", "Outcome: allow"),
    Deed("block", "b", "Outcome: block"),
    Deed("filter", "/", "Filter the labels"),
    Deed("define", "d", "Show or hide all definitions"),
    Deed("note", "n", "Write a note"),
    Deed("skip", "s", "Skip the case: it does not come back to me"),
    Deed("hold", "h", "Put the case on hold"),
    Deed("escalate", "e", "Escalate the case"),
    Deed("assign", "g", "Hand the case over"),
    Deed("ask", "q", "Ask the requester"),
    Deed("return", "r", "Return the case to its queue"),
    Deed("comment", "m", "Write a comment"),
    Deed("undo", "u", "Take the last decision back"),
    Deed("reveal", "v", "Show what is blotted out; it goes on record"),
    Deed("why", "w", "Say why the classifier gives it this label"),
    Deed("next", "j", "Next row"),
    Deed("previous", "k", "Previous row"),
)


def keys(kept: Mapping[str, str] | None) -> dict[str, str]:
    """The key of each deed by its name, as somebody has set them."""
    return {deed.name: (kept or {}).get(deed.name, deed.key) for deed in DEEDS}
