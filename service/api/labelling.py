"""Labelling: what a request is, said by people one by one, and how far that is towards the promise."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import JSONResponse

from service.api import examples_labelling as examples
from service.api import replies_labelling as replies
from service.api import schemas
from service.api import schemas_labelling as taken
from service.api.auth import CaseReader, Reviewer, TheHouse, needs
from service.api.door import may_answer, router, shows
from service.domain.access import Principal, Scope
from service.errors import BadRequest, Conflict, LeaseLost, LedgerUnavailable, NotFound
from service.usecases import backlog as files
from service.usecases import choose_labels, correct_examples, label_progress, label_queue, start_labelling

routes = router("Labelling", "/v1")

ModelOwner = Annotated[Principal, Depends(needs(Scope.MODELS))]

_ITEM = shows(replies.LabelItem, examples.ITEM, "Leased to you.")
_EXAMPLE = shows(replies.ExampleView, examples.EXAMPLE, "The example as it is now.")
_HELD = may_answer(NotFound, LeaseLost, Conflict, LedgerUnavailable)


@routes.get(
    "/labelling/{workflow}",
    summary="See how far labelling is",
    response_model=None,
    responses={200: shows(replies.LabellingProgress, examples.PROGRESS, "Towards the promise, and label by label.")},
    openapi_extra=may_answer(NotFound),
)
def read_labelling(workflow: schemas.IdInPath, principal: CaseReader, house: TheHouse) -> JSONResponse:
    return JSONResponse(label_progress.progress(house, workflow))


@routes.post(
    "/labelling/{workflow}",
    summary="Hand in requests to be labelled",
    response_model=None,
    status_code=201,
    responses={201: shows(replies.LabellingStarted, examples.STARTED, "In the queue.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def start_to_label(
    workflow: schemas.IdInPath, handed_in: taken.Backlog, principal: ModelOwner, house: TheHouse
) -> JSONResponse:
    """A random part comes first, which measures; the rest teaches. Hand requests in as they came, repeats too: the
    guarantee is for traffic like them."""
    policy, ruleset = start_labelling.at_hand(house, workflow)
    good, bad = files.sorted_out(handed_in.rows(), ruleset.schema, house.settings.max_text_chars)
    if not good:
        raise BadRequest("none of these requests can be asked about", remedy=str(bad[0]) if bad else "send some")
    started = start_labelling.start(house, policy, good, principal.name, calibration=handed_in.calibration)
    left_out = [{"row": each.line, "why": each.why} for each in bad]
    return JSONResponse({**asdict(started), "left_out": left_out}, 201)


@routes.post(
    "/labelling/{workflow}/choose",
    summary="Put the waiting requests in order",
    response_model=None,
    responses={200: shows(replies.LabellingChosen, examples.CHOSEN, "What teaches most comes first.")},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def choose_what_to_label(workflow: schemas.IdInPath, principal: ModelOwner, house: TheHouse) -> JSONResponse:
    """By what the answering model is least sure of, and by how much they differ. It happens by itself after every
    fifty labels; requests that were just handed in are encoded first, which takes a while for thousands."""
    return JSONResponse(asdict(choose_labels.choose(house, workflow, principal.name)))


@routes.post(
    "/labelling/{workflow}/claim",
    summary="Claim the next request to label",
    response_model=None,
    responses={200: _ITEM, 204: {"description": "Nothing waits to be labelled."}},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def claim_next_to_label(workflow: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> Response:
    """What you hold already is given to you again, under a new token. No suggestion is shown: say what you think."""
    claimed = label_queue.claim_next(house, principal, workflow)
    return Response(status_code=204) if claimed is None else JSONResponse(claimed)


@routes.post(
    "/labelling/items/{item}/label",
    summary="Say what a request is",
    response_model=None,
    responses={200: shows(replies.LabelledItem, examples.LABELLED, "It is an example now.")},
    openapi_extra=_HELD,
)
def label_item(item: schemas.IdInPath, given: taken.GivenLabels, principal: Reviewer, house: TheHouse) -> JSONResponse:
    said = label_queue.give(house, principal, item, given.token, given.labels)
    choose_labels.chosen_again(house, said.pop("workflow"), principal.name)
    return JSONResponse(said)


@routes.post(
    "/labelling/items/{item}/skip",
    summary="Pass a request by",
    response_model=None,
    status_code=204,
    responses={204: {"description": "One that was drawn at random comes back at the end; others are not asked again."}},
    openapi_extra=_HELD,
)
def skip_item(item: schemas.IdInPath, lease: schemas.LeaseToken, principal: Reviewer, house: TheHouse) -> Response:
    label_queue.skip(house, principal, item, lease.token)
    return Response(status_code=204)


@routes.post(
    "/labelling/items/{item}/return",
    summary="Return a request unlabelled",
    response_model=None,
    status_code=204,
    responses={204: {"description": "Back in its place."}},
    openapi_extra=_HELD,
)
def return_item(item: schemas.IdInPath, lease: schemas.LeaseToken, principal: Reviewer, house: TheHouse) -> Response:
    label_queue.give_back(house, principal, item, lease.token)
    return Response(status_code=204)


@routes.post(
    "/labelling/items/{item}/undo",
    summary="Take a label back",
    response_model=None,
    responses={200: _ITEM},
    openapi_extra=_HELD,
)
def undo_item(item: schemas.IdInPath, principal: Reviewer, house: TheHouse) -> JSONResponse:
    """What you said of it counts no more, and it is leased to you again. Only for what you said yourself."""
    return JSONResponse(label_queue.take_back(house, principal, item))


@routes.post(
    "/examples/{example}/correct",
    summary="Put an example right",
    response_model=None,
    responses={200: _EXAMPLE},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def correct_example(
    example: schemas.IdInPath, corrected: taken.CorrectedLabels, principal: ModelOwner, house: TheHouse
) -> JSONResponse:
    """Counts from the next training on."""
    return JSONResponse(correct_examples.correct(house, principal.name, example, corrected.labels))


@routes.post(
    "/examples/{example}/aside",
    summary="Set an example aside",
    response_model=None,
    responses={200: _EXAMPLE},
    openapi_extra=may_answer(NotFound, Conflict, LedgerUnavailable),
)
def set_example_aside(example: schemas.IdInPath, principal: ModelOwner, house: TheHouse) -> JSONResponse:
    """Nothing learns from it any more. What was drawn at random cannot be set aside, only put right."""
    return JSONResponse(correct_examples.set_aside(house, principal.name, example))


@routes.post(
    "/examples/{example}/take-in",
    summary="Take an example in again",
    response_model=None,
    responses={200: _EXAMPLE},
    openapi_extra=may_answer(NotFound, LedgerUnavailable),
)
def take_example_in(example: schemas.IdInPath, principal: ModelOwner, house: TheHouse) -> JSONResponse:
    return JSONResponse(correct_examples.take_in(house, principal.name, example))
