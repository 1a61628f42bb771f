"""What a model owner does: every form of those pages. A refusal is told on the page, and loses nothing typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.guard import HOME, TheHouse, own_page_only
from service.console.model_list_views import model_address
from service.console.model_pages import Owner, model_page, models_page
from service.console.model_views import not_promoted, released_words
from service.console.notices import Notice
from service.console.render import MODELS
from service.console.trouble import ConsoleRoute, notice_of
from service.errors import InvalidRequest, LosesAutomation, NotPromotable, ServiceError
from service.learn.recipes import Kind, Recipe
from service.usecases import promote_model, run_jobs, shadow
from service.usecases.model_card import Said
from service.usecases.promote_model import Promotion, Waived
from service.usecases.train_model import Wanted
from service.usecases.tune_model import METHODS

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]


@router.post("/models/train")
def train(
    request: Request,
    house: TheHouse,
    owner: Owner,
    workflow: Word = "",
    kind: Word = "joined",
    tune: Word = "",
    attributes: Word = "",
    votes: Word = "",
    owner_name: Word = "",
    licence: Prose = "",
    limits: Prose = "",
) -> Response:
    typed = {"workflow": workflow, "kind": kind, "tune": tune, "attributes": attributes, "votes": votes}
    typed |= {"owner": owner_name, "licence": licence, "limits": limits}
    try:
        if kind not in set(Kind) or tune not in ("", *METHODS):
            raise InvalidRequest("There is no such kind of model.", remedy="Choose one from the list.")
        recipe = Recipe(Kind(kind), attributes=bool(attributes), votes=bool(votes))
        run_jobs.ask(house, owner.name, Wanted(workflow, recipe, tune, _said(owner_name, licence, limits)))
    except ServiceError as error:
        return models_page(request, house, status=error.status, typed=typed, notice=notice_of(error))
    return RedirectResponse(f"{MODELS.address}?said=training", 303)


@router.post("/models/jobs/{job_id}/cancel")
def cancel(house: TheHouse, owner: Owner, job_id: str) -> Response:
    run_jobs.cancel(house, owner.name, job_id)
    return RedirectResponse(f"{MODELS.address}?said=cancelled", 303)


@router.post("/models/{model_id}/shadow")
def into_shadow(house: TheHouse, owner: Owner, model_id: str) -> Response:
    shadow.start(house, owner, model_id)
    return RedirectResponse(f"{model_address(model_id)}?said=in-shadow", 303)


@router.post("/models/{model_id}/promote")
def promote(
    request: Request,
    house: TheHouse,
    owner: Owner,
    model_id: str,
    why: Prose = "",
    accept_less: Word = "",
    without_shadow: Word = "",
    despite_doubts: Word = "",
    owner_name: Word = "",
    licence: Prose = "",
    limits: Prose = "",
) -> Response:
    waived = Waived(bool(accept_less), bool(without_shadow), bool(despite_doubts))
    typed = {"why": why, "owner": owner_name, "licence": licence, "limits": limits}
    typed |= dict.fromkeys(waived.named, "yes")
    asked = Promotion(model_id, why, waived, _said(owner_name, licence, limits))
    try:
        released = promote_model.promote(house, owner, asked)
    except ServiceError as error:
        told = not_promoted(error) if isinstance(error, NotPromotable) else notice_of(error)
        return model_page(request, house, model_id, status=error.status, typed=typed, tried="promote", notice=told)
    return model_page(request, house, model_id, notice=Notice("Promoted", released_words(released), tone="allow"))


@router.post("/models/{model_id}/reject")
def reject(request: Request, house: TheHouse, owner: Owner, model_id: str, why: Prose = "") -> Response:
    try:
        promote_model.reject(house, owner, model_id, why)
    except ServiceError as error:
        told, typed = notice_of(error), {"why": why}
        return model_page(request, house, model_id, status=error.status, typed=typed, tried="reject", notice=told)
    return RedirectResponse(f"{model_address(model_id)}?said=rejected", 303)


@router.post("/models/{model_id}/rollback")
def roll_back(
    request: Request, house: TheHouse, owner: Owner, model_id: str, why: Prose = "", accept_none: Word = ""
) -> Response:
    try:
        released = promote_model.roll_back(house, owner, model_id, why, accept_none=bool(accept_none))
    except ServiceError as error:
        told, typed = notice_of(error), {"why": why, "losing": "yes" if isinstance(error, LosesAutomation) else ""}
        return model_page(request, house, model_id, status=error.status, typed=typed, tried="rollback", notice=told)
    return model_page(request, house, model_id, notice=Notice("Taken back", released_words(released), tone="allow"))


def _said(owner: str, licence: str, limits: str) -> Said:
    return Said(owner.strip(), licence.strip(), tuple(line.strip() for line in limits.splitlines() if line.strip()))
