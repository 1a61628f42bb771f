"""What somebody who reads, approves or retires a version has to be told, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.document import Standing, Status
from service.domain.types import EvidencePolicy
from service.errors import did_you_mean

_NAMED = 3  #: labels said by name


@dataclass(frozen=True, slots=True)
class Named:
    """A label of a workflow in use that names the document."""

    workflow: str
    label: str
    title: str
    evidence: EvidencePolicy


def notices(document: Mapping[str, Any], named: Collection[Named], now: datetime) -> list[str]:
    """Of one version as `read_document.view` shows it, with all its versions."""
    return [*_of_dates(document, now), *_of_others(document), *_of_review(document), *_of_labels(document, named)]


def upkeep(document: Mapping[str, Any], searched: Collection[str]) -> list[str]:
    """Of the same, for those alone who look after documents and see all versions. `searched`: by workflows in use."""
    return [*_of_collection(document, searched), *_of_same_words(document), *_of_the_end(document)]


def unsearched(collection: str, searched: Collection[str]) -> str | None:
    """Told of a collection, new or misspelt, that nobody searches; nothing while there is no workflow at all."""
    if collection in searched or not searched:
        return None
    return (
        f"No workflow searches the collection {collection}, so nobody finds its documents "
        f"({did_you_mean(collection, searched, 'searched')})."
    )


def _of_dates(document: Mapping[str, Any], now: datetime) -> Iterator[str]:
    day = (document["effective_from"] or "")[:10]
    if document["status"] in (Status.DRAFT, Status.SUBMITTED):
        if document["effective_until"] and document["effective_until"] <= _said(now):
            yield f"Its last day was before {document['effective_until'][:10]}: nobody would find it once approved."
        elif document["effective_from"] and document["effective_from"] > _said(now):
            yield f"Once approved, it is in force from {day} on; what is in force now stays so till then."
    elif document["standing"] == Standing.UPCOMING:
        before = [each["version"] for each in document["versions"] if each["standing"] == Standing.IN_FORCE]
        stays = f"; version {before[0]} stays in force till then" if before else "; no version is in force till then"
        yield f"It is in force from {day} on{stays}."
    elif document["standing"] == Standing.EXPIRED:
        yield f"It is no longer in force since {document['effective_until'][:10]}: nobody finds it."
    elif document["standing"] == Standing.REPLACED:
        by = max(each["version"] for each in document["versions"] if each["standing"] == Standing.IN_FORCE)
        yield f"Version {by} is in force instead: nobody finds this one."


def _said(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _of_others(document: Mapping[str, Any]) -> Iterator[str]:
    if document["status"] not in (Status.DRAFT, Status.SUBMITTED):
        return
    in_force = next((each for each in document["versions"] if each["standing"] == Standing.IN_FORCE), None)
    if in_force is not None and in_force["version"] > document["version"]:
        yield f"Version {in_force['version']} is newer and in force, so this one cannot be approved."
    for other in document["similar"]:
        where = f"{other['id']}@{other['version']}" if other["version"] else f"{other['id']}, which came in with it"
        if other["similarity"] == 1:
            yield f"It has the same words as {where}."
        else:
            yield f"It resembles {where}: about {other['similarity']:.0%} of the words in a row are the same."


def _of_collection(document: Mapping[str, Any], searched: Collection[str]) -> Iterator[str]:
    told = unsearched(document["collection"], searched)
    if told is not None and document["status"] in (Status.DRAFT, Status.SUBMITTED, Status.APPROVED):
        yield told


def _of_same_words(document: Mapping[str, Any]) -> Iterator[str]:
    """What was taken out of use once comes back unnoticed otherwise, with an import of the same files."""
    if document["status"] not in (Status.DRAFT, Status.SUBMITTED):
        return
    for other in document["versions"]:
        if other["status"] == Status.RETIRED and other["digest"] == document["digest"]:
            yield f"It says what version {other['version']} said, which {other['ended_by']} retired."
            return


def _of_the_end(document: Mapping[str, Any]) -> Iterator[str]:
    """Retiring a version does not bring its elders back, which not everybody expects."""
    versions = document["versions"]
    standings = {each["standing"] for each in versions}
    if document["status"] != Status.RETIRED or document["approved_by"] is None or Standing.IN_FORCE in standings:
        return
    superseded = [each["version"] for each in versions if each["status"] == Status.SUPERSEDED]
    if Standing.UPCOMING in standings:
        day = min(each["effective_from"] for each in versions if each["standing"] == Standing.UPCOMING)[:10]
        yield f"Nothing of this document is in force until {day}."
    elif superseded:
        yield (
            f"Nothing of this document is in force any more: version {max(superseded)} was superseded for good. "
            "Submit its words as a new version to bring them back."
        )
    else:
        yield "Nothing of this document is in force any more."


def _of_review(document: Mapping[str, Any]) -> Iterator[str]:
    if document["overdue"]:
        yield f"It was to be reviewed by {document['review_by']}."


def _of_labels(document: Mapping[str, Any], named: Collection[Named]) -> Iterator[str]:
    """What a document that labels name means to them while no version of it is in force."""
    if any(each["standing"] == Standing.IN_FORCE for each in document["versions"]):
        return
    for workflow in sorted({each.workflow for each in named}):
        labels = [each for each in named if each.workflow == workflow]
        if labels[0].evidence is not EvidencePolicy.OFF:
            yield (
                f"No version is in force, but {_listed([each.label for each in labels])} of {workflow} "
                f"{'name' if len(labels) > 1 else 'names'} this document: people decide such requests, unless another "
                "document that the label names is found."
            )


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:_NAMED])
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return f"label{'s' if len(labels) > 1 else ''} {shown}{more}"
