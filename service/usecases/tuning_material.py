"""What tuning works on: a workflow's approved documents and the questions they answer, encoded and indexed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.build import prepare_all
from index.encoder import EncoderPool
from index.model import Ranking, Vectors
from index.prepare import Prepared
from index.tuning.ground import Ground, Question, ground_of
from index.tuning.structure import bare, sample, structure_questions
from service.errors import InvalidRequest
from service.store import documents
from service.usecases.ask import find_pointer
from service.usecases.embed import embed
from service.usecases.house import House
from service.usecases.progress import Progress
from service.usecases.shelf import OpenRelease
from service.usecases.tuning_questions import Sources, read_questions

#: Questions below which nothing is learned that could be judged.
FEWEST = 40

#: Passages whose titles and headings are asked: more take long to encode and teach little.
_STRUCTURE = 3000


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Questions and the ground they are asked on."""

    prepared: Sequence[Prepared]
    ground: Ground
    questions: Sequence[Question]
    vectors: Vectors  #: of the questions
    plain: bool  #: the passages stand there without titles and headings


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What is learned from and what is judged by, by one encoder."""

    release: OpenRelease
    encoder: EncoderPool
    judge: Asked
    teaches: bool  #: what judges is learned from as well, by turns
    beside: Asked | None  #: what is learned from besides, or instead
    learned: str  #: what is learned from, in words
    judged: str  #: what is judged by, in words
    people: bool  #: what judges are questions of people
    left_out: tuple[str, ...]


def gather(
    house: House,
    workflow: str,
    sources: Sources,
    encoder: EncoderPool | None,
    progress: Progress,
    *,
    structure: bool,
) -> Material:
    """The material of a workflow, by the encoder of the release that answers or by another one.

    Without questions to learn from, titles and headings are; then the workflow's own examples judge, or in want of such
    the titles and headings themselves. BadRequest for a file that cannot be read, InvalidRequest for an unknown
    workflow or too few questions.
    """
    with house.store.read() as connection:
        pointer = find_pointer(connection, workflow)
    release = house.shelf.open(pointer.release)
    chosen = encoder or release.encoder
    with house.store.read() as connection:
        found = documents.searchable(connection, release.workflow.collections, pointer.document_sequence)
    bench = _Bench(house, prepare_all(found, chosen, progress=progress), release.workflow.ranking, chosen, progress)
    asked = read_questions(house, release, found, sources)
    left_out = (asked.left_out,) if asked.left_out else ()
    if asked.found:
        main = bench.asked(asked.found, "questions with an approved document")
        own = bench.structure() if structure else None
        learned = f"{asked.said}, {_titles(own)}" if own else asked.said
        return Material(release, chosen, main, True, own, learned, asked.said, True, left_out)
    own = bench.structure()
    examples = read_questions(house, release, found, Sources(reviews=False, examples=True))
    if len(examples.found) < FEWEST:
        return Material(release, chosen, own, True, None, _titles(own), _titles(own), False, left_out)
    main = bench.asked(examples.found, "examples")
    return Material(release, chosen, main, False, own, _titles(own), examples.said, True, left_out)


def _titles(own: Asked) -> str:
    return f"{len(own.questions)} titles and headings"


@dataclass(frozen=True, slots=True)
class _Bench:
    """Where documents and questions are put together."""

    house: House
    prepared: Sequence[Prepared]
    ranking: Ranking
    encoder: EncoderPool
    progress: Progress

    def asked(self, questions: Sequence[Question], what: str, bared: Sequence[Prepared] | None = None) -> Asked:
        """Questions of the documents, or of their bare passages."""
        if len(questions) < FEWEST:
            raise InvalidRequest(
                f"there are {len(questions)} {what}; with fewer than {FEWEST} nothing can be learned and judged",
                remedy="give more pairs (--pairs), or learn from the workflow's own examples (--examples)",
            )
        prepared = self.prepared if bared is None else bared
        texts = [text for each in prepared for text in each.encoded]
        passages = embed(self.house, texts, "encoding passages", self.progress, self.encoder)
        said = [each.text for each in questions]
        vectors = embed(self.house, said, "encoding questions", self.progress, self.encoder)
        return Asked(prepared, ground_of(prepared, passages, self.ranking), questions, vectors, bared is not None)

    def structure(self) -> Asked:
        """Titles and headings, asked of passages that do not hold them."""
        drawn = sample(self.prepared, _STRUCTURE)
        plain = bare(drawn)
        kept = {each.document.key for each in plain}
        questions = structure_questions([each for each in drawn if each.document.key in kept])
        return self.asked(questions, "titles and headings", plain)
