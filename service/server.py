"""Run the application under uvicorn; SIGHUP reloads the rules."""

from __future__ import annotations

import os
import signal
import sys
import threading

import uvicorn

from service.observe.logs import set_up_logs
from service.settings import PREFIX, Settings


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
        uvicorn.run("service.app:app_from_environment", factory=True, workers=workers, **common)  # type: ignore[arg-type]
        return
    from service.app import create_app, load_edited_files, open_for_service

    house = open_for_service(settings)

    def on_hangup(_signal: int, _frame: object) -> None:
        # Compiling rules takes time; the handler must not hold up the server.
        threading.Thread(target=load_edited_files, args=(house, "SIGHUP"), name="reload", daemon=True).start()

    signal.signal(signal.SIGHUP, on_hangup)
    # uvicorn raises the signal anew once it has stopped: having been told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    print(f"Signoff on http://{settings.host}:{settings.port}  console /console  API documentation /docs", flush=True)
    uvicorn.run(create_app(house), **common)  # type: ignore[arg-type]
