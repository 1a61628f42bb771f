"""Search the approved documents as a request would, for people: now, or as they stood at another moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.model import AllowedSet, DocumentKey, Evidence, Query
from index.search import HybridSearcher
from index.signals.parts import check_weights
from rules.model import AttributeValue
from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.answer import document_part, timestamp
from service.domain.document import Status, Version, addressed
from service.domain.signal_values import signal_values
from service.errors import FieldProblem, InvalidRequest, did_you_mean
from service.store import documents, pointers
from service.usecases.allowed import Narrow
from service.usecases.as_of import too_early
from service.usecases.consider import retrieval_vector, utc_date
from service.usecases.house import House
from service.usecases.shelf import OpenRelease

_MOST = 100  # passages of one answer
_FIELD = "field."


@dataclass(frozen=True, slots=True)
class _Library:
    """What is searched: the versions approved at a moment, and those of them that the principal may find."""

    sequence: int
    approved: Iterable[Version]
    allowed: AllowedSet
    view: HybridSearcher


def search(
    house: House,
    principal: Principal,
    *,
    workflow: str,
    text: str,
    k: int = 5,
    filters: Mapping[str, frozenset[str]] | None = None,
    as_of: datetime | None = None,
    weights: Mapping[str, float] | None = None,
    attributes: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """The best passages this principal may see, with the parts of their scores and each part's share.

    `filters` narrow as a rule's obligation does (collection, id, owner, jurisdiction, `field.<name>`) and never widen.
    `as_of` searches what was approved and in force at that moment, with today's release. `weights` take the place of
    the workflow's own, part by part. InvalidRequest names every field that is wrong, a filter's field that no document
    has among them. `notices` say why nothing is found as of a moment that is too early.
    """
    with house.store.read() as connection:
        found = pointers.pointer(connection, workflow)
    if found is None:
        raise _refused([FieldProblem("workflow", f"unknown workflow {workflow!r}", "see GET /v1/releases")])
    release = house.shelf.serve(found.release)
    clean = normalize(text).clean
    typed = _checked(house, release, text, clean, k, weights or {}, attributes or {})
    narrow, moment = filters or {}, as_of or house.clock()
    if as_of is None:
        library = _at(house, release, found.document_sequence, principal, moment, narrow)
    else:
        library = _then(house, release, principal, as_of, narrow)
    if not library.allowed.documents:
        _refuse_unknown_fields(release, library.approved, principal, narrow)
    query = Query(
        text=clean,
        vector=retrieval_vector(house, release, clean),
        today=utc_date(moment),
        attributes=signal_values(typed),
        weights=dict(weights or {}),
    )
    evidence = library.view.search(query, library.allowed, k)
    return {
        "items": [_item(house, each, past=as_of is not None) for each in evidence],
        "sequence": library.sequence,
        "as_of": timestamp(as_of) if as_of is not None else None,
        "notices": [] if evidence or as_of is None else _too_early(house, release, principal, as_of),
    }


def _at(
    house: House, release: OpenRelease, sequence: int, principal: Principal, moment: datetime, narrow: Narrow
) -> _Library:
    collections = release.workflow.collections
    allowed = house.allowed.get(collections, sequence, principal.groups, moment, narrow)
    approved = house.register.at(collections, sequence).all()
    return _Library(sequence, approved, allowed, house.views.at(release, sequence))


def _then(house: House, release: OpenRelease, principal: Principal, moment: datetime, narrow: Narrow) -> _Library:
    """By the times of approvals, as the list of documents goes: no one sequence is it where clocks differ."""
    collections = release.workflow.collections
    with house.store.read() as connection:
        sequence = documents.sequence_at(connection, moment)
        agree = documents.clocks_agree(connection, collections, sequence, moment)
        versions = [] if agree else documents.approved_then(connection, collections, moment)
    if agree:
        return _at(house, release, sequence, principal, moment, narrow)
    allowed = house.allowed.of(versions, principal.groups, moment, narrow)
    return _Library(sequence, versions, allowed, house.views.over(release, [each.key for each in versions]))


def _refuse_unknown_fields(
    release: OpenRelease, approved: Iterable[Version], principal: Principal, narrow: Narrow
) -> None:
    """A misspelt field keeps everything out, and its empty list would look like an answer.

    Fields of documents that are not for this principal are as unknown as any other.
    """
    asked = [name.removeprefix(_FIELD) for name in narrow if name.startswith(_FIELD)]
    versions = [each for each in approved if addressed(each, principal.groups)] if asked else []
    if not versions:
        return
    signals = release.workflow.ranking.signals.values()
    known = {name for each in versions for name in each.fields}
    known |= {signal.field for each in signals for signal in each if signal.field}
    unknown = "no document that you may find has this field"
    problems = [
        FieldProblem(f"filters.fields.{name}", unknown, did_you_mean(name, known, "fields"))
        for name in asked
        if name not in known
    ]
    if problems:
        raise _refused(problems)


def _too_early(house: House, release: OpenRelease, principal: Principal, moment: datetime) -> list[str]:
    with house.store.read() as connection:
        rows = documents.approvals(connection, release.workflow.collections)
        mine = (row.approved_at for row in rows if not row.audience or not principal.groups.isdisjoint(row.audience))
        return too_early(moment, next(mine, None))


def _checked(
    house: House,
    release: OpenRelease,
    text: str,
    clean: str,
    k: int,
    weights: Mapping[str, float],
    attributes: Mapping[str, object],
) -> Mapping[str, AttributeValue]:
    """The attributes, typed; a search names those it wants a signal to know of, and need not name any."""
    schema, longest = release.ruleset.schema, house.settings.max_text_chars
    problems = [
        FieldProblem("weights" if name == "weights" else f"weights.{name}", problem, remedy)
        for name, problem, remedy in check_weights(weights, release.workflow.ranking)
    ]
    problems += [
        FieldProblem(f"attributes.{each.field}" if each.field else "attributes", each.message, each.remedy)
        for each in schema.check(attributes)
        if each.field in attributes
    ]
    if not clean.strip() or len(text) > longest:
        problems.append(FieldProblem("text", f"must have 1 to {longest} characters to read", "send other words"))
    if not 1 <= k <= _MOST:
        problems.append(FieldProblem("k", f"must be 1 to {_MOST}", "ask for fewer passages"))
    if problems:
        raise _refused(problems)
    return dict(schema.coerce(attributes)) if attributes else {}


def _refused(problems: list[FieldProblem]) -> InvalidRequest:
    return InvalidRequest("; ".join(f"{each.field}: {each.message}" for each in problems), problems=tuple(problems))


def _item(house: House, found: Evidence, *, past: bool) -> dict[str, Any]:
    return document_part(found) | {
        "start": found.start,
        "end": found.end,
        "shares": {name: round(share, 4) for name, share in found.shares.items()},
        "status": _status_now(house, found.key) if past else Status.APPROVED.value,
    }


def _status_now(house: House, key: DocumentKey) -> str:
    """What became since of a version that was approved then."""
    with house.store.read() as connection:
        row = documents.get(connection, key.collection, key.id, key.version)
    assert row is not None, "versions that were approved are kept"
    return str(row.status)
