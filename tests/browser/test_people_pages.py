"""Coming in, one's own account and the people of a deployment, in a real browser and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import house as instance
from tests.browser.conftest import Watched, watch
from tests.house import LiveServer
from tests.little_provider import CLIENT, SECRET, LittleProvider, running

pytestmark = pytest.mark.browser

FIRST, SECOND = "violet tractor ambles home", "seven quiet lanterns drift"
HOSTILE = "Maya <script>alert(1)</script>"


@pytest.fixture
def another(browser: Browser) -> Iterator[Watched]:
    """A second browser, of somebody else or of the same person elsewhere."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    found = Watched(context.new_page())
    watch(found)
    yield found
    context.close()


def blameless(*all_watched: Watched) -> None:
    """No foreign script ran, nothing was refused by the policy, nothing of ours threw."""
    for found in all_watched:
        assert (found.dialogs, found.refusals, found.errors) == ([], [], [])


def no_barriers(page: Page) -> None:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []


def typed(page: Page, *keys: str) -> None:
    """Words are typed, names of keys in brackets pressed."""
    for key in keys:
        if key.startswith("["):
            page.keyboard.press(key.strip("[]"))
        else:
            page.keyboard.type(key)


def test_an_account_from_its_making_to_its_end(
    live_server: LiveServer, watched: Watched, another: Watched, tmp_path: Path
) -> None:
    """Operations make it and hand over a code; its owner sets a password and changes it; then it is shut."""
    olga, maya = watched.page, another.page
    olga.goto(f"{live_server.url}/console/people")
    expect(olga.locator("#key")).to_be_focused()
    no_barriers(olga)
    typed(olga, live_server.operations_key, "[Enter]")
    olga.wait_for_url("**/console/people")
    no_barriers(olga)
    olga.get_by_label("Name").focus()
    typed(olga, HOSTILE, "[Tab]", "lead", "[Tab]", "[Tab]", "staff", "[Enter]")
    code = olga.locator("#code").inner_text()
    expect(olga.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    no_barriers(olga)
    olga.screenshot(path=tmp_path / "code.png", full_page=True)

    maya.goto(f"{live_server.url}/console/sign-in")
    expect(maya.locator("#name")).to_be_focused()
    no_barriers(maya)
    maya.screenshot(path=tmp_path / "sign-in.png")
    maya.get_by_role("link", name="I have a code").press("Enter")
    expect(maya.locator("#code")).to_be_focused()
    no_barriers(maya)
    typed(maya, code, "[Tab]", FIRST, "[Tab]", FIRST, "[Enter]")
    expect(maya.get_by_text("Your password is set")).to_be_visible()
    maya.get_by_role("link", name=HOSTILE).press("Enter")
    maya.wait_for_url("**/console/account")
    no_barriers(maya)
    maya.screenshot(path=tmp_path / "account.png", full_page=True)
    maya.locator("#old").focus()
    typed(maya, FIRST, "[Tab]", SECOND, "[Tab]", SECOND, "[Enter]")
    expect(maya.get_by_text("Your password is changed")).to_be_visible()
    maya.get_by_role("button", name="Sign out").press("Enter")
    maya.wait_for_url("**/console/sign-in?said=signed-out")
    typed(maya, HOSTILE.upper(), "[Tab]", FIRST, "[Enter]")
    expect(maya.get_by_text("Name and password do not fit.")).to_be_visible()
    expect(maya.locator("#password")).to_be_focused()
    no_barriers(maya)
    typed(maya, SECOND, "[Enter]")
    maya.wait_for_url("**/console")

    olga.goto(f"{live_server.url}/console/people")
    olga.get_by_role("link", name="Maya").press("Enter")
    expect(olga.get_by_text("Chrome on Linux")).to_be_visible()
    olga.screenshot(path=tmp_path / "person.png", full_page=True)
    olga.get_by_role("button", name="Disable").press("Enter")
    expect(olga.get_by_text("they open nothing")).to_be_visible()
    no_barriers(olga)
    maya.goto(f"{live_server.url}/console/account")
    maya.wait_for_url("**/console/sign-in?next=**")
    blameless(watched, another)


def test_through_the_provider_and_back(
    home: Path, tmp_path: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link leads there and back to the page asked for; signing out offers to leave there too."""
    page, port = watched.page, instance.free_port()
    monkeypatch.setattr(instance, "free_port", lambda: port)
    with running(LittleProvider()) as there:
        there.claims["groups"] = ["heads"]
        file = {"issuer": there.issuer, "client_id": CLIENT, "button": "Acme", "create": True}
        (tmp_path / "oidc.yaml").write_text(yaml.safe_dump(file | {"roles": [{"group": "heads", "role": "lead"}]}))
        file_path, back = str(tmp_path / "oidc.yaml"), f"http://127.0.0.1:{port}"
        with instance.serving(home, tmp_path, public_url=back, oidc_file=file_path, oidc_secret=SECRET) as server:
            page.goto(f"{server.url}/console/account")
            link = page.get_by_role("link", name="Sign in with Acme")
            expect(link).to_be_focused()
            no_barriers(page)
            page.screenshot(path=tmp_path / "provider.png")
            link.press("Enter")
            page.wait_for_url("**/console/account")
            expect(page.get_by_text("the provider", exact=True)).to_be_visible()
            kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
            assert set(kept) == {"signoff"}
            assert kept["signoff"]["httpOnly"]
            page.get_by_role("button", name="Sign out").press("Enter")
            expect(page.get_by_role("link", name="Sign out of Acme too")).to_be_focused()
            no_barriers(page)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{there.issuer}/leave?**")
            page.goto(f"{server.url}/console/account")
            page.wait_for_url("**/console/sign-in?next=**")
    blameless(watched)
