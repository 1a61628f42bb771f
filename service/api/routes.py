"""The public API joins the application here."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from service.api import (
    audit,
    beside,
    bulk,
    cases,
    decisions,
    documents,
    dossiers,
    drafts,
    erasure,
    events,
    exports,
    halt,
    health,
    imports,
    jobs,
    keys,
    labelling,
    models,
    openapi,
    people,
    questions,
    reference,
    releases,
    replay,
    rules,
    search,
    team,
    watch,
    webhooks,
)
from service.api.headers import SecurityHeaders
from service.api.limits import AdmissionGate, BodyLimit
from service.api.problems import Unexpected, install_handlers
from service.api.seen import Seen
from service.observe.sheets import own_sheets
from service.usecases.house import House
from service.usecases.rates import Rates

# The most asked first: routes are tried in this order.
_ROUTERS = (
    *(decisions, replay, questions, exports, cases, beside, bulk, drafts, labelling, search),
    *rules.PARTS,
    *(events, webhooks),
    *(imports, documents, models, jobs, watch, team, releases, people, keys),
    *(erasure, halt, audit, dossiers, health, reference),
)

# Waiting reads cost a place in memory, not a thread.
_WAITING_FOR_ONE_AT_WORK = 4


def install(app: FastAPI, house: House) -> None:
    """Add routes, error answers, limits and headers.

    Make `app` without `docs_url`, `redoc_url` and `openapi_url`: the reference here needs no script from elsewhere.
    """
    app.state.house = house
    app.state.rates = Rates(house.store, house.settings.rate_per_minute, house.clock)
    app.state.sheets = own_sheets()
    for part in _ROUTERS:
        app.include_router(part.routes)
    app.mount("/docs/static", StaticFiles(directory=Path(__file__).parent / "static"), name="reference-static")
    openapi.complete(app, house.settings)
    install_handlers(app)
    limits = house.settings
    # Added last is outermost: what is noted of each request, then headers, then what nobody foresaw, then the gate,
    # then the size of the body.
    app.add_middleware(BodyLimit, most=limits.max_body_bytes, most_uploaded=limits.max_upload_bytes)
    app.add_middleware(
        AdmissionGate, most=limits.max_in_flight, most_waiting=_WAITING_FOR_ONE_AT_WORK * limits.max_in_flight
    )
    app.add_middleware(Unexpected)
    app.add_middleware(SecurityHeaders, https=limits.secure_cookies)
    app.add_middleware(Seen, log=limits.access_log)
