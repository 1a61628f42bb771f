"""How long what people wrote is kept: as a workflow's policy has it, and never less than the law asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

#: Days that records of automated decisions are kept at least: six months (EU AI Act, Art. 19 and 26(6)).
FLOOR_DAYS: Final = 183
#: Days that they are kept where no policy says so.
DEFAULT_DAYS: Final = 400


def kept_from(retention_days: int, now: datetime) -> datetime:
    """What was decided at that moment or later is kept, whatever else is written in a policy."""
    return now - timedelta(days=max(retention_days, FLOOR_DAYS))
