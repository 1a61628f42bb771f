"""The form of a document."""

from __future__ import annotations

import pytest

from service.console.document_forms import Written, written
from service.errors import InvalidRequest
from tests.unit.service.console.document_material import whole


def test_a_version_goes_into_the_form_and_comes_out_the_same() -> None:
    """Nothing is lost by looking at it and saving."""
    fields = {"level": ["handbook", "guide"], "pages": 12.0}
    dates = {"effective_from": "2026-02-01T00:00:00.000Z", "review_by": "2027-02-01"}
    document = whole(audience=["staff", "tellers"], citations=["fees"], fields=fields, **dates)
    read = written(document).document()
    for name in ("collection", "id", "title", "text", "owner", "audience", "jurisdiction", "citations", "fields"):
        assert read[name] == document[name], name
    assert (read["effective_from"], read["review_by"]) == ("2026-02-01", "2027-02-01")
    assert "effective_until" not in read


def test_what_a_browser_adds_is_taken_away() -> None:
    """Line ends of forms, spaces around names, empty parts of lists."""
    read = Written(" c ", " d ", " T ", "a\r\nb", " o ", audience=" staff, , tellers,").document()
    assert (read["collection"], read["id"], read["title"], read["text"]) == ("c", "d", "T", "a\nb")
    assert read["audience"] == ["staff", "tellers"]


def test_a_line_of_fields_needs_a_name_and_a_value() -> None:
    """And is named when it has not; numbers are numbers, everything else words."""
    read = Written(fields="level: handbook\n\n pages:12\nversion: 1.2.3, b").document()
    assert read["fields"] == {"level": ["handbook"], "pages": 12.0, "version": ["1.2.3", "b"]}
    for wrong in ("level", ": 5", "level:"):
        with pytest.raises(InvalidRequest, match="fields"):
            Written(fields=wrong).document()
