"""Signing in, one's own account and the pages of people, as a browser without scripts meets them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.console.routes import install
from service.usecases import manage_keys, manage_people
from service.usecases.sign_in_by_password import set_by_code
from tests.little_provider import CLIENT, SECRET, LittleProvider, running
from tests.unit.service.usecases.registry import GOOD, HERE, OTHER, registry_in

SAME = {"Sec-Fetch-Site": "same-origin"}


def opened(registry):
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, registry.house)
    return app


@pytest.fixture
def registry(tmp_path):
    with registry_in(tmp_path) as found:
        yield found


@pytest.fixture
def app(registry):
    return opened(registry)


def web(app, **more):
    return TestClient(app, base_url="http://signoff.example", headers=SAME, **more)


def enter(client, name="Ann", password=GOOD, **more):
    return client.post("/console/sign-in", data={"name": name, "password": password, **more}, follow_redirects=False)


def test_a_new_instance_is_opened_with_its_first_key(registry, app):
    """No account yet: the page asks for the key, and says how to make accounts."""
    key = manage_keys.create(registry.house, "test", name="Olga", role="operations")["key"]
    client = web(app)
    text = client.get("/console/sign-in").text
    assert 'id="key"' in text
    assert 'id="password"' not in text
    assert "signoff people create" in text
    answer = client.post("/console/sign-in", data={"key": key, "next": "/console/people"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/people")


def test_name_and_password_lead_to_the_page_asked_for_and_nowhere_else(registry, app):
    """Never to another site."""
    registry.person()
    assert enter(web(app), next="/console/account").headers["location"] == "/console/account"
    for elsewhere in ("https://evil.example/", "//evil.example", "/console/provider", "javascript:alert(1)"):
        assert enter(web(app), next=elsewhere).headers["location"] == "/console"


def test_cookies_are_for_the_browser_alone(registry, app):
    """No script and no other site gets them; the mark of the device goes to the console only."""
    registry.person()
    kept = enter(web(app)).headers.get_list("set-cookie")
    assert len(kept) == 2
    assert all("httponly" in cookie.lower() for cookie in kept)
    session, device = kept
    assert re.match(r"signoff=[\w-]{43}; ", session)
    assert "samesite=lax" in session.lower()
    assert "samesite=strict" in device.lower()
    assert "Path=/console;" in device


def test_a_wrong_password_is_refused_in_words_and_keeps_the_name(registry, app):
    """Alike for somebody and for nobody; the password is never shown again."""
    registry.person()
    answers = {enter(web(app), name, OTHER).text.replace(name, "?") for name in ("Ann", "Bob")}
    assert len(answers) == 1
    assert enter(web(app), "<b>", OTHER).status_code == 401
    text = enter(web(app), "<b>", OTHER).text
    assert "Name and password do not fit." in text
    assert OTHER not in text
    assert "<b>" not in text


def test_too_many_guesses_are_told_how_long_to_wait(registry, app):
    """429, and the page says so."""
    registry.person()
    client = web(app)
    for _ in range(9):
        enter(client, password=OTHER)
    refused = enter(client)
    assert refused.status_code == 429
    assert "Wait 2 seconds" in refused.text


def test_another_site_cannot_sign_anybody_in_or_change_anything(registry, app):
    """Every form is refused that is not from our own pages."""
    registry.person(role="operations")
    client = web(app)
    enter(client)
    for path in (
        "/console/sign-in",
        "/console/password",
        "/console/sign-out",
        "/console/account/password",
        "/console/account/sessions/end-others",
        "/console/people",
        "/console/people/per_1/rights",
        "/console/people/per_1/reset",
        "/console/people/per_1/disable",
        "/console/people/per_1/sessions/end",
    ):
        answer = client.post(path, data={}, headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)
        assert answer.status_code == 403, path
    assert client.get("/console/account").status_code == 200


def test_a_code_sets_a_password_and_signs_in(registry, app):
    """A poor one, or two that differ, are refused with the code kept in the form."""
    made = manage_people.create(registry.house, "test", name="Ann", role="reviewer")
    client = web(app)
    code = made["code"]
    for first, second, why in ((OTHER, GOOD, "not the same"), ("short", "short", "15 are needed")):
        refused = client.post("/console/password", data={"code": code, "password": first, "again": second})
        assert refused.status_code == 422
        assert why in refused.text
        assert code in refused.text
    done = client.post("/console/password", data={"code": code, "password": GOOD, "again": GOOD})
    assert "Your password is set" in done.text
    again = web(app).post("/console/password", data={"code": code, "password": GOOD, "again": GOOD})
    assert again.status_code == 401


def test_ones_own_page_lists_sessions_and_ends_them(registry, app):
    """This one is marked; the others can go, and so can this one."""
    registry.person()
    here, there = web(app), web(app)
    enter(here)
    enter(there)
    page = here.get("/console/account").text
    assert page.count("This one") == 1
    ended = here.post("/console/account/sessions/end-others")
    assert "Ended." in ended.text
    assert there.get("/console/account", follow_redirects=False).headers["location"].startswith("/console/sign-in")
    mine = re.search(r"/console/account/sessions/(ses_\w+)/end", here.get("/console/account").text)
    assert mine is not None
    gone = here.post(mine.group(0), follow_redirects=False)
    assert gone.headers["location"] == "/console/sign-in?said=signed-out"
    assert here.get("/console/account", follow_redirects=False).status_code == 303


def test_a_password_is_changed_on_ones_own_page(registry, app):
    """With the old one; this browser goes on, the others are out."""
    registry.person()
    here, there = web(app), web(app)
    enter(here)
    enter(there)
    form = {"old": OTHER, "password": OTHER, "again": OTHER}
    assert "not your password" in here.post("/console/account/password", data=form).text
    done = here.post("/console/account/password", data=form | {"old": GOOD})
    assert "Your password is changed" in done.text
    assert there.get("/console/account", follow_redirects=False).status_code == 303
    assert enter(web(app), password=OTHER).status_code == 303


def test_operations_make_an_account_and_see_its_code_once(registry, app):
    """Rights as typed; a name that is taken is refused with what was typed still there."""
    registry.person("Olga", role="operations")
    client = web(app)
    enter(client, "Olga")
    form = {"name": "Bob <b>", "role": "reviewer", "limits": "loans:lead\r\ncards::claim\r\n", "groups": "staff, hr"}
    made = client.post("/console/people", data=form)
    found = re.search(r'<code id="code"[^>]*>([^<]+)</code>', made.text)
    assert found is not None
    assert "Bob &lt;b&gt;" in made.text
    assert "cards::claim, loans:lead" in made.text or "loans:lead, cards::claim" in made.text
    address = re.search(r"/console/people/per_\w+", made.text)
    assert address is not None
    assert found.group(1) not in client.get(address.group(0)).text
    again = client.post("/console/people", data=form)
    assert again.status_code == 409
    assert "loans:lead" in again.text
    set_by_code(registry.house, found.group(1), GOOD, HERE)
    bob = web(app)
    enter(bob, "bob <b>")
    assert "loans" in bob.get("/console/account").text
    assert bob.get("/console/people").status_code == 403


def test_operations_change_reset_disable_and_enable(registry, app):
    """Each is said, and what was open ends."""
    registry.person("Olga", role="operations")
    person = registry.person("Bob", password=OTHER)
    client, bob = web(app), web(app)
    enter(client, "Olga")
    enter(bob, "Bob", OTHER)
    here = f"/console/people/{person}"
    assert "They sign in again" in client.post(f"{here}/rights", data={"role": "lead", "limits": ""}).text
    assert bob.get("/console/account", follow_redirects=False).status_code == 303
    assert "shown this once" in client.post(f"{here}/reset").text
    assert "they open nothing" in client.post(f"{here}/disable").text
    assert client.post(f"{here}/reset").status_code == 409
    assert "they need a code" in client.post(f"{here}/enable").text
    assert client.post(f"{here}/rights", data={"role": "king"}).status_code == 422
    assert client.post(f"{here}/login", data={"subject": "x"}).status_code == 422
    assert client.get("/console/people/per_none").status_code == 404


def test_nobody_is_offered_to_change_themselves(registry, app):
    """And it is refused if they try."""
    person = registry.person("Olga", role="operations")
    client = web(app)
    enter(client, "Olga")
    assert "This is you." in client.get(f"/console/people/{person}").text
    refused = client.post(f"/console/people/{person}/rights", data={"role": "auditor"})
    assert refused.status_code == 409


def test_the_provider_way_there_and_back(tmp_path):
    """A link to the provider, back with a session and to the page asked for; signing out offers to leave there too."""
    with running(LittleProvider()) as there:
        file = {"issuer": there.issuer, "client_id": CLIENT, "button": "Acme", "create": True}
        (tmp_path / "oidc.yaml").write_text(yaml.safe_dump(file | {"roles": [{"group": "reviewers", "role": "lead"}]}))
        way = {"oidc_file": tmp_path / "oidc.yaml", "oidc_secret": SECRET, "public_url": "http://localhost:9"}
        with registry_in(tmp_path, **way) as registry:
            there.now = lambda: registry.clock.now.timestamp()  # noqa: PLW0108 - the clock is moved
            client = TestClient(opened(registry), base_url="http://localhost:9", headers=SAME)
            page = client.get("/console/sign-in?next=/console/account").text
            link = re.search(r'href="(/console/provider\?next=[^"]+)"', page)
            assert link is not None
            assert "Sign in with Acme" in page
            left = client.get(link.group(1), follow_redirects=False)
            back = urlsplit(httpx.get(left.headers["location"]).headers["location"])
            away = left.headers["set-cookie"]
            assert "httponly" in away.lower()
            assert "samesite=lax" in away.lower()
            assert "path=/console/provider" in away.lower()
            stranger = TestClient(opened(registry), base_url="http://localhost:9")
            assert stranger.get(f"{back.path}?{back.query}").status_code == 401
            cross = {"Sec-Fetch-Site": "cross-site"}
            came = client.get(f"{back.path}?{back.query}", headers=cross, follow_redirects=False)
            assert (came.status_code, came.headers["location"]) == (303, "/console/account")
            assert "the provider" in client.get("/console/account").text
            replayed = client.get(f"{back.path}?{back.query}", follow_redirects=False)
            assert replayed.status_code == 401
            out = client.post("/console/sign-out")
            leaving = re.search(r'href="([^"]+/leave[^"]+)"', out.text)
            assert leaving is not None
            query = parse_qs(urlsplit(leaving.group(1).replace("&amp;", "&")).query)
            assert query["post_logout_redirect_uri"] == ["http://localhost:9/console/sign-in"]
            assert client.get("/console/account", follow_redirects=False).status_code == 303


def test_another_site_cannot_begin_a_sign_in(tmp_path, registry, app):
    """Nor is there one where no provider is set up."""
    client = web(app)
    assert client.get("/console/provider").status_code == 404
    refused = client.get("/console/provider", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403


def test_a_password_kept_with_other_characters_than_utf8_is_no_error(registry, app):
    """A broken form is refused like a wrong password."""
    raw = b"name=Ann&password=%ff%fe%00"
    answer = web(app).post(
        "/console/sign-in", content=raw, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 401
