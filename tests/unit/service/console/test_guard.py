"""Who may come in, and from where."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from service.console.guard import from_own_page, need, own_address, own_page_only, sign_in_address
from service.domain.access import ROLES, Principal, Scope
from service.errors import Forbidden, Unauthenticated


@pytest.mark.parametrize(
    "fetch_site, origin, allowed",
    [
        ("same-origin", None, True),
        ("none", None, True),
        ("same-site", "http://bank.example", False),
        ("cross-site", "http://bank.example", False),
        ("", None, False),
        (None, "http://bank.example", True),
        (None, "http://BANK.example", True),
        (None, "http://bank.example:8000", False),
        (None, "http://evil.example", False),
        (None, "http://bank.example.evil.example", False),
        (None, "null", False),
        (None, "", False),
        (None, None, False),
    ],
)
def test_only_our_own_pages_may_make_the_browser_act(fetch_site: str | None, origin: str | None, allowed: bool) -> None:
    """A sister site counts as foreign, a nameless origin as nobody's, and silence as a refusal."""
    assert from_own_page(fetch_site, origin, "bank.example") is allowed


def test_no_host_never_equals_no_origin() -> None:
    """Two missing names are not the same name."""
    assert not from_own_page(None, "null", "")


def _request(
    method: str = "GET", path: str = "/console", query: str = "", headers: dict[str, str] | None = None
) -> Request:
    encoded = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": encoded}
    return Request({**scope, "server": ("bank.example", 80), "scheme": "http"})


def test_a_cross_site_form_is_refused_in_words() -> None:
    """The person is told what happened and what to do."""
    with pytest.raises(Forbidden) as refused:
        own_page_only(_request("POST", headers={"host": "bank.example", "sec-fetch-site": "cross-site"}))
    assert "did not come from a page of this console" in refused.value.detail
    assert refused.value.remedy


@pytest.mark.parametrize(
    "address",
    ["/console", "/console/cases/case_1", "/console/queues/a?state=open&reason="],
)
def test_signing_in_leads_back_to_the_page_asked_for(address: str) -> None:
    """Pages of this console are kept as they are."""
    assert own_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/console",
        "//evil.example/console",
        "/\\evil.example",
        "/console\\..\\evil",
        "javascript:alert(1)",
        "/consolation",
        "/v1/decisions",
        "console",
        "",
        "/console/\r\nSet-Cookie: a=b",
        "/console/sign-in",
    ],
)
def test_signing_in_leads_nowhere_else(address: str) -> None:
    """No link can send a person who has just signed in to another site, or round in circles."""
    assert own_address(address) == "/console"


def test_the_sign_in_page_remembers_where_one_wanted_to_go() -> None:
    """Only for pages: a form that was sent is not repeated."""
    assert sign_in_address(_request(path="/console/cases/c", query="a=1&b=2")) == (
        "/console/sign-in?next=%2Fconsole%2Fcases%2Fc%3Fa%3D1%26b%3D2"
    )
    assert sign_in_address(_request("POST", path="/console/cases/c/decide")) == "/console/sign-in"


def test_a_missing_scope_is_told_with_the_key_that_lacks_it() -> None:
    """Not signed in and not allowed are different things."""
    reviewer = Principal("key_1", "Maya", ROLES["reviewer"])
    assert need(Scope.REVIEW)(reviewer) is reviewer
    assert need(Scope.RULES, Scope.READ)(reviewer) is reviewer
    with pytest.raises(Forbidden, match=r"“rules”.*\(Maya\)"):
        need(Scope.RULES)(reviewer)
    with pytest.raises(Unauthenticated):
        need(Scope.RULES)(None)
