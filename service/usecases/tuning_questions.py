"""What an encoder is tuned on: questions of people with the documents that answer them.

They come from the passages that reviewers marked, from a file of pairs as `index weights` reads it, from judged queries
in the BEIR layout, and from the workflow's own labelled examples, which the documents named by their label answer.
Calibration examples are left out: what was learned from them could not be certified by them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.model import Document, DocumentKey
from index.tuning.ground import Question
from rules.normalize import normalize
from service.domain.types import Workflow
from service.errors import BadRequest
from service.usecases.examples import CALIBRATION, FILE, read_examples
from service.usecases.house import House
from service.usecases.judged_queries import read_judged_queries
from service.usecases.labelled_pairs import from_file, from_reviews
from service.usecases.read_as import read_text
from service.usecases.shelf import OpenRelease

_SHOWN = 5  # of names that nothing is called


@dataclass(frozen=True, slots=True)
class Sources:
    """Where questions come from."""

    reviews: bool = True
    pairs: Path | None = None
    queries: Path | None = None
    judgements: Path | None = None
    examples: bool = False


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions that approved documents answer, each once."""

    found: tuple[Question, ...]
    said: str  #: how many each source gave, in words
    left_out: str  #: documents that are named and not there, in a sentence; empty: none


#: A text, and names of documents that answer it: `id`, `doc_id` or `collection/id`.
_Answered = tuple[str, frozenset[str]]


def read_questions(house: House, release: OpenRelease, documents: Sequence[Document], sources: Sources) -> Questions:
    """The questions of all sources, joined by their clean words. BadRequest for a file that cannot be read."""
    given = {name: list(found) for name, found in _given(house, release, sources)}
    known: defaultdict[str, set[DocumentKey]] = defaultdict(set)
    for document in documents:
        key = document.key
        for name in (f"{key.collection}/{key.id}", key.id, f"doc_{key.id}"):
            known[name].add(key)
    right: defaultdict[str, set[DocumentKey]] = defaultdict(set)
    unknown: dict[str, None] = {}
    for text, names in (each for found in given.values() for each in found):
        for name in sorted(names):
            if name in known:
                right[text] |= known[name]
            else:
                unknown[name] = None
    return Questions(
        found=tuple(Question(text, frozenset(keys), {}) for text, keys in right.items()),
        said=", ".join(f"{len(found)} from {name}" for name, found in given.items() if found),
        left_out=_left_out(list(unknown)),
    )


def _given(house: House, release: OpenRelease, sources: Sources) -> Iterator[tuple[str, Iterable[_Answered]]]:
    schema, workflow = release.ruleset.schema, release.workflow
    if sources.reviews:
        with house.store.read() as connection:
            reviewed = from_reviews(connection, workflow.name, schema)
        yield "reviews", ((pair.text, pair.right) for pair in reviewed)
    if sources.pairs is not None:
        written = from_file(sources.pairs, schema, house.clock())
        yield sources.pairs.name, ((pair.text, pair.right) for pair in written)
    if (sources.queries is None) != (sources.judgements is None):
        raise BadRequest("judged queries are two files", remedy="give both --queries and --qrels")
    if sources.queries is not None and sources.judgements is not None:
        yield sources.queries.name, _judged(sources.queries, sources.judgements)
    if sources.examples:
        yield "examples", _examples(house, workflow)


def _judged(queries: Path, judgements: Path) -> Iterator[_Answered]:
    judged = read_judged_queries(queries, judgements)
    for query, grades in judged.judgements.items():
        right = frozenset(name for name, grade in grades.items() if grade > 0)
        yield normalize(judged.texts[query]).clean, right


def _examples(house: House, workflow: Workflow) -> Iterator[_Answered]:
    named = {label.id: frozenset(label.documents) for label in workflow.labels if label.documents}
    for example in read_examples(house.home / "workflows" / workflow.name / FILE):
        if example.part != CALIBRATION and example.label in named:
            yield read_text(example.text), named[example.label]


def _left_out(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"no approved document is called {', '.join(names[:_SHOWN])}{more}"
