"""The labelling pages: every workflow's progress, and one workflow with the request that one is asked about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console.cookies import lease_token
from service.console.guard import HOME, TheHouse, need
from service.console.labelling_views import item_view, progress_view, progress_views
from service.console.notices import Notice
from service.console.render import LABELLING, page
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal, Scope
from service.usecases import label_progress, label_queue
from service.usecases.house import House

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Looker = Annotated[Principal, Depends(need(*LABELLING.scopes))]
ItemId = Annotated[str, Query(max_length=64, pattern=r"^(lab_[0-9A-Za-z]+)?$")]


@router.get("/labelling")
def labelling(request: Request, house: TheHouse, looker: Looker) -> Response:
    rows = progress_views(label_progress.everything(house))
    return page(request, "labelling.html", workflows=rows, may_label=looker.may_somewhere(Scope.REVIEW))


@router.get("/labelling/{workflow}")
def label_one(request: Request, house: TheHouse, looker: Looker, workflow: str, last: ItemId = "") -> Response:
    return label_page(request, house, looker, workflow, last=last)


def label_page(
    request: Request,
    house: House,
    looker: Principal,
    workflow: str,
    *,
    last: str = "",
    chosen: tuple[str, ...] = (),
    told: Notice | None = None,
    status: int = 200,
) -> Response:
    """A workflow's progress, and the request that one holds in this window. `last` can be taken back."""
    token = lease_token(request, house.settings) or ""
    item = label_queue.held_now(house, looker, workflow, token) if looker.may_somewhere(Scope.REVIEW) else None
    shown: dict[str, object] = {"notice": told} if told else {}
    return page(
        request,
        "label.html",
        status,
        progress=progress_view(label_progress.progress(house, workflow)),
        item=item_view(item, house.clock()) if item is not None else None,
        chosen=chosen,
        last=last,
        may_label=looker.may_somewhere(Scope.REVIEW),
        **shown,
    )
