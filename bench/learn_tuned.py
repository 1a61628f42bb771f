"""Encoders tuned to labels, made once under `.bench/` by what they were tuned on and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.cache import digest, made
from bench.data import ROOT
from bench.learn_judged import Tell
from bench.learn_sets import Split
from index.compile import MADE_BY, PRETRAINED_SHA256, pretrained_folder
from index.encoder import EncoderPool
from service.learn.tune.compiled import compile_tuned
from service.learn.tune.options import TuneOptions
from service.learn.tune.tune import tune

_REPORT = "report.json"
_OPTIONS = ROOT / "service" / "learn" / "tune" / "options.py"


class Tuned(NamedTuple):
    """An encoder as it would serve."""

    encoder: EncoderPool
    held: list[int]  #: places of the examples it was not tuned on
    seconds: float  #: of tuning; compiling left out
    precision: str
    said: str  #: how it went, in words


def tuned(
    train: Split, names: Mapping[str, str], options: TuneOptions, tell: Tell, teacher: np.ndarray | None = None
) -> Tuned:
    """The default encoder tuned to these examples and compiled."""
    # What options.py says is asked for in full, so that another default makes nothing stale.
    code: list[str | Path] = sorted(set((ROOT / "service" / "learn" / "tune").glob("*.py")) - {_OPTIONS})
    code += [ROOT / "index" / f"{name}.py" for name in (*MADE_BY, "tuning/network", "tuning/lower")]
    how = [asdict(replace(options, threads=None)), options.part, options.top_rate, options.size]
    taught = options.share_held_out(len(train.texts), len(names)), options.planned(len(train.texts))
    asked = json.dumps([train, dict(names), how, taught, None if teacher is None else teacher.tolist()])
    name = digest([*code, PRETRAINED_SHA256, hashlib.sha256(asked.encode()).hexdigest()])
    folder = made(f"tuned-{name}", lambda folder: _tune(folder, train, names, options, tell, teacher))
    report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
    return Tuned(EncoderPool(folder / "encoder", cache=0), *(report[key] for key in Tuned._fields[1:]))


def _tune(
    folder: Path, train: Split, names: Mapping[str, str], options: TuneOptions, tell: Tell, teacher: np.ndarray | None
) -> None:
    labels = [(label,) for label in train.labels]
    made_of = tune(
        train.texts, labels, pretrained_folder(), folder / "source", options,
        definitions=names, teacher=teacher, progress=tell,
    )  # fmt: skip
    compiled = compile_tuned(made_of.folder, folder / "encoder", train.texts, labels, progress=tell)
    report = made_of.report
    before, after = report.before, report.after
    fared = f"{before.accuracy:.3f} to {after.accuracy:.3f} on examples held out, " if before and after else ""
    kept = {
        "held": report.held.tolist(),
        "seconds": round(report.seconds, 1),
        "precision": compiled.precision,
        "said": f"{fared}{report.epochs} epochs kept, {report.ended}; {compiled.why}",
    }
    (folder / _REPORT).write_text(json.dumps(kept), encoding="utf-8")
