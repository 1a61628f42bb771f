"""Run the application under uvicorn, in one process or in several; SIGHUP takes over edited rules.

With several workers the parent only watches over them. It hands SIGHUP on through the database: the oldest worker of
this host reloads, and the new releases answer once all workers have them open. No worker is restarted.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from service.observe.logs import set_up_logs
from service.observe.sheets import shared_folder
from service.settings import PREFIX, Settings

log = structlog.get_logger(__name__)


def run(settings: Settings, workers: int = 1) -> None:
    """Serve until told to stop. Several workers each open the same home; the database row points them all."""
    set_up_logs()
    os.environ[f"{PREFIX}HOME"] = str(settings.home)
    os.environ[f"{PREFIX}HOST"], os.environ[f"{PREFIX}PORT"] = settings.host, str(settings.port)
    common = {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 10,
    }
    if workers > 1:
        several = {**common, "workers": workers, "timeout_worker_healthcheck": _HANGS}
        _run_workers(settings, uvicorn.Config(_FACTORY, factory=True, **several))  # type: ignore[arg-type]
        return
    from service.app import create_app, open_for_service
    from service.usecases.edited_files import SIGNAL, take_over

    house = open_for_service(settings)

    def on_hangup(_signal: int, _frame: object) -> None:
        # Compiling rules takes time; the handler must not hold up the server.
        threading.Thread(target=take_over, args=(house, SIGNAL), name="reload", daemon=True).start()

    signal.signal(signal.SIGHUP, on_hangup)
    # uvicorn raises the signal anew once it has stopped: having been told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    _greet(settings)
    uvicorn.run(create_app(house), **common)  # type: ignore[arg-type]


#: Seconds without a sign of life after which a worker is replaced. A busy machine is no reason to kill one: it would be
#: busier with the start of the next one, which would be killed as well.
_HANGS = 60
_FACTORY = "service.app:app_from_environment"


def _run_workers(settings: Settings, config: uvicorn.Config) -> None:
    class Workers(Multiprocess):
        """uvicorn's supervisor, which would restart every worker on SIGHUP."""

        def handle_hup(self) -> None:
            _ask_for_reload(settings)

    listening = config.bind_socket()
    _greet(settings)
    try:
        with shared_folder():
            Workers(config, [listening]).run()
    finally:
        listening.close()


def _ask_for_reload(settings: Settings) -> None:
    from service.errors import ServiceError
    from service.usecases.steward import ask_for_reload

    try:
        ask_for_reload(settings)
    except ServiceError as error:  # the parent must outlive this: it keeps the workers running
        log.warning("reload_not_asked_for", detail=error.detail, remedy=error.remedy)


def _greet(settings: Settings) -> None:
    print(f"Signoff on http://{settings.host}:{settings.port}  console /console  API documentation /docs", flush=True)
