"""The “try it” page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rules.model import Attribute, AttributeType
from service.console.rooms import attributes, fields, way
from service.domain.types import Autonomy, Guarantee, Label, Outcome, QueuePolicy, Workflow
from tests.unit.service.console.material import RULES, TEXT, decision

SCHEMA = (
    Attribute("channel", AttributeType.STRING, ("app", "web")),
    Attribute("amount", AttributeType.NUMBER),
    Attribute("age", AttributeType.INTEGER),
    Attribute("vulnerable", AttributeType.BOOLEAN, (), "Needs extra care"),
    Attribute("tags", AttributeType.STRINGS),
    Attribute("note", AttributeType.STRING),
)
WORKFLOW = Workflow(
    name="w",
    title="W",
    packs=(),
    collections=(),
    attributes=SCHEMA,
    labels=(Label("charged_twice", "Charged twice", Outcome.ALLOW, Autonomy.AUTO),),
    guarantee=Guarantee(0.05, 0.1),
    queue=QueuePolicy("w"),
)


def test_every_declared_attribute_has_a_field_of_its_kind() -> None:
    """Allowed values and booleans are chosen, numbers and words are typed."""
    kinds = {field.attribute: field.kind for field in fields(SCHEMA, {})}
    assert kinds == {
        "channel": "choice",
        "amount": "number",
        "age": "integer",
        "vulnerable": "choice",
        "tags": "lines",
        "note": "text",
    }


def test_what_was_typed_is_shown_again() -> None:
    """A refused form is not an empty form."""
    shown = {field.attribute: field.value for field in fields(SCHEMA, {"attribute.amount": "4o"})}
    assert shown["amount"] == "4o"
    assert shown["note"] == ""


def test_values_are_read_by_their_declared_types() -> None:
    """The rules see numbers and booleans, not text."""
    typed = {
        "attribute.channel": "app",
        "attribute.amount": "48.20",
        "attribute.age": "71",
        "attribute.vulnerable": "false",
        "attribute.tags": "a\r\n\r\n b ",
        "attribute.note": "  ",
        "attribute.unknown": "x",
    }
    values, problems = attributes(SCHEMA, typed)
    assert values == {"channel": "app", "amount": 48.2, "age": 71, "vulnerable": False, "tags": ["a", "b"]}
    assert problems == ()


@pytest.mark.parametrize(
    "name, value, wanted",
    [("amount", "4o", "a number"), ("age", "7.5", "a whole number"), ("vulnerable", "perhaps", "yes or no")],
)
def test_a_value_of_the_wrong_type_is_named_with_what_is_wanted(name: str, value: str, wanted: str) -> None:
    """The other attributes are read all the same."""
    values, problems = attributes(SCHEMA, {f"attribute.{name}": value, "attribute.note": "fine"})
    assert values == {"note": "fine"}
    assert [(p.field, p.remedy) for p in problems] == [(f"attributes.{name}", f"give {wanted}")]


def _trace() -> dict[str, Any]:
    judged = {"labels": [{"label": "charged_twice", "probability": 0.61}], "confidence": 0.61, "in_domain": False}
    return {
        "rooms": [
            {"name": "clean", "ms": 0.02, "result": {"clean": TEXT, "removed_characters": 0}, "notes": []},
            {"name": "law", "ms": 1.0, "result": RULES, "notes": []},
            {"name": "judgement", "ms": 2.98, "result": judged, "notes": ["a note"]},
        ],
        "answer": decision(state="waiting", outcome="review", decided_by=None, labels=[]),
    }


def test_each_room_is_a_step_with_its_time_and_its_share_of_the_whole() -> None:
    """The rooms are shown in the order they were entered."""
    shown = way(_trace(), TEXT, WORKFLOW)
    assert [(step.title, step.milliseconds) for step in shown.steps] == [
        ("Clean", "< 0.1 ms"),
        ("Law", "1.0 ms"),
        ("Judgement", "3.0 ms"),
    ]
    assert [step.share for step in shown.steps] == pytest.approx([0.005, 0.25, 0.745])
    assert shown.total == "4.0 ms"


def test_a_step_says_its_figures_in_words_and_leaves_out_what_says_nothing() -> None:
    """An unchanged text is not repeated; a “no” is said."""
    clean, _, judgement = way(_trace(), TEXT, WORKFLOW).steps
    assert clean.facts == ()
    assert judgement.facts == (("Confidence", "0.610"), ("Like the examples", "no"))
    assert way(_trace(), "other text", WORKFLOW).steps[0].facts == (("Text as read", TEXT),)


def test_labels_are_those_the_classifier_judged_with_their_titles() -> None:
    """Not the shortened list of the answer."""
    shown = way(_trace(), TEXT, WORKFLOW)
    assert [(label.name, label.figure) for label in shown.labels] == [("Charged twice", "61%")]


def test_the_labels_that_it_was_routed_by_are_named() -> None:
    """All of them where a request may have several; none where none was likely enough."""
    trace: dict[str, Any] = _trace()
    routed = {"name": "routing", "ms": 0.1, "result": {"labels": ["charged_twice", "complaint"]}, "notes": []}
    several = replace(WORKFLOW, several=True)
    assert way({**trace, "rooms": [*trace["rooms"], routed]}, TEXT, several).label == "Charged twice, complaint"
    assert way(trace, TEXT, several).label == ""


def test_a_blocked_text_shows_the_rooms_it_went_through_and_no_more() -> None:
    """Rules that block end the way; the page says so without labels."""
    blocked = {
        "rooms": [{"name": "law", "ms": 0.0, "result": RULES, "notes": ["Nothing after the rules is run"]}],
        "answer": decision(outcome="block", decided_by="rules", labels=[], documents=[], reasons=[]),
    }
    shown = way(blocked, TEXT, WORKFLOW)
    assert (shown.outcome.value, shown.decided_by, shown.label) == ("block", "Rules", "")
    assert shown.steps[0].notes == ("Nothing after the rules is run",)
