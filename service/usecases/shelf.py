"""Releases, opened and ready to answer. What a release names never changes, so an opened one is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from index.adapt import Adapter, adapter_from_bytes
from index.encoder import EncoderPool
from index.errors import IndexFault
from index.latest import Latest
from index.snapshot import Snapshot
from rules.ruleset import RuleSet
from service.domain.types import Certificate, Refusal, Workflow
from service.errors import CannotStart, NotFound, ReleaseOpening
from service.learn.judge import Head
from service.learn.registry import head_from_bytes
from service.store import artefacts, pointers
from service.store.engine import Connection, Store
from service.usecases.encoders import Encoders
from service.usecases.rule_files import ruleset_of
from service.usecases.snapshots import Snapshots
from service.usecases.workflow_file import read_workflow

T = TypeVar("T")

LEARNED = "learned"  #: begins the names of parts that hold what was learned from, word for word

_KEPT = 16  # open releases kept in memory; memory-mapped snapshots share their pages


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """One release of a workflow: rule set, snapshot, model and policy, opened and checked."""

    id: str
    workflow: Workflow
    ruleset: RuleSet
    snapshot: Snapshot  #: what a view of the documents begins with
    encoder: EncoderPool
    judge_encoder: EncoderPool  #: whose vectors the head judges: the very same, unless it brings its own
    adapter: Adapter | None  #: brings a request's vector nearer to the documents' words
    head: Head
    certificate: Certificate | None
    refusal: Refusal | None
    row: Mapping[str, Any]


class Shelf:
    """Opens releases by id and keeps the latest. Parts that two releases share are opened once."""

    def __init__(self, store: Store, snapshots: Snapshots, encoders: Encoders, route: Mapping[str, int]) -> None:
        """`route` are the settings that a certificate depends on; with others it does not hold."""
        self._store = store
        self._snapshots = snapshots
        self._encoders = encoders
        self._route = dict(route)
        self._releases: Latest[str, OpenRelease] = Latest(_KEPT)
        self._held: Mapping[str, OpenRelease] = {}
        self._attended = False
        self._parts: Latest[tuple[Hashable, ...], Any] = Latest(8 * _KEPT)
        # What two requests miss at once is opened once. Opening may take long where a snapshot has to be mended, and
        # whoever only wants a policy or a rule set does not wait for that.
        self._opening = threading.RLock()
        self._making = threading.RLock()

    def open(self, release_id: str) -> OpenRelease:
        """The release, from memory when it was asked for before."""
        found = self.found(release_id)
        if found is None:
            with self._opening:
                found = self.found(release_id)
                if found is None:
                    found = self._load(release_id)
                    self._releases.put(release_id, found)
        return found

    def found(self, release_id: str) -> OpenRelease | None:
        """The release, if it is open."""
        return self._held.get(release_id) or self._releases.get(release_id)

    def serve(self, release_id: str) -> OpenRelease:
        """The release for a request: open already, or opened now where no steward does that.

        ReleaseOpening otherwise: a request does not wait for a release, another worker has it.
        """
        found = self.found(release_id)
        if found is None and self._attended:
            raise ReleaseOpening(
                f"release {release_id} answers now and is not open in this worker yet",
                remedy="send the same request again in a second",
                headers={"Retry-After": "1"},
            )
        return found or self.open(release_id)

    def hold(self, releases: Mapping[str, OpenRelease]) -> None:
        """Keep these, whatever else is opened: those that answer, and those about to."""
        self._held = dict(releases)

    def attend(self, attended: bool) -> None:
        """Whether a steward opens what is about to answer, so that no request has to."""
        self._attended = attended

    @property
    def attended(self) -> bool:
        return self._attended

    def put(self, release: OpenRelease) -> None:
        """Keep a release that was just staged, so that its first request finds it open."""
        self._releases.put(release.id, release)

    def let_go(self, snapshot: str) -> None:
        """Forget a snapshot and the releases on it: it is opened anew by whoever opens them next."""

        def on_it(_id: str, release: OpenRelease) -> bool:
            return bool(release.row["snapshot"] == snapshot)

        with self._opening:
            self._held = {name: release for name, release in self._held.items() if not on_it(name, release)}
            self._releases.drop(on_it)
            self._parts.drop(lambda key, _: key == ("snapshot", snapshot))

    def policy(self, release_id: str) -> Workflow:
        """The release's policy alone: it can be read long after the release's snapshot or encoder has gone."""
        return self.part(("policy of", release_id), lambda: self._policy_of(release_id))

    def rules(self, release_id: str) -> RuleSet:
        """The release's rule set alone, for asking an old release's rules without its snapshot or encoder."""
        with self._store.read() as connection:
            row, read = _row(connection, release_id), Artefacts(connection)
            return ruleset_of(read[row["rules"]], self._policy(row["policy"], read).attributes, self.part)

    def judge_of(self, release_id: str) -> tuple[Head, EncoderPool]:
        """The release's head and the encoder whose vectors it judges, without the release's snapshot."""
        with self._store.read() as connection:
            row = _row(connection, release_id)
            return self._judge(row["head"], self._encoders.of(row["encoder"]), Artefacts(connection))

    def assemble(self, row: Mapping[str, Any], read: Mapping[str, bytes]) -> OpenRelease:
        """A release from its row and the bytes of its artefacts by digest; opens what is not open yet."""
        encoder = self._encoders.of(row["encoder"])
        workflow = self._policy(row["policy"], read)
        ruleset = ruleset_of(read[row["rules"]], workflow.attributes, self.part)
        head, judge_encoder = self._judge(row["head"], encoder, read)
        snapshot = self._snapshot(row["snapshot"], encoder)
        certificate = Certificate.from_json(row["certificate"]) if row["certificate"] else None
        refusal = Refusal.from_json(row["refusal"]) if row["refusal"] else None
        if certificate is not None and row["route"] != self._route:
            refusal = _other_route(certificate, row["route"], self._route)
            certificate = None
        return OpenRelease(
            id=row["id"],
            workflow=workflow,
            ruleset=ruleset,
            snapshot=snapshot,
            encoder=encoder,
            judge_encoder=judge_encoder,
            adapter=self._adapter(row["adapter"], encoder, read),
            head=head,
            certificate=certificate,
            refusal=refusal,
            row=row,
        )

    def _load(self, release_id: str) -> OpenRelease:
        with self._store.read() as connection:
            return self.assemble(_row(connection, release_id), Artefacts(connection))

    def _policy_of(self, release_id: str) -> Workflow:
        with self._store.read() as connection:
            row = _row(connection, release_id)
            return self._policy(row["policy"], Artefacts(connection))

    def _policy(self, digest: str, read: Mapping[str, bytes]) -> Workflow:
        return self.part(("policy", digest), lambda: read_workflow(read[digest]))

    def _judge(self, digest: str, encoder: EncoderPool, read: Mapping[str, bytes]) -> tuple[Head, EncoderPool]:
        """A head, and the encoder it belongs to: `encoder`, or its own by digest."""
        head = self.part(("head", digest), lambda: head_from_bytes(read[digest]))
        own = head.encoder in ("", encoder.digest)
        return head, encoder if own else self._encoders.of(head.encoder)

    def _adapter(self, digest: str | None, encoder: EncoderPool, read: Mapping[str, bytes]) -> Adapter | None:
        if digest is None:
            return None
        try:
            return self.part(("adapter", digest), lambda: adapter_from_bytes(read[digest], encoder.digest))
        except IndexFault as fault:
            raise CannotStart(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault

    def _snapshot(self, digest: str, encoder: EncoderPool) -> Snapshot:
        key = ("snapshot", digest)
        with self._opening:
            found: Snapshot | None = self._parts.get(key)
            if found is None:
                found = self._snapshots.open(digest, encoder)
                self._parts.put(key, found)
            return found

    def part(self, key: tuple[Hashable, ...], make: Callable[[], T], /) -> T:
        """What `key` names, made once and kept: parts that releases share, and rule files that were tried before."""
        part: T | None = self._parts.get(key)
        if part is None:
            with self._making:
                part = self._parts.get(key)
                if part is None:
                    part = make()
                    self._parts.put(key, part)
        return part

    def forget_learned(self) -> None:
        """Keep no text that was learned from in memory; it is read anew."""
        self._parts.drop(lambda key, _part: key[0] == LEARNED)


class Artefacts(Mapping[str, bytes]):
    """Artefacts by digest, read when asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getitem__(self, digest: str) -> bytes:
        return artefacts.get(self._connection, digest)

    def __iter__(self) -> Any:
        raise TypeError("artefacts are looked up by digest, not listed")

    def __len__(self) -> int:
        raise TypeError("artefacts are looked up by digest, not counted")


def _row(connection: Connection, release_id: str) -> dict[str, Any]:
    row = pointers.release(connection, release_id)
    if row is None:
        raise NotFound(f"there is no release {release_id}")
    return row


def _other_route(certificate: Certificate, certified: Mapping[str, int], now: Mapping[str, int]) -> Refusal:
    """Why a certificate does not hold under other settings than it was made with."""
    changed = ", ".join(
        f"{name} {certified.get(name)} → {value}" for name, value in now.items() if certified.get(name) != value
    )
    return Refusal(
        alpha=certificate.alpha,
        delta=certificate.delta,
        cases=certificate.cases,
        accepted=certificate.accepted,
        needed=0,
        why=f"certified under other settings ({changed}): set them back, or certify anew with `signoff index build`",
        sample=certificate.sample,
    )
