"""pydantic's findings in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from service.api.schemas import CaseDecision, DecisionRequest
from service.api.schemas_documents import DocumentSubmission, SearchRequest
from service.api.validation import field_problems, shown
from service.errors import FieldProblem

SECRET = "4929 1234 5678 9012"


def problems(model: type[BaseModel], value: object) -> tuple[FieldProblem, ...]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return field_problems([{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()])


@pytest.mark.parametrize(
    "value, field, message",
    [
        ({"text": "x"}, "workflow", "is required"),
        ({"workflow": "w", "text": 5}, "text", "must be text"),
        ({"workflow": "w", "text": None}, "text", "must be text"),
        ({"workflow": "w", "text": ""}, "text", "is shorter than 1 character(s)"),
        ({"workflow": "w" * 201, "text": "x"}, "workflow", "is longer than 200 characters"),
        ({"workflow": "w\n", "text": "x"}, "workflow", "has characters that are not allowed here"),
        ({"workflow": "w", "text": "x", "attributes": []}, "attributes", "must be an object"),
        ({"workflow": "w", "text": "x", "atributes": {}}, "atributes", "is not a field of this request"),
        ({"workflow": "w", "text": "x", "subject": 7}, "subject", "must be text"),
        ([], "body", "must be a JSON object"),
    ],
)
def test_every_mistake_in_a_decision_request_is_named(value: Any, field: str, message: str) -> None:
    """Which field, and what is wrong with it; each with something to do about it."""
    (found,) = problems(DecisionRequest, value)
    assert (field, message) == (found.field, found.message)
    assert found.remedy


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody has to find them one by one."""
    found = problems(CaseDecision, {"labels": ["a", 5], "outcome": "review", "reason_code": "x"})
    assert {"token", "labels.1", "outcome"} == {problem.field for problem in found}


@pytest.mark.parametrize("k", [True, 2.0, "2", 0, 51])
def test_nothing_is_turned_into_another_type(k: object) -> None:
    """A number in quotes is not a number, and true is not one."""
    (found,) = problems(SearchRequest, {"workflow": "w", "text": "x", "k": k})
    assert found.field == "k"


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "21.11.2026"])
def test_a_date_that_is_none_is_refused_in_plain_words(day: str) -> None:
    """The message shows how a date is written."""
    body = {"collection": "c", "id": "d", "title": "t", "text": "x", "owner": "o", "effective_from": day}
    (found,) = problems(DocumentSubmission, body)
    assert found.field == "effective_from"
    assert "2026-11-21" in found.message


def test_the_value_sent_is_never_repeated() -> None:
    """A wrong value may be personal; the answer and the log must not carry it on."""
    wrong = {"workflow": SECRET + "\n", "text": {"a": SECRET}, "subject": [SECRET]}
    assert SECRET not in repr(problems(DecisionRequest, wrong))


def test_a_name_from_outside_is_made_fit_to_be_shown() -> None:
    """Control characters cannot forge log lines, lone surrogates cannot break the encoding, length is bounded."""
    assert shown("a\r\nb\x1b[31m\ud800é") == "a\\u000d\\u000ab\\u001b[31m\\ud800é"
    assert len(shown("x" * 10_000)) < 130


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "", "21.11.2026"])
def test_a_moment_to_look_back_to_is_refused_with_what_to_write(moment: str) -> None:
    """As every field: what is wrong, and what to send instead."""
    (found,) = problems(SearchRequest, {"workflow": "w", "text": "x", "as_of": moment})
    assert (found.field, found.message) == ("as_of", "is not a date")
    assert "2026-03-03T09:00:00Z" in found.remedy


def test_a_moment_is_taken_as_people_say_it() -> None:
    """A day or an instant."""
    for moment in ("2026-03-03", "2026-03-03T09:00:00Z", None):
        assert SearchRequest.model_validate({"workflow": "w", "text": "x", "as_of": moment}).as_of == moment
