"""An alarm about live traffic, seen and acted on by keyboard alone, in a real browser against the real service."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from tests.browser.conftest import Watched
from tests.browser.test_console_story import _sign_in
from tests.house import LiveServer
from tests.unit.service.usecases.traffic import OTHERS

pytestmark = pytest.mark.browser

WORKFLOW = "retail-banking"
HERE = f"/console/watch/{WORKFLOW}"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> of Vienna"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."


@pytest.fixture(scope="module")
def owner_key(shared_server: LiveServer) -> str:
    """A key of who answers for the model, where an alarm sends everything to people."""
    policy = shared_server.home / "workflows" / WORKFLOW / "workflow.yaml"
    policy.write_text(policy.read_text() + "\nwatch: {on_alarm: people, every_days: 0}\n")
    _post(shared_server, shared_server.operations_key, "/v1/rules/reload", {})
    for text in (EVIL, *OTHERS):
        _post(shared_server, shared_server.caller_key, "/v1/decisions", {"workflow": WORKFLOW, "text": text})
    house = open_house(Settings(home=shared_server.home))
    key: str = create(house, "tests", name="olga", role="model-owner")["key"]
    house.close()
    return key


def _post(server: LiveServer, key: str, path: str, body: dict[str, str]) -> Any:
    head = {"Authorization": f"Bearer {key}"}
    return httpx.post(server.url + path, json=body, headers=head, timeout=120).raise_for_status().json()


def _ask(server: LiveServer) -> tuple[str, list[str]]:
    """State and reasons of a clear request."""
    answer = _post(server, server.caller_key, "/v1/decisions", {"workflow": WORKFLOW, "text": CLEAR})
    return answer["state"], answer["reasons"]


def _tab_to(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_an_alarm_is_seen_understood_and_acted_on(watched: Watched, shared_server: LiveServer, owner_key: str) -> None:
    """Its reason and what it does stand there; requests go to people; one button lets automation go on."""
    page = watched.page
    assert _ask(shared_server) == ("final", [])
    _sign_in(page, shared_server, owner_key, "/console/watch")
    expect(page.get_by_role("row", name=WORKFLOW)).to_contain_text("nobody has looked yet")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody has looked yet")).to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="People decide everything")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="Traffic has changed")).to_be_visible()
    expect(page.locator("main")).to_contain_text("stability index of energy")
    expect(page.locator("main")).to_contain_text("An alarm sends every request of this workflow to people")
    expect(page.get_by_role("img", name="How sure the model is")).to_be_visible()
    assert _ask(shared_server) == ("waiting", ["degraded"])

    page.goto(shared_server.url + "/console/watch")
    expect(page.get_by_role("row", name=WORKFLOW)).to_contain_text("People decide")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    _tab_to(page, "Let it go on")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Automatic again")
    expect(page.get_by_role("heading", name="People decide everything")).to_have_count(0)
    assert _ask(shared_server) == ("final", [])
    assert (watched.dialogs, watched.refusals, watched.errors) == ([], [], [])


@pytest.mark.parametrize("width", [390, 640, 1280])
def test_nothing_is_wider_than_the_window(
    watched: Watched, shared_server: LiveServer, owner_key: str, width: int
) -> None:
    """On a telephone, at double size, on a laptop: wide tables scroll by themselves, the page does not."""
    page = watched.page
    page.set_viewport_size({"width": width, "height": 800})
    _sign_in(page, shared_server, owner_key, HERE)
    for path in (HERE, "/console/models", f"/console/labelling/{WORKFLOW}", f"/console/labelling/{WORKFLOW}/doubts"):
        page.goto(shared_server.url + path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over == 0, path
