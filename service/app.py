"""The one place where the parts are joined to an application."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import AsyncIterator

from fastapi import FastAPI

import service.api.routes
import service.console.routes
from service.errors import CannotStart
from service.observe.logs import set_up_logs
from service.observe.sheets import Sheets
from service.observe.tracing import set_up_tracing, shut_down_tracing
from service.settings import Settings, load_settings
from service.usecases import readiness
from service.usecases.edited_files import take_over
from service.usecases.house import House, open_house
from service.usecases.steward import Steward


def create_app(house: House) -> FastAPI:
    """API and console over one house, kept in step with other workers, and closed when the application stops."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sheets: Sheets = app.state.sheets
        steward = Steward(house)
        steward.start()
        sheets.start()
        try:
            yield
        finally:
            steward.stop()
            house.close()
            sheets.close()
            shut_down_tracing()

    app = FastAPI(
        title="Signoff",
        version="1",
        description="Decide by rules, approved documents and a classifier with a guarantee; the rest goes to people.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},  # see observe.tracing
    )
    service.api.routes.install(app, house)
    service.console.routes.install(app, house)
    return app


def open_for_service(settings: Settings) -> House:
    """A house that can answer at once: every active release is open, or this is where the start ends, saying why."""
    set_up_tracing(settings.otlp_url)
    house = open_house(settings)
    try:
        _refuse_unready(house)
        take_over(house, "start")
    except BaseException:
        house.close()
        raise
    # What is open now stays: walking a thousand rules again and again, the collector would hold up requests.
    gc.collect()
    gc.freeze()
    return house


def _refuse_unready(house: House) -> None:
    state = readiness.state(house)
    if not state["ready"]:
        wrong = "; ".join(f"{part}: {what}" for part, what in state["checks"].items() if what not in ("ok", "halted"))
        raise CannotStart(wrong, remedy="run `signoff init`; a damaged snapshot: `signoff index build`")


def app_from_environment() -> FastAPI:
    """What uvicorn calls in each worker."""
    set_up_logs()
    return create_app(open_for_service(load_settings()))
