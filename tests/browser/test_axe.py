"""Every page of the console, with hostile words wherever people write: axe and the content policy find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import GRAVE, Watched, watch
from tests.browser.tour import Stop, Tour, routes, told
from tests.house import copy_of, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVIL = " <script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>\"'>{{7*7}}</textarea></title>"
_RUN = """(only) => axe.run(document,
    {resultTypes: ['violations'], selectors: false, preload: false, ...(only ? {runOnly: only} : {})})
  .then(found => found.violations.map(each => ({id: each.id, impact: each.impact, help: each.help,
    nodes: each.nodes.slice(0, 4).map(node => [node.html.slice(0, 160), node.failureSummary.slice(0, 300)])})))"""


@pytest.fixture(scope="module")
def tour(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    folder = tmp_path_factory.mktemp("tour")
    with serving(copy_of(starter, folder / "home"), folder) as server:
        yield Tour(server, EVIL)


@pytest.fixture(scope="module")
def visitors(tour: Tour, browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser for everybody who opens a page, with axe in each page."""
    found = {who: tour.sign_in(browser, who) for who in {stop.who for stop in tour.stops} - {""}}
    found[""] = browser.new_context(viewport={"width": 1360, "height": 900})
    for context in found.values():
        context.add_init_script(Axe().axe_script)
    yield found
    for context in found.values():
        context.close()


def grave(page: Page) -> list[object]:
    """What axe calls serious or critical: everything in light, what depends on colours in dark as well."""
    found: list[object] = []
    for scheme, only in (("light", None), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [{"scheme": scheme, **each} for each in page.evaluate(_RUN, only) if each["impact"] in GRAVE]
    return found


def test_every_page_is_on_the_tour(tour: Tour) -> None:
    """A page that is added to the console has to be added to the tour."""
    assert routes() == {stop.route for stop in tour.stops}


def test_every_page_passes_axe_and_no_hostile_word_runs(tour: Tour, visitors: dict[str, BrowserContext]) -> None:
    """No serious or critical finding; no script of anybody's words runs; nothing reaches the policy that forbids it."""
    wrong: dict[str, object] = {}
    for stop in tour.stops:
        watched = _open(tour, visitors, stop)
        found = grave(watched.page)
        if found or watched.dialogs or watched.refusals or watched.errors:
            wrong[stop.address] = [found, watched.dialogs, watched.refusals, watched.errors]
        watched.page.close()
    assert not wrong, told(wrong)


def _open(tour: Tour, visitors: dict[str, BrowserContext], stop: Stop) -> Watched:
    watched = Watched(visitors[stop.who].new_page())
    watch(watched)
    watched.page.goto(tour.server.url + stop.address)
    return watched
