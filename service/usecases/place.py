"""Where a worker is: which of them share a home folder, and so its files."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

_APART = "#"
_DIGITS = 8


def place_of(home: Path) -> str:
    """The machine's name with a digest of the folder's: two replicas on one machine are in two places."""
    return f"{socket.gethostname()}{_APART}{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:_DIGITS]}"


def machine(place: str) -> str:
    """The machine's name alone, as people know it."""
    return place.rpartition(_APART)[0] or place
