"""The pages of webhooks: whom this service tells of what happens, what arrived, and what to do about the rest."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.notices import Notice
from service.console.render import page
from service.console.trouble import ConsoleRoute, notice_of
from service.console.webhook_views import delivery_row, lines, webhook_address, webhook_row, webhook_view
from service.domain.access import Principal, Scope
from service.domain.event import GROUPS, TYPES
from service.domain.webhook import TROUBLES
from service.errors import ServiceError
from service.store.deliveries import STATES
from service.usecases import manage_webhooks, resend
from service.usecases.house import House

router = APIRouter(prefix=f"{HOME}/webhooks", route_class=ConsoleRoute, include_in_schema=False)

Operator = Annotated[Principal, Depends(need(Scope.OPERATE))]
Line = Annotated[str, Form(max_length=2_000)]
Lines = Annotated[str, Form(max_length=10_000)]
State = Annotated[str, Query(max_length=20)]
Cursor = Annotated[str | None, Query(max_length=40)]
_OWN = [Depends(own_page_only)]
_PAGE = 50


@router.get("")
def webhooks(request: Request, house: TheHouse, operator: Operator) -> Response:
    return _list(request, house)


@router.post("", dependencies=_OWN)
def enter(
    request: Request,
    house: TheHouse,
    operator: Operator,
    name: Line = "",
    url: Line = "",
    types: Lines = "",
    workflows: Lines = "",
) -> Response:
    """The page that comes back is the only one that shows the secret."""
    typed = {"name": name, "url": url, "types": types, "workflows": workflows}
    try:
        made = manage_webhooks.create(
            house, operator.name, name=name, url=url, types=lines(types), workflows=lines(workflows)
        )
    except ServiceError as error:
        return _list(request, house, error.status, typed=typed, notice=notice_of(error))
    return _one(request, house, made["id"], secret=made["secret"])


@router.get("/{webhook}")
def webhook(
    request: Request, house: TheHouse, operator: Operator, webhook: str, state: State = "", after: Cursor = None
) -> Response:
    return _one(request, house, webhook, state=state, after=after)


@router.post("/{webhook}", dependencies=_OWN)
def change(
    request: Request,
    house: TheHouse,
    operator: Operator,
    webhook: str,
    name: Line = "",
    url: Line = "",
    types: Lines = "",
    workflows: Lines = "",
) -> Response:
    wanted = manage_webhooks.Change(name, url, lines(types), lines(workflows))
    try:
        manage_webhooks.change(house, operator.name, webhook, wanted)
    except ServiceError as error:
        return _one(request, house, webhook, status=error.status, notice=notice_of(error))
    return _back(webhook, "webhook-changed")


@router.post("/{webhook}/pause", dependencies=_OWN)
def pause(request: Request, house: TheHouse, operator: Operator, webhook: str) -> Response:
    try:
        manage_webhooks.pause(house, operator.name, webhook)
    except ServiceError as error:
        return _one(request, house, webhook, status=error.status, notice=notice_of(error))
    return _back(webhook, "webhook-paused")


@router.post("/{webhook}/resume", dependencies=_OWN)
def resume(request: Request, house: TheHouse, operator: Operator, webhook: str) -> Response:
    try:
        manage_webhooks.resume(house, operator.name, webhook)
    except ServiceError as error:
        return _one(request, house, webhook, status=error.status, notice=notice_of(error))
    return _back(webhook, "webhook-resumed")


@router.post("/{webhook}/rotate", dependencies=_OWN)
def rotate(
    request: Request,
    house: TheHouse,
    operator: Operator,
    webhook: str,
    keep_hours: Annotated[float, Form(ge=0, le=720)] = manage_webhooks.KEEP_HOURS,
) -> Response:
    try:
        made = manage_webhooks.rotate(house, operator.name, webhook, keep_hours)
    except ServiceError as error:
        return _one(request, house, webhook, status=error.status, notice=notice_of(error))
    return _one(request, house, webhook, secret=made["secret"])


@router.post("/{webhook}/test", dependencies=_OWN)
async def try_out(request: Request, house: TheHouse, operator: Operator, webhook: str) -> Response:
    found = await resend.try_out(house, webhook)
    if found["delivered"]:
        told = Notice(f"The test message arrived: {found['status']} after {found['milliseconds']} ms", tone="allow")
    else:
        answered = f"It answered {found['status']}. " if found["status"] else ""
        said = f"{answered}{TROUBLES.get(found['trouble'], '')} {found['detail']}".strip()
        told = Notice("The test message did not arrive", said, tone="block")
    return await run_in_threadpool(_one, request, house, webhook, notice=told)


@router.post("/{webhook}/resend", dependencies=_OWN)
def send_all_anew(house: TheHouse, operator: Operator, webhook: str) -> Response:
    resend.many(house, operator.name, webhook)
    return _back(webhook, "resent")


@router.post("/{webhook}/deliveries/{event}/resend", dependencies=_OWN)
def send_anew(request: Request, house: TheHouse, operator: Operator, webhook: str, event: str) -> Response:
    try:
        resend.one(house, operator.name, webhook, event)
    except ServiceError as error:
        return _one(request, house, webhook, status=error.status, notice=notice_of(error))
    return _back(webhook, "resent")


@router.post("/{webhook}/remove", dependencies=_OWN)
def remove(house: TheHouse, operator: Operator, webhook: str) -> Response:
    manage_webhooks.remove(house, operator.name, webhook)
    return RedirectResponse(f"{HOME}/webhooks?said=webhook-removed", 303)


def _back(webhook: str, said: str) -> Response:
    return RedirectResponse(f"{webhook_address(webhook)}?said={said}", 303)


def _list(request: Request, house: House, status: int = 200, **shown: Any) -> Response:
    now = house.clock()
    rows = [webhook_row(each, now) for each in manage_webhooks.listing(house)]
    typed = {"name": "", "url": "", "types": "", "workflows": ""}
    return page(request, "webhooks.html", status, rows=rows, known=_known(), **{"typed": typed, **shown})


def _one(
    request: Request,
    house: House,
    webhook: str,
    *,
    status: int = 200,
    state: str = "",
    after: str | None = None,
    secret: str = "",
    **shown: Any,
) -> Response:
    """`secret` is one that was just made."""
    now = house.clock()
    chosen = state if state in STATES else ""
    sent = resend.page(house, webhook, state=chosen or None, after=after, limit=_PAGE)
    return page(
        request,
        "webhook.html",
        status,
        webhook=webhook_view(manage_webhooks.view(house, webhook), now),
        deliveries=[delivery_row(each, now) for each in sent["items"]],
        chosen=chosen,
        next=sent["next"],
        secret=secret,
        known=_known(),
        **shown,
    )


def _known() -> list[tuple[str, str]]:
    return [*((each.name, each.says) for each in TYPES.values()), *((group, "All of these.") for group in GROUPS)]
