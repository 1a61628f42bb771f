"""How well a workflow finds its approved documents, on the owner's own judged queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from index.model import DENSE, LEXICAL, AllowedSet, Query, Searcher
from index.quality import Quality, assess
from index.quality_report import About
from rules.normalize import normalize
from service.domain.answer import timestamp
from service.errors import BadRequest
from service.store import documents
from service.usecases.ask import find_pointer
from service.usecases.consider import retrieval_vector
from service.usecases.house import House
from service.usecases.judged_queries import JudgedQueries
from service.usecases.progress import Progress, silent

#: Way of searching -> weights instead of the workflow's own. The first one is the workflow's.
_WAYS: Mapping[str, Mapping[str, float]] = {"as ranked": {}, DENSE: {LEXICAL: 0.0}, LEXICAL: {DENSE: 0.0}}
_K = 10
_NAMED = 5  #: documents that cannot be found, said by name


def evaluate(
    house: House, workflow: str, judged: JudgedQueries, groups: frozenset[str], progress: Progress = silent
) -> tuple[Quality, About]:
    """Search as the workflow's requests do, as a caller of `groups`, and hold what was found against the judgements.

    Judgements name documents by id. BadRequest when none of them is among the documents these groups may find.
    """
    with house.store.read() as connection:
        pointer = find_pointer(connection, workflow)
    release, now = house.shelf.open(pointer.release), house.clock()
    searcher = house.views.at(release, pointer.document_sequence)
    allowed = house.allowed.get(release.workflow.collections, pointer.document_sequence, groups, now, {})
    ids = {key.id for key in allowed.documents}
    judgements = {
        query: {name: grade for name, grade in grades.items() if name in ids}
        for query, grades in judged.judgements.items()
    }
    if not any(map(any, (grades.values() for grades in judgements.values()))):
        raise BadRequest(
            f"none of the judged documents is approved, in force and to be found in workflow {workflow}",
            remedy="the judgements name documents by id; for an audience's documents add --group",
        )
    runs: dict[str, dict[str, list[str]]] = {name: {} for name in _ways(release.workflow.ranking.signals)}
    for done, (query, text) in enumerate(judged.texts.items(), 1):
        clean = normalize(text).clean
        vector = retrieval_vector(house, release, clean)
        for way, weights in _ways(release.workflow.ranking.signals).items():
            asked = Query(clean, vector, now.date(), weights=weights)
            runs[way][query] = _found(searcher, asked, allowed)
        progress("searching", done, len(judged.texts))
    facts = {
        "workflow": workflow,
        "release": release.id,
        "documents": f"{len(allowed.documents)} to be found, at document sequence {pointer.document_sequence}",
        "snapshot": release.row["snapshot"],
        "encoder": release.row["encoder"],
        "weights": ", ".join(f"{part} {weight:g}" for part, weight in release.workflow.ranking.weights.items()),
        "at": timestamp(now),
    }
    if lost := [name for grades in judged.judgements.values() for name in grades if name not in ids]:
        facts["judgements left out"] = f"{len(lost)}, of documents that these groups cannot find now: {_some(lost)}"
    if judged.unknown:
        facts["queries without words"] = f"{judged.unknown}: judged, but not in the file of queries"
    with house.store.read() as connection:
        titles = {document.key.id: document.title for document in documents.texts(connection, allowed.documents)}
    about = About(f"Retrieval of {release.workflow.title or workflow}", facts, judged.texts, titles)
    return assess(judgements, runs), about


def _some(names: Sequence[str]) -> str:
    distinct = sorted(set(names))
    return ", ".join(distinct[:_NAMED]) + (" …" if len(distinct) > _NAMED else "")


def _ways(signals: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, float]]:
    """The ways of searching; for one part alone, every other part and signal weighs nothing."""
    others = {signal.name: 0.0 for declared in signals.values() for signal in declared}
    return {
        way: {**others, DENSE: 1.0, LEXICAL: 1.0} | dict(weights) if weights else {} for way, weights in _WAYS.items()
    }


def _found(searcher: Searcher, query: Query, allowed: AllowedSet) -> list[str]:
    return [evidence.key.id for evidence in searcher.search(query, allowed, _K)]
