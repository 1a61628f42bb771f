"""A request's text as people see it, with what the rules oblige to redact blotted out."""

from __future__ import annotations

from collections.abc import Collection

from rules import pii
from rules.normalize import normalize


def masked(text: str, kinds: Collection[str] | None) -> str:
    """The text without its personal data of these kinds (as rules name them; None: of every kind); length and places
    stay the same."""
    wanted = None if kinds is None else {f"{pii.PREFIX}{kind}" for kind in kinds}
    if wanted is not None and not wanted:
        return text
    shown = list(text)
    for span in pii.find(normalize(text)):
        if wanted is None or span.source in wanted:
            shown[span.start : span.end] = ["•" if char.isalnum() else char for char in shown[span.start : span.end]]
    return "".join(shown)
