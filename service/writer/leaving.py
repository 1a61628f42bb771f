"""What of a request leaves the machine: its words without personal and secret data."""

from __future__ import annotations

import re

from rules import pii
from rules.normalize import normalize

_LEAST_SUBJECT = 3  # characters; a shorter name of a subject is no name that one could look for


def leaving(text: str, subject: str | None) -> str:
    """The text with every piece of personal or secret data replaced by its kind in brackets, and the caller's name
    for the person concerned too. What no recogniser knows, such as a person's own name, stays: docs/replies.md says so.
    """
    masked = pii.mask(text, pii.find(normalize(text)), pii.TYPES)
    if subject is not None and len(subject.strip()) >= _LEAST_SUBJECT:
        masked = re.sub(re.escape(subject.strip()), "[reference]", masked, flags=re.IGNORECASE)
    return masked
