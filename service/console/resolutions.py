"""What the form of a decision means to the use case that decides. Pure."""

from __future__ import annotations

from service.console.views import NO_LABEL, Draft
from service.domain.types import Outcome
from service.usecases.resolve_case import Resolution


def resolution(draft: Draft) -> Resolution:
    """What the form says as the use case takes it. A reason code left empty is that of the first label.

    "None of these" beside a label is no decision: it is passed on, and refused there as the label that it is not.
    """
    none_of_these = draft.labels == (NO_LABEL,)
    labels = () if none_of_these else draft.labels
    return Resolution(
        labels=labels,
        outcome=Outcome(draft.outcome) if draft.outcome in ("allow", "block") else None,
        reason_code=draft.reason_code.strip() or ("none_of_these" if none_of_these else next(iter(labels), "")),
        note=draft.note.strip() or None,
        passage_ids=tuple(sorted(draft.passages)),
        reply=draft.reply.strip() or None,
    )
