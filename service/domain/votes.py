"""What the found documents say about the label, before the classifier is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.model import Evidence
from service.domain.types import Label


def votes_of(evidence: Sequence[Evidence], labels: Iterable[Label]) -> dict[str, float]:
    """How far the found documents name each label: their share of all scores, 0 to 1.

    A label that none of them names has no vote. Shares of several labels may sum to more than 1, because a document
    may justify several.
    """
    return votes_by_document([(found.key.id, found.score) for found in evidence], labels)


def votes_by_document(found: Sequence[tuple[str, float]], labels: Iterable[Label]) -> dict[str, float]:
    """`votes_of`, from each found document's id and score."""
    whole = sum(score for _, score in found)
    if whole <= 0:
        return {}
    votes = {label.id: sum(score for document, score in found if document in label.documents) for label in labels}
    return {label: vote / whole for label, vote in votes.items() if vote > 0}
