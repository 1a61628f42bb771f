"""A past decision, with everything that it depended on, and the way to make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from index.model import AllowedSet
from rules.evaluate import evaluate
from rules.model import Effect
from rules.normalize import normalize
from service.domain.decide import ORDINARY, Circumstances, decide
from service.domain.types import Certificate, Reason
from service.errors import FieldProblem, InvalidRequest
from service.store import payloads
from service.store.engine import Connection, Row
from service.store.pointers import Pointer
from service.usecases.ask import Ask, Asked
from service.usecases.collect import request_of, text_of
from service.usecases.consider import Considered, Rooms, Stopwatch, consider, utc_date
from service.usecases.house import House
from service.usecases.shelf import OpenRelease


@dataclass(frozen=True, slots=True)
class Past:
    """A decision as it was recorded."""

    id: str
    row: Row[Any]
    record: Mapping[str, Any]  #: the body of its record
    ask: Ask
    answer: bytes  #: as it was stored

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(self.row.groups)

    @property
    def at(self) -> datetime:
        """When it was made: what was in force then could be found."""
        made: datetime = self.row.created_at
        return made

    @property
    def asked_at(self) -> datetime:
        """What the rules took for now: when it was asked for first."""
        said = self.record.get("asked_at")
        return datetime.fromisoformat(said) if said else self.at

    @property
    def failed(self) -> bool:
        """A room after the rules could not do its work, so that nothing was found and nothing judged."""
        return Reason.DEGRADED.value in self.record["reasons"] and self.record["judgement"] is None

    @property
    def circumstances(self) -> Circumstances:
        """What held beside the request: stopped by whom, drawn or not."""
        reasons = self.record["reasons"]
        return replace(
            ORDINARY,
            halted=Reason.HALTED.value in reasons,
            degraded=Reason.DEGRADED.value in reasons,
            random_check=self.row.probability is not None,
        )


def read_past(connection: Connection, row: Row[Any]) -> Past | None:
    """The decision of a row of `service.store.past`; None when its request or its answer is erased."""
    asked, answer = payloads.get(connection, row.request), payloads.get(connection, row.answer)
    request = request_of(asked)
    if text_of(asked) is None or not request_of(answer):
        return None
    ask = Ask(row.workflow, request["text"], request.get("attributes") or {}, request.get("subject"))
    return Past(row.id, row, json.loads(row.record)["body"], ask, answer)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a request is considered with, apart from itself and whoever asked."""

    release: OpenRelease
    sequence: int  #: of the documents
    at: datetime  #: documents in force then are found
    off: frozenset[str]  #: rules that are disabled
    certificate: Certificate | None
    circumstances: Circumstances
    route: Mapping[str, int]


def as_it_was(past: Past, release: OpenRelease) -> Setting:
    """With the release that made it: everything as it was then, also a certificate that does not count today."""
    granted = release.row["certificate"]
    certificate = Certificate.from_json(granted) if granted and past.record["certified"] else None
    return _at_its_time(past, release, certificate, past.circumstances)


def on_a_candidate(past: Past, release: OpenRelease) -> Setting:
    """With another release and its own certificate, and nothing else changed; what had failed is tried."""
    circumstances = past.circumstances
    if past.failed:
        circumstances = replace(circumstances, degraded=False)
    return _at_its_time(past, release, release.certificate, circumstances)


def _at_its_time(
    past: Past, release: OpenRelease, certificate: Certificate | None, circumstances: Circumstances
) -> Setting:
    off, route = frozenset(past.record.get("disabled", ())), past.record["route"]
    return Setting(release, past.row.document_sequence, past.at, off, certificate, circumstances, route)


def again(house: House, past: Past, setting: Setting, *, failing: bool = False) -> Asked:
    """The request once more, asked by the same caller at the same time, considered with what `setting` says.

    `failing` says that no room after the rules does its work. InvalidRequest when the attributes do not fit the
    release's policy. Raises whatever opening documents of that sequence raises.
    """
    release, ask = setting.release, past.ask
    problems = release.ruleset.schema.check(ask.attributes)
    if problems:
        raise InvalidRequest(
            f"the request does not fit release {release.id}: " + ", ".join(sorted({p.field for p in problems})),
            problems=tuple(FieldProblem(f"attributes.{p.field}", p.message, p.remedy) for p in problems),
        )
    attributes = dict(release.ruleset.schema.coerce(ask.attributes))
    text, asked_at = normalize(ask.text), past.asked_at
    if failing:
        considered = _rules_alone(past, setting, attributes)
    else:
        considered = consider(
            release,
            _rooms(house, setting).opinion,
            text,
            attributes,
            lambda narrow: _allowed(house, past, setting, narrow),
            asked_at,
            key=ask.subject,
            off=setting.off,
            circumstances=setting.circumstances,
            certificate=setting.certificate,
        )
    pointer = Pointer(release.workflow.name, release.id, setting.circumstances.halted, setting.sequence)
    off = setting.off & considered.ruling.apart
    drawn = past.row.probability if setting.circumstances.random_check else None
    other = asked_at if asked_at != setting.at else None
    return Asked(release, pointer, considered, off, setting.certificate, drawn, setting.at, setting.route, other)


def _rooms(house: House, setting: Setting) -> Rooms:
    release, route = setting.release, setting.route
    return Rooms(
        release,
        lambda: house.views.at(release, setting.sequence),
        utc_date(setting.at),
        route["evidence_k"],
        route["max_windows"],
    )


def _allowed(house: House, past: Past, setting: Setting, narrow: Mapping[str, frozenset[str]]) -> AllowedSet:
    collections = setting.release.workflow.collections
    return house.allowed.get(collections, setting.sequence, past.groups, setting.at, narrow)


def _rules_alone(past: Past, setting: Setting, attributes: Mapping[str, Any]) -> Considered:
    text, watch = normalize(past.ask.text), Stopwatch()
    ruling = evaluate(setting.release.ruleset, text, attributes, past.asked_at, key=past.ask.subject, off=setting.off)
    circumstances = setting.circumstances
    if ruling.effect is not Effect.BLOCK:
        circumstances = replace(circumstances, degraded=True)
    automatic = decide(setting.release.workflow, ruling, None, (), setting.certificate, circumstances)
    return Considered(text, ruling, None, automatic, watch.seconds, circumstances=circumstances)
