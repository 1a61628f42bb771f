"""Try every way of deciding on the owner's own requests, and say which one to take: `signoff pilot`.

Nothing of the instance is changed and nothing is recorded in it; it works without one, too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from index.encoder import cores
from service.domain.answer import timestamp
from service.errors import BadRequest, InvalidRequest, did_you_mean
from service.learn.material import definition_text
from service.learn.pilot.advice import Advice, advise
from service.learn.pilot.attempt import Lesson
from service.learn.pilot.checks import Expected, check
from service.learn.pilot.conduct import Found, conduct, curve_of, measured
from service.learn.pilot.curve import forecast
from service.learn.pilot.division import Division, Labelled, divide
from service.learn.pilot.leaks import near_twins
from service.learn.pilot.owner import Owner
from service.learn.pilot.owner_file import read_owner
from service.learn.pilot.pack import PackRules
from service.learn.pilot.plan import Means, plan
from service.learn.pilot.report import to_html, to_json
from service.learn.pilot.results import Outlook, Pilot
from service.settings import Settings
from service.usecases.pilot_encoders import Encoded, encode
from service.usecases.pilot_material import Read, read_labelled, read_rules
from service.usecases.progress import Progress, silent

HTML: Final = "pilot.html"
JSON: Final = "pilot.json"
_WORK: Final = ".work"  # in the folder of the report: compiled encoders and vectors, for a second run
_EXTRA: Final = ("torch", "sentence_transformers", "optuna")
_MORE: Final = (500, 1_000, 2_000)  # labels that a forecast is made for


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner asks for."""

    data: Path
    out: Path
    owner: Path | None = None  #: pilot.yaml
    test: Path | None = None  #: requests held out by the owner; else some of `data` are
    rules: str = ""  #: a pack by its folder or its name
    encoders: tuple[str, ...] = ()  #: folders or names of sentence-transformers models
    minutes: float = 20.0
    threads: int | None = None  #: for each way alike; None: one a core
    quick: bool = False  #: what takes minutes is left out: searches for settings, tuned encoders


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """What came of it, and where it is written."""

    pilot: Pilot
    advice: Advice
    html: Path
    json: Path


def run_pilot(
    settings: Settings, asked: Asked, now: datetime, progress: Progress = silent, *, apart: bool = True
) -> Reported:
    """Check the data, try every way within the minutes, write the report.

    BadRequest or InvalidRequest for files that cannot be read, RuleErrors for pilot.yaml or the pack, CannotStart
    without an encoder. `apart`: each way in a process of its own, so that it can be ended in time.
    """
    began = time.monotonic()
    if not 0 < asked.minutes <= 10_000:
        raise BadRequest(f"{asked.minutes:g} minutes are no budget", remedy="give --minutes 20")
    owner = _owner(asked.owner)
    pack = read_rules(asked.rules, settings.home) if asked.rules else None
    read, test = read_labelled(asked.data, owner), read_labelled(asked.test, owner) if asked.test else None
    examples = (*read.examples, *(test.examples if test else ()))
    division = _divided(examples, len(test.examples) if test else 0)
    findings = check(examples, division, _expected(owner, now, read, test))
    definitions = _definitions(examples, owner, asked.owner)
    threads = asked.threads or cores()
    work = _folder(asked.out) / _WORK
    texts = [example.text for example in examples]
    encoded = encode(settings, asked.encoders, [*texts, *definitions.values()], work, threads, progress)
    lesson = Lesson(
        texts=tuple(texts),
        labels=tuple(example.label for example in examples),
        attributes=tuple(example.attributes for example in examples),
        division=division,
        definitions=definitions,
        encoders={each.digest: each for each in (encoded.own, *encoded.further)},
        room=work / "room",
    )
    means = Means(
        own=encoded.own,
        further=encoded.further,
        pack=PackRules(pack, owner.rule_labels, owner.attributes, now) if pack else None,
        attributes=bool(owner.attributes),
        threads=threads,
        models=not asked.quick and all(importlib.util.find_spec(name) is not None for name in _EXTRA),
    )
    try:
        lesson.room.mkdir(parents=True, exist_ok=True)
        found = conduct(
            plan(means, _known_labels(lesson)),
            lesson,
            owner,
            until=began + 60 * asked.minutes,
            threads=threads,
            tell=progress,
            apart=apart,
        )
    finally:
        shutil.rmtree(lesson.room, ignore_errors=True)
    twins = near_twins(np.load(encoded.own.vectors, mmap_mode="r", allow_pickle=False), division)
    pilot = Pilot(
        title=f"Pilot: {asked.data.name}",
        facts=_facts(asked, examples, division, encoded, threads, now, time.monotonic() - began),
        owner=owner,
        findings=(*findings, *((twins,) if twins else ())),
        ways=tuple(found.ways),
        curve=curve_of(found, owner.alpha),
        outlook=_outlook(found, owner),
        left_out=(*encoded.left_out, *found.left_out),
        labels=tuple(lesson.labels[place] for place in division.held.tolist()),
        texts=tuple(lesson.texts[place] for place in division.held.tolist()),
    )
    if not pilot.ways:
        first = pilot.left_out[0].why if pilot.left_out else "there was no time"
        raise InvalidRequest(f"no way of deciding could be tried: {first}", remedy="give it more --minutes or examples")
    return _written(pilot, asked.out)


def _written(pilot: Pilot, out: Path) -> Reported:
    advice = advise(pilot)
    html, figures = out / HTML, out / JSON
    html.write_text(to_html(pilot, advice), encoding="utf-8")
    figures.write_text(json.dumps(to_json(pilot, advice), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Reported(pilot, advice, html, figures)


def _owner(path: Path | None) -> Owner:
    if path is None:
        return Owner()
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "check the path; signoff pilot --questions > pilot.yaml writes one to fill in"
        raise BadRequest(f"{path} cannot be read: {error.strerror or error}", remedy=remedy) from error
    return read_owner(data, str(path))


def _divided(examples: Sequence[Labelled], test: int) -> Division:
    try:
        return divide(examples, test)
    except ValueError as error:
        raise InvalidRequest(str(error), remedy="give more labelled requests") from error


def _expected(owner: Owner, now: datetime, read: Read, test: Read | None) -> Expected:
    return Expected(
        today=now.date(),
        alpha=owner.alpha,
        delta=owner.delta,
        owner=owner.data_owner,
        unused=read.unused,
        bad_rows=(*read.bad, *(f"test file, {row}" for row in (test.bad if test else ()))),
    )


def _folder(out: Path) -> Path:
    """The report's folder, made only once there is something to report on; BadRequest where there can be none."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{out} cannot be the report's folder: {error.strerror or error}"
        raise BadRequest(why, remedy="name another one with --out") from error
    return out


def _definitions(examples: Sequence[Labelled], owner: Owner, file: Path | None) -> dict[str, str]:
    """What each label means: its name, and the sentence that pilot.yaml has for it. InvalidRequest for one too many."""
    labels = sorted({example.label for example in examples})
    if unknown := sorted(set(owner.definitions) - set(labels)):
        why = f"{file} defines the label {unknown[0]}, which no request has"
        raise InvalidRequest(why, remedy=did_you_mean(unknown[0], labels, "labels of the requests"))
    return {label: definition_text(label.replace("_", " "), owner.definitions.get(label, "")) for label in labels}


def _known_labels(lesson: Lesson) -> list[str]:
    return [lesson.labels[place] for place in lesson.division.parts[0].known.tolist()]


def _outlook(found: Found, owner: Owner) -> Outlook | None:
    """Of the default head where it has a curve, as it mostly has; else of nothing."""
    names = dict.fromkeys(name for name, _ in found.points)
    for name in sorted(names, key=lambda name: not name.startswith("joined")):
        points = measured(found, name)
        whole = next((way for way in found.ways if way.name == name), None)
        forecasts = forecast(points, _MORE, owner.alpha) if whole is not None else ()
        if whole is not None and forecasts:
            return Outlook(name, whole.figures.at(owner.alpha).possible, forecasts)
    return None


def _facts(
    asked: Asked,
    examples: Sequence[Labelled],
    division: Division,
    encoded: Encoded,
    threads: int,
    now: datetime,
    seconds: float,
) -> Mapping[str, str]:
    counts = Counter(example.label for example in examples)
    return {
        "file": asked.data.name + (f", tested on {asked.test.name}" if asked.test else ""),
        "examples": f"{len(examples):,} requests with {len(counts)} labels",
        "held out": division.how,
        "encoders": ", ".join(each.name for each in (encoded.own, *encoded.further)),
        "machine": f"{os.cpu_count()} cores ({platform.machine()}), threads for each way alike: {threads}, no network",
        "took": f"{seconds / 60:.1f} of {asked.minutes:g} minutes",
        "at": timestamp(now),
    }
