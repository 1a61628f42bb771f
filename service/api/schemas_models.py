"""What the API accepts about models. As everywhere: unknown fields are refused, nothing is turned into another type."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from service.api.schemas import Body, Name
from service.api.schemas_rules import Why
from service.errors import FieldProblem, InvalidRequest
from service.learn.errors import CannotLearn
from service.learn.recipes import Kind, Recipe
from service.usecases.model_card import Said
from service.usecases.promote_model import Promotion, Waived
from service.usecases.train_model import Wanted

ModelStateInQuery = Annotated[Literal["candidate", "shadow", "active", "retired", "rejected"] | None, Query()]
JobStateInQuery = Annotated[Literal["waiting", "running", "done", "failed", "cancelled"] | None, Query()]
JobKindInQuery = Annotated[
    Literal["train", "doubts", "replay", "resume", "correct"], Query(description="Which kind of work.")
]
AlphasInQuery = Annotated[
    list[Annotated[float, Field(gt=0, lt=1)]] | None, Query(max_length=50, description="Promises to try; repeatable.")
]
PerDayInQuery = Annotated[
    float | None, Query(ge=0, description="Requests a day; left out: as many as in the last week, on average.")
]

Owner = Annotated[str | None, Field(max_length=200, description="Who answers for it; null: as the policy says.")]
Licence = Annotated[str | None, Field(max_length=2_000, description="By what right the examples are learned from.")]
Limits = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
    Field(max_length=50, description="What it is not for."),
]


class Training(Body):
    """What is to be trained, and how."""

    workflow: Name
    kind: Annotated[
        Literal["joined", "vector", "lexical", "nearest", "prototypes"], Field(description="What decides.")
    ] = "joined"
    attributes: Annotated[bool, Field(description="The request's attributes join.")] = False
    votes: Annotated[bool, Field(description="What the documents found say of each label joins.")] = False
    tune: Annotated[
        Literal["contrast", "last", "lora", "full"] | None,
        Field(description="An encoder of its own is tuned first; it takes minutes and the extra `models`."),
    ] = None
    owner: Owner = None
    licence: Licence = None
    limits: Limits = None

    def wanted(self) -> Wanted:
        """InvalidRequest for a kind of head that attributes or votes cannot join."""
        try:
            recipe = Recipe(Kind(self.kind), attributes=self.attributes, votes=self.votes)
        except CannotLearn as error:
            problem = FieldProblem("kind", error.detail, error.remedy)
            raise InvalidRequest(error.detail, remedy=error.remedy, problems=(problem,)) from error
        return Wanted(self.workflow, recipe, self.tune or "", _said(self.owner, self.licence, self.limits))


class ModelPromotion(Body):
    """Why a model is to answer, what it may lack, and what its card does not say yet."""

    why: Why
    accept_less: Annotated[bool, Field(description="Though it decides less alone than what answers.")] = False
    without_shadow: Annotated[bool, Field(description="Though it was compared with too few decisions.")] = False
    despite_doubts: Annotated[bool, Field(description="Though the labels it learned from look wrong.")] = False
    owner: Owner = None
    licence: Licence = None
    limits: Limits = None

    def promotion(self, model: str) -> Promotion:
        waived = Waived(self.accept_less, self.without_shadow, self.despite_doubts)
        return Promotion(model, self.why, waived, _said(self.owner, self.licence, self.limits))


class ModelRejection(Body):
    """Why a model is not to answer."""

    why: Why


class ModelRollback(Body):
    """Why the model before this one is to answer again."""

    why: Why
    accept_no_automation: Annotated[
        bool, Field(description="The workflow may lose its certificate by this, so that people decide everything.")
    ] = False


def _said(owner: str | None, licence: str | None, limits: list[str] | None) -> Said:
    return Said(owner or "", licence or "", tuple(limits or ()))
