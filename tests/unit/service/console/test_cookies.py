"""The console's cookies."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from service.console.cookies import drop_lease, drop_session, keep_lease, keep_session
from service.settings import Settings

PLAIN, SECURE = Settings(), Settings(secure_cookies=True)


def _set_cookie(response: Response) -> str:
    return response.headers["set-cookie"].lower()


@pytest.mark.parametrize("settings", [PLAIN, SECURE])
def test_no_script_and_no_other_site_gets_a_cookie(settings: Settings) -> None:
    """HttpOnly and SameSite on both cookies."""
    session, lease = Response(), Response()
    keep_session(session, settings, "t")
    keep_lease(lease, settings, "case_1", "t")
    assert "httponly" in _set_cookie(session)
    assert "samesite=lax" in _set_cookie(session)
    assert "httponly" in _set_cookie(lease)
    assert "samesite=strict" in _set_cookie(lease)


def test_over_https_the_session_is_bound_to_host_and_connection() -> None:
    """The `__Host-` prefix demands Secure, the whole path and no domain."""
    response = Response()
    keep_session(response, SECURE, "t")
    cookie = _set_cookie(response)
    assert cookie.startswith("__host-signoff=t;")
    assert "secure" in cookie
    assert "path=/;" in cookie + ";"
    assert "domain" not in cookie


def test_without_https_the_cookie_is_plain_so_that_browsers_keep_it() -> None:
    """A Secure cookie would be dropped over plain HTTP and nobody could sign in."""
    response = Response()
    keep_session(response, PLAIN, "t")
    assert _set_cookie(response).startswith("signoff=t;")
    assert "secure" not in _set_cookie(response)


def test_a_lease_token_is_sent_to_its_own_case_only() -> None:
    """Another case's page never sees it."""
    response = Response()
    keep_lease(response, PLAIN, "case_1", "t")
    assert "path=/console/cases/case_1;" in _set_cookie(response) + ";"


@pytest.mark.parametrize("settings", [PLAIN, SECURE])
def test_dropping_names_the_same_cookie(settings: Settings) -> None:
    """A browser drops a cookie only when name and path are those it was set with."""
    kept, dropped = Response(), Response()
    keep_session(kept, settings, "t")
    drop_session(dropped, settings)
    assert _set_cookie(kept).split("=")[0] == _set_cookie(dropped).split("=")[0]
    kept, dropped = Response(), Response()
    keep_lease(kept, settings, "case_1", "t")
    drop_lease(dropped, settings, "case_1")
    assert _set_cookie(kept).split("=")[0] == _set_cookie(dropped).split("=")[0]
    assert "path=/console/cases/case_1" in _set_cookie(dropped)
    assert "max-age=0" in _set_cookie(dropped)
