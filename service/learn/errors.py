"""What can be wrong with examples or with a stored head."""

from __future__ import annotations

from service.errors import CannotStart, InvalidRequest


class CannotLearn(InvalidRequest):
    """Nothing can be learned from these examples."""

    code = "cannot_learn"


class HeadDamaged(CannotStart):
    """A stored head is altered, incomplete or belongs to another encoder."""

    code = "head_damaged"
