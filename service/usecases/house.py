"""Everything a use case needs, joined once at start. Clock and ids are handed in, so that tests can set them."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from index.encoder import EncoderPool
from index.errors import IndexFault
from index.latest import Latest
from service.errors import CannotStart, ServiceError
from service.ids import id_at, new_id
from service.settings import Settings
from service.store.engine import Store, open_store
from service.store.migrate import check_schema
from service.usecases.allowed import AllowedSets
from service.usecases.changed import Changed
from service.usecases.disables import Disables
from service.usecases.document_checks import DocumentChecks
from service.usecases.encoders import Encoders
from service.usecases.key_store import keys_of, refuse_other_keys
from service.usecases.one_clock import DatabaseClock, clock_of
from service.usecases.register import Register
from service.usecases.restoring import refuse_half_restored
from service.usecases.secret import read_secret, refuse_other_secret
from service.usecases.shelf import Shelf
from service.usecases.snapshots import Snapshots
from service.usecases.tally import Tally
from service.usecases.views import Views
from service.writer.breaker import Breaker

if TYPE_CHECKING:
    from service.usecases.provider import Provider

_OPINIONS = 8_192  # kept of calibration cases: a few kilobytes each
_READINGS = 2 * _OPINIONS  # what encoder and classifier made of each, apart
_SUMMARIES = 4_096

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """The parts of a running instance."""

    settings: Settings
    store: Store
    encoder: EncoderPool  #: the instance's own; a release may have another one
    encoders: Encoders
    snapshots: Snapshots
    shelf: Shelf
    register: Register
    allowed: AllowedSets
    views: Views
    checks: DocumentChecks
    changed: Changed
    disables: Disables
    judges: ThreadPoolExecutor  #: threads that take requests from door to routing
    secret: bytes  #: key of the digests in the ledger
    clock: Callable[[], datetime]
    provider: Provider | None = None  #: whom people sign in with elsewhere; None: there is nobody
    new_id: Callable[[str], str] = new_id
    draw: Callable[[], float] = random.SystemRandom().random  #: 0 to 1, for random checks
    worker: str = field(default_factory=lambda: new_id("wrk"))  #: names this process among those that answer
    tally: Tally = field(default_factory=Tally)
    #: What is thought of calibration cases, by everything that depends on; and what is, whatever the documents say.
    opinions: Latest[tuple[Hashable, ...], Any] = field(default_factory=lambda: Latest(_OPINIONS))
    readings: Latest[tuple[Hashable, ...], Any] = field(default_factory=lambda: Latest(_READINGS))
    #: Places of the sentences that head long requests, by decision.
    summaries: Latest[tuple[Hashable, ...], Any] = field(default_factory=lambda: Latest(_SUMMARIES))
    breaker: Breaker = field(default_factory=Breaker)  #: of the language model

    @property
    def home(self) -> Path:
        return self.settings.home

    def close(self) -> None:
        """Finish what is under way, then let go of everything."""
        self.judges.shutdown(wait=True)
        try:
            self.tally.flush(self.store)
        except ServiceError as error:
            log.warning("tally_lost", detail=error.detail)
        self.store.close()


def open_house(settings: Settings, clock: Callable[[], datetime] | None = None) -> House:
    """Open database, encoder and secret; `CannotStart` says which of them is not fit and how to mend it."""
    if not settings.home.is_dir():
        raise CannotStart(f"there is no folder {settings.home}", remedy="run `signoff init` first")
    refuse_half_restored(settings.home)
    store = open_store(settings.database)
    try:
        store.refuse_unfit()
        check_schema(store)
        secret = read_secret(settings.home)
        with store.read() as connection:
            refuse_other_secret(connection, settings.home, secret)
        clock = clock or clock_of(store)
        encoder = EncoderPool(
            encoder_folder(settings), sessions=settings.encoder_sessions, cache=settings.encoder_cache
        )
    except IndexFault as fault:
        store.close()
        raise CannotStart(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
    except BaseException:
        store.close()
        raise
    house = furnish(settings, store, encoder, secret, clock)
    try:
        refuse_other_keys(store)
    except BaseException:
        house.close()
        raise
    return house


def furnish(
    settings: Settings, store: Store, encoder: EncoderPool, secret: bytes, clock: Callable[[], datetime]
) -> House:
    """The parts joined, over what was opened already."""
    encoders = Encoders(
        encoder, settings.home / "encoders", sessions=settings.encoder_sessions, cache=settings.encoder_cache
    )
    store.use_keys(keys_of(settings, clock))
    snapshots = Snapshots(store, settings.home / "snapshots", clock)
    shelf = Shelf(store, snapshots, encoders, settings.route)
    register = Register(store)
    ids = _ids_by(clock) if isinstance(clock, DatabaseClock) else new_id
    return House(
        settings=settings,
        store=store,
        encoder=encoder,
        encoders=encoders,
        snapshots=snapshots,
        shelf=shelf,
        register=register,
        allowed=AllowedSets(register),
        views=Views(store, register),
        checks=DocumentChecks(store),
        changed=Changed(),
        disables=Disables(store, shelf),
        judges=ThreadPoolExecutor(settings.decision_threads, thread_name_prefix="judge"),
        secret=secret,
        clock=clock,
        provider=_provider_of(settings),
        new_id=ids,
        worker=ids("wrk"),
    )


def _ids_by(clock: Callable[[], datetime]) -> Callable[[str], str]:
    """Ids sort by when they were made, also those of other replicas: so all are made by one clock."""
    return lambda prefix: id_at(prefix, clock())


def _provider_of(settings: Settings) -> Provider | None:
    if settings.oidc_file is None:
        return None
    from service.usecases.provider import open_provider  # brings cryptography along, which most commands do not need

    return open_provider(settings)


def encoder_folder(settings: Settings) -> Path:
    return settings.home / "encoder"
