"""The client's calls about replies go where they belong."""

from __future__ import annotations

import json

import httpx
import pytest

from service.api import examples_drafts
from service.client import Drafts, ReplyFigures, Signoff, SignoffError


def asking(seen: list[httpx.Request], answer: object) -> Signoff:
    def carried(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer) if answer is not None else httpx.Response(503)

    return Signoff("http://signoff", "key", retries=2, transport=httpx.MockTransport(carried))


def test_reading_and_asking() -> None:
    """Labels are named one by one; what was not named is not sent."""
    seen: list[httpx.Request] = []
    client = asking(seen, examples_drafts.DRAFTS)
    assert isinstance(client.draft("case 1", ["a", "b"]), Drafts)
    client.draft("case 1")
    client.ask_for_draft("case 1", ["a"], again=True)
    assert [str(request.url) for request in seen] == [
        "http://signoff/v1/cases/case%201/draft?label=a&label=b",
        "http://signoff/v1/cases/case%201/draft",
        "http://signoff/v1/cases/case%201/draft",
    ]
    assert json.loads(seen[2].content) == {"labels": ["a"], "again": True}


def test_figures() -> None:
    """With their period."""
    seen: list[httpx.Request] = []
    found = asking(seen, examples_drafts.FIGURES).reply_figures("w", days=7)
    assert isinstance(found, ReplyFigures)
    assert (str(seen[0].url), found.share_unedited) == ("http://signoff/v1/workflows/w/replies?days=7", 0.6809)


def test_another_draft_is_not_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft costs; the first one that is asked for anew may be on its way though its answer was lost."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)

    def broken(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        raise httpx.ReadError("cut off")

    for again, times in ((True, 1), (False, 3)):
        seen: list[httpx.Request] = []
        client = Signoff("http://signoff", "key", retries=2, transport=httpx.MockTransport(broken))
        with pytest.raises(SignoffError):
            client.ask_for_draft("case_1", again=again)
        assert len(seen) == times
