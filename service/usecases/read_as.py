"""What encoders and models are given of a request: its words, without anybody's personal data.

So no model learns a card number, and no vector holds one. The same in training, certifying and deciding: what a head
was not shown then, it is not shown now.
"""

from __future__ import annotations

from rules import pii
from rules.normalize import Text, normalize
from service.usecases.masked import masked


def read_as(text: Text) -> str:
    """The clean text with personal data of every kind that is known blotted out, letter by letter."""
    return normalize(masked(text.raw, None)).clean if pii.find(text) else text.clean


def read_text(text: str) -> str:
    """The same of a text that is not normalised yet."""
    return read_as(normalize(text))
