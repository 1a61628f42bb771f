"""Search the approved documents as a request would, for people: now, or as they stood at another moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from index.model import DocumentKey, Evidence, Query
from index.signals.parts import check_weights
from rules.model import AttributeValue
from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.answer import document_part, timestamp
from service.domain.document import Status
from service.domain.signal_values import signal_values
from service.errors import FieldProblem, InvalidRequest
from service.store import documents, pointers
from service.usecases.consider import retrieval_vector, utc_date
from service.usecases.house import House
from service.usecases.shelf import OpenRelease

_MOST = 100  # passages of one answer


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
    the workflow's own, part by part. InvalidRequest names every field that is wrong.
    """
    with house.store.read() as connection:
        found = pointers.pointer(connection, workflow)
        then = documents.sequence_at(connection, as_of) if as_of is not None else None
    if found is None:
        raise _refused([FieldProblem("workflow", f"unknown workflow {workflow!r}", "see GET /v1/releases")])
    release = house.shelf.serve(found.release)
    clean = normalize(text).clean
    typed = _checked(house, release, text, clean, k, weights or {}, attributes or {})
    sequence, moment = (found.document_sequence if then is None else then), as_of or house.clock()
    collections = release.workflow.collections
    allowed = house.allowed.get(collections, sequence, principal.groups, moment, filters or {})
    query = Query(
        text=clean,
        vector=retrieval_vector(house, release, clean),
        today=utc_date(moment),
        attributes=signal_values(typed),
        weights=dict(weights or {}),
    )
    evidence = house.views.at(release, sequence).search(query, allowed, k)
    return {
        "items": [_item(house, each, past=as_of is not None) for each in evidence],
        "sequence": sequence,
        "as_of": timestamp(as_of) if as_of is not None else None,
    }


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
