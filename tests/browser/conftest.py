"""A real browser: the system's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from tests.house import LiveServer, copy_of, serving

GRAVE = ("serious", "critical")

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Watched:
    """A page, and everything on it that would mean a foreign script ran or tried to."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  #: by the content security policy
    errors: list[str] = field(default_factory=list)  #: thrown by our own script


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window. One for this folder and no longer: while it runs, so does an event loop of its own."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(_QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def patient_server(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server where whoever decides has twenty seconds to think better of it, for the tests of a reviewer's and a
    lead's day. None of them minds what the others recorded."""
    folder = tmp_path_factory.mktemp("patient")
    home = copy_of(starter, folder / "home")
    policy = home / "workflows" / "retail-banking" / "workflow.yaml"
    policy.write_text(policy.read_text().replace("lease_minutes: 15}", "lease_minutes: 15, undo_seconds: 20}", 1))
    with serving(home, folder) as server:
        head = {"Authorization": f"Bearer {server.operations_key}"}
        httpx.post(f"{server.url}/v1/rules/reload", headers=head, timeout=300).raise_for_status()
        yield server


@pytest.fixture(scope="package")
def lead_key(patient_server: LiveServer) -> str:
    house = open_house(Settings(home=patient_server.home))
    key: str = create(house, "tests", name="lena", role="lead")["key"]
    house.close()
    return key


@pytest.fixture
def lead(patient_server: LiveServer, lead_key: str, browser: Browser) -> Iterator[Watched]:
    """Another person's browser, signed in; nothing is refused to it and nothing of ours throws."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    found = Watched(context.new_page())
    watch(found)
    found.page.goto(patient_server.url + "/console")
    found.page.locator("#key").fill(lead_key)
    found.page.keyboard.press("Enter")
    found.page.wait_for_url(patient_server.url + "/console")
    yield found
    context.close()
    assert (found.dialogs, found.refusals, found.errors) == ([], [], [])


def grave(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in GRAVE]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page of its own session, as wide as a laptop's."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    found = Watched(context.new_page())
    watch(found)
    yield found
    context.close()


def watch(found: Watched) -> None:
    def on_dialog(dialog: object) -> None:
        found.dialogs.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    found.page.on("dialog", on_dialog)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on(
        "console",
        lambda message: found.refusals.append(message.text) if "Content Security Policy" in message.text else None,
    )
