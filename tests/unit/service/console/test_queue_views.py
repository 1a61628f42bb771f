"""The filters of a queue, as addresses."""

from __future__ import annotations

from service.console.queue_views import Filters, filter_links
from service.usecases.preferences import Filter


def test_only_the_filters_of_this_queue_are_offered_and_the_shown_one_is_marked() -> None:
    """A name of any characters makes an address that leads to that queue alone."""
    kept = [Filter("late", "a&b", "open", "appeal"), Filter("all", "other", "open", "")]
    (link,) = filter_links(kept, Filters("a&b", "open", "appeal"))
    assert (link.name, link.shown) == ("late", True)
    assert link.address == "/console/queues/a%26b?state=open&reason=appeal"


def test_what_is_shown_anyway_needs_no_filter() -> None:
    """Open cases for any reason are what a queue shows by itself."""
    assert Filters("q", "open", "").plain
    assert not Filters("q", "decided", "").plain
    assert not Filters("q", "open", "appeal").plain
