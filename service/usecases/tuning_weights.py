"""Tune an encoder's weights, compile them and judge them; nothing is kept unless it is asked for.

The work lies in a folder named by its task, beside the encoders: an interrupted run goes on where it stopped, after an
epoch of training or a part of the passages. The folder goes once the run has come to its end.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.build import prepare_all, vector_key
from index.compile import compile_encoder, pretrained_folder
from index.encoder import EncoderPool
from index.errors import IndexFault
from index.manifest import read_encoder_manifest
from index.model import Vectors
from index.tuning.compare import Comparison, Side, compare, enough
from index.tuning.contrast import ContrastOptions, Example, tune_weights
from index.tuning.ground import ground_of
from index.tuning.mine import mine
from index.tuning.rounds import Round, judging, rounds, unseen
from index.tuning.structure import bare
from service.errors import ServiceError
from service.store import artefacts
from service.usecases.house import House, encoder_folder
from service.usecases.progress import Progress
from service.usecases.tuning_material import Asked, Material

_PART = 512  # passages encoded before they are written down
_SOURCE, _COMPILED = "source", "compiled"


class CannotTune(ServiceError):
    """Tuning came to nothing, and what answers stays as it is."""

    status, code = 409, "cannot_tune"


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """An encoder that was tuned and judged, and is not kept yet."""

    encoder: EncoderPool
    epochs: int
    judged: Comparison  #: on questions that were neither learned from nor watched
    new: Comparison | None  #: of these, questions about documents that no learned question was about
    folder: Path
    known: dict[str, bytes]  #: vectors of the documents' passages by `vector_key`

    def keep(self, house: House) -> None:
        """Put it among the encoders that releases may name, with the passages' vectors."""
        target = encoder_home(house) / self.encoder.digest
        if not target.exists():
            self.folder.replace(target)
        house.store.commit(lambda connection: artefacts.add_vectors(connection, self.known))


def encoder_home(house: House) -> Path:
    """The folder of encoders other than the instance's own."""
    return house.home / "encoders"


@contextlib.contextmanager
def tried(
    house: House, material: Material, options: ContrastOptions, source: Path | None, progress: Progress
) -> Iterator[Tried]:
    """Tune, compile and judge. CannotTune says why it came to nothing; what is interrupted can be taken up again."""
    asked = material.judge
    dealt = next(rounds(asked.questions)) if material.teaches else judging(asked.questions)
    examples = _mined(asked, progress)
    learn = [each for place in dealt.learn.tolist() for each in examples[place]]
    if material.beside is not None:
        learn += [each for group in _mined(material.beside, progress) for each in group]
    watch = [each for place in dealt.watch.tolist() for each in examples[place]]
    try:
        model = source or pretrained_folder()
        work = encoder_home(house) / f".work-{_task(model, options, learn, watch)}"
        tuned = tune_weights(model, work / _SOURCE, learn, watch, work, options=options, progress=progress)
        pool = _compiled(house, work, progress)
    except IndexFault as fault:
        raise CannotTune(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
    yield _judged(house, material, pool, tuned.epochs, work, dealt, progress)
    shutil.rmtree(work)


def _mined(asked: Asked, progress: Progress) -> list[list[Example]]:
    """Of each question, its examples."""
    found: dict[str, list[Example]] = {question.text: [] for question in asked.questions}
    examples = mine(
        asked.ground,
        asked.questions,
        asked.vectors,
        lambda done, total: progress("looking for what is mistaken", done, total),
    )
    for example in examples:
        found[example.question].append(example)
    return [found[question.text] for question in asked.questions]


def _task(model: Path, options: ContrastOptions, learn: Sequence[Example], watch: Sequence[Example]) -> str:
    """Names the work by everything that decides what comes of it."""
    weights = hashlib.sha256()
    for file in sorted(model.glob("*.safetensors")):
        weights.update(file.read_bytes())
    content: list[object] = [weights.hexdigest(), asdict(options)]
    content += [[each.question, each.answer.text, [text.text for text in each.mistaken]] for each in (*learn, *watch)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _compiled(house: House, work: Path, progress: Progress) -> EncoderPool:
    """The tuned model as it would serve, in the precision of the instance's own encoder."""
    folder = work / _COMPILED
    if not folder.exists():
        precision = read_encoder_manifest(encoder_folder(house.settings), "").precision
        compile_encoder(
            work / _SOURCE,
            folder,
            precision=precision,
            progress=lambda stage, done, total: progress(f"compiling: {stage}", done, total),
        )
    return EncoderPool(folder, house.settings.encoder_sessions, cache=0)


def _judged(
    house: House, material: Material, pool: EncoderPool, epochs: int, work: Path, dealt: Round, progress: Progress
) -> Tried:
    main = material.judge
    prepared = prepare_all([each.document for each in main.prepared], pool, progress=progress)
    prepared = bare(prepared) if main.plain else prepared
    texts = [text for each in prepared for text in each.encoded]
    passages = _encoded(pool, texts, work, progress)
    questions = pool.encode_many(
        [each.text for each in main.questions], lambda done, total: progress("encoding questions anew", done, total)
    )
    before = Side(main.ground, main.vectors)
    after = Side(ground_of(prepared, passages, material.release.workflow.ranking), questions)
    new = np.empty(0, dtype=np.int64)
    if material.teaches:
        new = unseen(main.questions, np.concatenate([dealt.learn, dealt.watch]), dealt.judge)
    keys = [vector_key(pool.digest, text) for text in texts]
    return Tried(
        encoder=pool,
        epochs=epochs,
        judged=compare(before, after, main.questions, dealt.judge),
        new=compare(before, after, main.questions, new) if enough(new) else None,
        folder=work / _COMPILED,
        known={key: vector.astype("<f4").tobytes() for key, vector in zip(keys, passages, strict=True)},
    )


def _encoded(pool: EncoderPool, texts: Sequence[str], work: Path, progress: Progress) -> Vectors:
    """Shape (len(texts), dim). Written down part by part, so that an interruption costs one."""
    parts = []
    for start in range(0, len(texts), _PART):
        file = work / f"passages-{start}.npy"
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}.npy")
            np.save(draft, pool.encode_many(texts[start : start + _PART]))
            draft.replace(file)
        parts.append(np.load(file))
        progress("encoding passages anew", min(start + _PART, len(texts)), len(texts))
    return np.concatenate(parts)
