"""An encoder tuned to the labels, compiled as it would serve, with a joined head on its vectors. Needs `models`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.encoder import EncoderPool
from service.learn.errors import CannotLearn
from service.learn.pilot.heads import TaughtHead, material_of, taught
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught
from service.learn.recipes import Recipe
from service.learn.train import fit
from service.learn.tune.compiled import compile_tuned
from service.learn.tune.options import Method, TuneOptions, held_out
from service.learn.tune.tune import tune

_WORDS: Mapping[Method, str] = {
    Method.FULL: "whole encoder tuned",
    Method.LAST: "last layers tuned",
    Method.LORA: "encoder tuned by LoRA",
    Method.CONTRAST: "encoder tuned by comparing pairs",
}
#: Of the seconds allowed: the rest is for compiling, for encoding anew and for the head.
_TUNING = 0.7


@dataclass(frozen=True, slots=True)
class TunedWay:
    """Tune, compile, fit a head."""

    method: Method
    source: Path | str  #: of the sentence-transformers model to begin from; empty: nobody knows it
    threads: int
    source_name: str = ""  #: named where there is more than one
    kind: Kind = Kind.TUNED
    encoder: str = ""  #: its own: the vectors of another one are of no use to it
    learns: bool = True

    @property
    def name(self) -> str:
        by = f", {self.source_name}" if self.source_name else ""
        return f"{_WORDS[self.method]}, joined{by}"

    def teach(self, known: Known, tell: Progress) -> Taught:
        if not str(self.source):
            why = "the encoder in use was compiled from a model that is not the default one, and nobody says from which"
            raise CannotLearn(why, remedy="name the model's folder: --encoder FOLDER")
        labels = [(label,) for label in known.labels]
        options = TuneOptions(
            method=self.method,
            held_out=held_out(len(labels)),
            threads=self.threads,
            budget_seconds=_TUNING * known.seconds,
        )
        folder = Path(tempfile.mkdtemp(prefix="tuned-", dir=known.room))
        tuned = tune(list(known.texts), labels, self.source, folder / "source", options, progress=tell)
        compiled = compile_tuned(tuned.folder, folder / "encoder", list(known.texts), labels, progress=tell)
        encoder = EncoderPool(compiled.folder, sessions=self.threads, cache=0)
        vectors = encoder.encode_many(known.texts, lambda done, total: tell("encoding anew", done, total))
        recipe = Recipe()
        material = material_of(recipe, replace(known, definitions={}), vectors)
        head = taught(fit(recipe, material, encoder=encoder.digest, held=tuned.report.held, progress=tell))
        size = head.size + sum(file.stat().st_size for file in compiled.folder.iterdir())
        facts = {"tuned": f"{tuned.report.epochs} epochs, {tuned.report.ended}", "compiled": compiled.why, **head.facts}
        return TaughtEncoder(encoder, head, size, facts)


@dataclass(frozen=True, slots=True, eq=False)
class TaughtEncoder:
    """A tuned encoder and its head."""

    encoder: EncoderPool
    head: TaughtHead
    size: int
    facts: Mapping[str, str] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answers:
        return self.head.answer(replace(asked, vectors=self.encoder.encode_many(asked.texts)))
