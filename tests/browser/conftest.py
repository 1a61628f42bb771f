"""A real browser: the system's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(_QUIET))
        yield launched
        launched.close()


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
