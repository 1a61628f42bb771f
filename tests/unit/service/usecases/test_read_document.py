"""Reading documents page by page."""

from __future__ import annotations

import pytest

from service.domain.access import ROLES, Principal
from service.errors import InvalidRequest
from service.usecases import read_document

OPERATOR = Principal("k", "operator", ROLES["operations"])


def test_pages_join_without_gap_or_repeat(house):
    """Following `next` shows each version once, in order."""
    seen, after = [], None
    while True:
        page = read_document.page(house, OPERATOR, after=after, limit=7)
        seen += [(item["collection"], item["id"], item["version"]) for item in page["items"]]
        if (after := page["next"]) is None:
            break
    whole = read_document.page(house, OPERATOR, limit=1_000)["items"]
    assert seen == sorted({(item["collection"], item["id"], item["version"]) for item in whole})
    assert len(seen) > 7


@pytest.mark.parametrize(
    "after",
    [
        *("", "x", "/@1", "a/@1", "/b@1", "a/b", "a/b@", "a/b@-1", "a/b@²", "a/b@١", "a@1/b", "a/b@1\n"),
        *("a/b@" + "9" * 30, "a\0/b@1", "a/\ud800@1"),
    ],
)
def test_what_is_no_cursor_is_refused_by_its_name(house, after):
    """Never a traceback, never a page from somewhere."""
    with pytest.raises(InvalidRequest) as error:
        read_document.page(house, OPERATOR, after=after)
    assert error.value.problems[0].field == "after"
