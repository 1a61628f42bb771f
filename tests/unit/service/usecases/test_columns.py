"""Attributes from columns: typed as declared, or told by name."""

from __future__ import annotations

import pytest

from rules.model import Attribute, AttributeType
from service.usecases.columns import typed

DECLARED = (
    Attribute("amount", AttributeType.NUMBER),
    Attribute("age", AttributeType.INTEGER),
    Attribute("known", AttributeType.BOOLEAN),
    Attribute("tags", AttributeType.STRINGS),
    Attribute("country", AttributeType.STRING),
)


def test_columns_become_typed_attributes():
    """Each in its declared type; other columns are no attributes, empty ones are not given."""
    fields = {"amount": "12.5", "age": "40", "known": "No", "tags": "a; b;", "country": "NO", "text": "x"}
    assert typed(DECLARED, fields) == {"amount": 12.5, "age": 40, "known": False, "tags": ["a", "b"], "country": "NO"}
    assert typed(DECLARED, {"amount": " ", "text": "x"}) == {}


@pytest.mark.parametrize("column,text", [("amount", "much"), ("age", "4.5"), ("known", "perhaps")])
def test_a_text_that_is_no_such_value_is_told_with_its_column(column, text):
    """The row is not decided on a guess."""
    with pytest.raises(ValueError, match=f"attributes.{column}"):
        typed(DECLARED, {column: text})
