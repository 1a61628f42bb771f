"""What `workflow.yaml` says of replies: how one begins and ends, and what a language model is told, if one is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rules.errors import did_you_mean
from rules.reading.forms import Form
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from service.domain.reply import PLACES, unknown_places
from service.domain.types import LanguageModelPolicy, ReplyPolicy

REPLIES: Final = ("greeting", "closing", "language_model")
LANGUAGE_MODEL: Final = ("tone", "instructions", "most_words", "reviewed")
TEMPLATE: Final = Form(4_000)
FRAME: Final = Form(500)
TOLD: Final = Form(2_000)
MOST_WORDS: Final = (20, 600)


def read_replies(shape: Shape, node: Node | None) -> ReplyPolicy:
    """How replies are drafted; passages are quoted and no language model is asked unless said otherwise."""
    if node is None:
        return ReplyPolicy()
    keys = shape.mapping(node, "replies", REPLIES)
    return ReplyPolicy(
        greeting=shape.text(keys.get("greeting"), "a greeting", *FRAME),
        closing=shape.text(keys.get("closing"), "a closing", *FRAME),
        language_model=_language_model(shape, keys.get("language_model")),
    )


def _language_model(shape: Shape, node: Node | None) -> LanguageModelPolicy | None:
    if node is None:
        return None
    keys, usual = shape.mapping(node, "language_model", LANGUAGE_MODEL), LanguageModelPolicy()
    reviewed = shape.boolean(keys.get("reviewed"), "reviewed")
    return LanguageModelPolicy(
        tone=shape.text(keys.get("tone"), "a tone", *TOLD),
        instructions=shape.text(keys.get("instructions"), "instructions", *TOLD),
        most_words=shape.integer(keys.get("most_words"), "most_words", *MOST_WORDS) or usual.most_words,
        reviewed=usual.reviewed if reviewed is None else reviewed,
    )


def read_template(shape: Shape, node: Node | None, documents: Sequence[str]) -> str:
    """A label's template. One of a label without documents is refused: it could never cite anything."""
    template = shape.text(node, "a reply", *TEMPLATE)
    if node is None or not template:
        return ""
    for name in unknown_places(template):
        shape.note(node, f"a reply has no place `{name}`", did_you_mean(name, PLACES, "places, in braces,"))
    if not documents:
        told = "a reply of a label without documents cites nothing, so it would never be offered"
        shape.note(node, told, "name `documents:`, or leave the reply out")
    return template
