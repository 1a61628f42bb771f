"""Learn what each part of a score should weigh, from the documents that people found right."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.model import AllowedSet, Query, Ranking
from index.search import DEPTH
from index.signals.learn import Learnt, TooFew, labelled, learn_weights
from index.signals.parts import parts_of
from service.domain.signal_values import signal_values
from service.errors import BadRequest
from service.usecases.ask import find_pointer
from service.usecases.consider import retrieval_vector
from service.usecases.house import House
from service.usecases.labelled_pairs import from_file, from_reviews, merged
from service.usecases.progress import Progress, silent
from service.usecases.ranking_edit import with_weights
from service.usecases.workflow_file import FILE

_FOUND = 2 * DEPTH  # every candidate of both rankings


@dataclass(frozen=True, slots=True)
class LearntRanking:
    """What was learned for a workflow, and from what."""

    workflow: str
    ranking: Ranking  #: that answers now
    reviewed: int  #: requests whose passages reviewers marked
    written: int  #: requests of the owner's file
    gone: int  #: of both, those whose documents may not be found any more; nothing is learned from them
    learnt: Learnt | TooFew


def learn_ranking(
    house: House, workflow: str, *, pairs: Path | None = None, reviews: bool = True, progress: Progress = silent
) -> LearntRanking:
    """Weights for the workflow's parts from its reviews and from a file of pairs, held against those in use.

    Nothing is changed: `write_weights` does that. Each request is looked for among the documents approved now that its
    caller may see; a file's requests are everybody's. BadRequest when the file cannot be read or there is nothing to
    learn from.
    """
    with house.store.read() as connection:
        pointer = find_pointer(connection, workflow)
        release = house.shelf.open(pointer.release)
        schema = release.ruleset.schema
        reviewed = merged(from_reviews(connection, workflow, schema)) if reviews else []
    written = merged(from_file(pairs, schema, house.clock())) if pairs else []
    if not reviewed and not written:
        raise BadRequest(
            f"there is nothing to learn from: no reviewer of {workflow} has marked a passage yet",
            remedy="give requests and their right documents with --pairs FILE.jsonl",
        )
    searcher = house.views.at(release, pointer.document_sequence)
    collections, now = release.workflow.collections, house.clock()
    ranking = release.workflow.ranking
    everything = dict.fromkeys(parts_of(ranking), 1.0)
    asked = merged([*reviewed, *written])
    examples, names = [], _Names()
    for done, pair in enumerate(asked, 1):
        allowed = house.allowed.get(collections, pointer.document_sequence, pair.groups, now, {})
        right = names.resolved(pair.right, allowed)
        if right:
            vector = retrieval_vector(house, release, pair.text)
            query = Query(pair.text, vector, pair.day, signal_values(pair.attributes), everything)
            examples.append(labelled(pair.name, searcher.search(query, allowed, _FOUND), right))
        progress("searching", done, len(asked))
    learnt = learn_weights(examples, {name: ranking.weights.get(name, 0.0) for name in everything})
    return LearntRanking(workflow, ranking, len(reviewed), len(written), len(asked) - len(examples), learnt)


def write_weights(house: House, learned: LearntRanking) -> Path:
    """Put the learned weights into the workflow's file, which `signoff rules reload` takes over; its path.

    BadRequest when nothing was learned or it is no better; and when the file cannot be edited.
    """
    learnt = learned.learnt
    if not isinstance(learnt, Learnt) or not learnt.better:
        raise BadRequest("no better weights were learned, so the file stays as it is", remedy="collect more reviews")
    path = house.home / "workflows" / learned.workflow / FILE
    try:
        made = with_weights(path.read_bytes(), learnt.weights)
        draft = path.with_name(f".{FILE}.{os.getpid()}")
        draft.write_bytes(made)
        draft.chmod(path.stat().st_mode)
        draft.replace(path)  # whole or not at all, whoever reads it at that moment
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror or error}", remedy="mend the folder") from error
    return path


class _Names:
    """What documents may be called, so far as a set of callers may find them: `collection/id`, `id` or `doc_id`."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, set[str]]] = {}

    def resolved(self, names: Iterable[str], allowed: AllowedSet) -> frozenset[str]:
        """The documents meant, as `collection/id`."""
        known = self._known.get(allowed.token)
        if known is None:
            known = self._known[allowed.token] = {}
            for key in allowed.documents:
                whole = f"{key.collection}/{key.id}"
                for name in (whole, key.id, f"doc_{key.id}"):
                    known.setdefault(name, set()).add(whole)
        return frozenset(whole for name in names for whole in known.get(name, ()))
