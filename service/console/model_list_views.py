"""What the list of models and of trainings shows. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import words
from service.console.rule_views import Moment, moment, promise
from service.console.words import Phrase, phrase

STATES: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("candidate", "Candidate", "It answers nobody, and waits for somebody to look at it.", "plain"),
        Phrase("shadow", "In shadow", "It says what it would have decided; it counts nowhere.", "review"),
        Phrase("active", "Answers", "It answers since a person promoted it.", "allow"),
        Phrase("retired", "Retired", "It answered before; it can be gone back to.", "plain"),
        Phrase("rejected", "Rejected", "A person turned it down.", "block"),
    )
}
JOB_STATES: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("waiting", "Waiting", "A worker takes it in a moment.", "plain"),
        Phrase("running", "Running", "A process of its own is at it.", "review"),
        Phrase("done", "Done", "A model came of it.", "allow"),
        Phrase("failed", "Failed", "Nothing came of it.", "block"),
        Phrase("cancelled", "Cancelled", "Somebody stopped it.", "plain"),
    )
}
#: Kinds of heads, in words for who is to choose one.
KINDS: Mapping[str, str] = {
    "joined": "Meaning and words joined",
    "vector": "Meaning alone",
    "lexical": "Words alone, from scratch",
    "nearest": "Nearest examples",
    "prototypes": "Nearest mean of a label",
}
TUNES: Mapping[str, str] = {
    "": "as it is",
    "contrast": "tuned by comparing examples",
    "last": "its last layers tuned",
    "lora": "tuned by a low-rank change",
    "full": "tuned as a whole",
}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model in the list."""

    id: str
    address: str
    workflow: str
    state: Phrase
    kind: str
    examples: str
    automation: str
    promise: str
    made: Moment
    by: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """One training."""

    id: str
    workflow: str
    state: Phrase
    far: str
    share: float  #: done, 0 to 1
    by: str
    asked: Moment
    why: str
    model: str
    address: str  #: of the model that came of it
    open: bool


def model_address(model: str) -> str:
    return f"/console/models/{quote(model, safe='')}"


def model_rows(models: Iterable[Mapping[str, Any]], now: datetime) -> tuple[ModelRow, ...]:
    return tuple(model_row(each, now) for each in models)


def model_row(model: Mapping[str, Any], now: datetime) -> ModelRow:
    granted = model["certificate"]
    kind = KINDS.get(model["kind"], model["kind"])
    return ModelRow(
        id=model["id"],
        address=model_address(model["id"]),
        workflow=model["workflow"],
        state=phrase(STATES, model["state"]),
        kind=kind + (f"; encoder {TUNES.get(model['tune'], model['tune'])}" if model["tune"] else ""),
        examples=f"{model['examples']:,}",
        automation=words.percent(granted["accepted"] / granted["cases"]) if granted and granted["cases"] else "none",
        promise=promise(granted, model["refusal"]),
        made=moment(model["created_at"], now),
        by=model["created_by"],
        doubtful=bool(model["doubtful"]),
    )


def job_rows(jobs: Iterable[Mapping[str, Any]], now: datetime) -> tuple[JobRow, ...]:
    return tuple(_job(each, now) for each in jobs)


def _job(job: Mapping[str, Any], now: datetime) -> JobRow:
    told = job["progress"] or {}
    total = told.get("total") or 0
    return JobRow(
        id=job["id"],
        workflow=job["workflow"],
        state=phrase(JOB_STATES, job["state"]),
        far=f"{told['what']}: {told['done']:,} of {total:,}" if told else "",
        share=min(1.0, told["done"] / total) if total else 0.0,
        by=job["by"],
        asked=moment(job["created_at"], now),
        why=job["why"] or "",
        model=job["model"] or "",
        address=model_address(job["model"]) if job["model"] else "",
        open=job["state"] in ("waiting", "running"),
    )
