"""Rules over HTTP: look at them, change them, ask them, approve them, watch them. One file for each."""

from __future__ import annotations

from service.api.rules import asking, changing, proposing, reading, watching

PARTS = (reading, changing, asking, proposing, watching)
