"""Text fit for a log: it cannot begin a line of its own, nothing in it steers a terminal, and no secret of ours is in
it."""

from __future__ import annotations

import re
from typing import Final

# API keys and webhook secrets, and whatever is sent as one: secrets are kept out of the log where they are handled, and
# this is for the place that somebody forgets.
_SECRET: Final = re.compile(r"\b(sgn_|whsec_)[A-Za-z0-9_+/=-]+|\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
_LONGEST: Final = 4_000  # characters


def plain(text: str) -> str:
    """`text` with what cannot be seen or moves the cursor written out as `\\u001b`, secrets cut, and not too long."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return without_secrets(text)


def without_secrets(text: str) -> str:
    """What looks like a secret of ours, cut to what it is: a key that was sent as a name, say, is not sent back."""
    return _SECRET.sub(lambda found: (found[1] or found[2] + " ") + "…", text)
