"""The JSON Schema of what `workflow.yaml` says of replies, made from the constants that its reader uses."""

from __future__ import annotations

from rules.reading.schema_parts import Schema, chosen, mapping, text
from service.domain.reply import PLACES
from service.usecases import reply_file as reader


def replies_schema() -> Schema:
    """The schema of `replies:`."""
    described = {
        "greeting": text("How every reply begins.", reader.FRAME),
        "closing": text("How every reply ends.", reader.FRAME),
        "language_model": _language_model(),
    }
    return mapping("How replies to requesters are drafted.", chosen(reader.REPLIES, described))


def template_schema() -> Schema:
    """The schema of a label's `reply:`."""
    places = " and ".join(f"{{{name}}}" for name in PLACES)
    return text(f"Template of a reply, with the places {places}; the label has to name documents.", reader.TEMPLATE)


def _language_model() -> Schema:
    least, most = reader.MOST_WORDS
    described = {
        "tone": text("How it is to write.", reader.TOLD),
        "instructions": text("What else it is to heed.", reader.TOLD),
        "most_words": {
            "type": "integer",
            "minimum": least,
            "maximum": most,
            "description": "Longer replies are refused.",
        },
        "reviewed": {
            "type": "boolean",
            "description": "Whether a person sends what it wrote; false: it also goes with automatic decisions.",
        },
    }
    return mapping(
        "What a language model is told. Without this none is asked.", chosen(reader.LANGUAGE_MODEL, described)
    )
