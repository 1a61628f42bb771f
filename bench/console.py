"""How soon the next case is on screen after a decision, in a real browser, with many open cases.

    python -m bench.console [--home HOME] [--cases 100000] [--decisions 100]

HOME is an initialised home folder, else one with the starter is made; a copy of it is filled and served. What is
measured is what a person waits: from the key that decides to the first frame that shows the next case, in the browser's
own clock. Of that, `server_ms` is what the browser waited for the answer. Prints one JSON line with `next_case_ms` and
`server_ms` {p50, p95, p99, max}, and the load on the machine before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page, sync_playwright

from bench.decide_home import compiled_encoder
from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.store.engine import Connection
from service.store.tables import case_reasons, cases
from service.usecases.house import House, open_house
from service.usecases.make_decision import Ask, decide
from service.usecases.manage_keys import create
from tests.house import copy_of, serving, starter_home

WORKFLOW = "retail-banking"
QUEUE = "complaints"
HELD = "I was charged twice for one card payment, reference {}. Mend it or I go to the ombudsman."
_WARM = 5  # decisions that are not measured
_BATCH = 5_000

#: Frames are watched by the page itself, from the key on: polling from outside would measure the polling.
_WATCH = """() => {
  window.waited = new Promise((found, failed) => {
    setTimeout(() => failed(new Error("no next case in 30 s")), 30_000);
    const before = document.querySelector('[data-case]').action;
    document.addEventListener('keydown', function watch(event) {
      if (event.key !== 'Enter') return;
      document.removeEventListener('keydown', watch, true);
      const begun = performance.now();
      const look = () => {
        const form = document.querySelector('[data-case]');
        if (form && form.action !== before) setTimeout(() => found(performance.now() - begun)); // it is drawn by then
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, true);
  });
}"""


_ANSWERED = """() => {
  const sent = performance.getEntriesByType("resource").filter((each) => each.initiatorType === "xmlhttprequest");
  return sent.at(-1).responseEnd - sent.at(-1).requestStart;
}"""


#: Nobody decides before they have read, and by then all that the page asks for afterwards has come.
_READ = "() => !document.querySelector('#beside > p > a')"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=100)
    asked = parser.parse_args(arguments)
    began = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        home = copy_of(asked.home or starter_home(compiled_encoder() / "encoder"), Path(folder) / "home")
        house = open_house(Settings(home=home))
        key = create(house, "bench", name="bench reviewer", role="reviewer")["key"]
        fill(house, asked.cases, distinct=asked.decisions + 20)
        house.close()
        with serving(home, Path(folder)) as server:
            waits, answers = measure(server.url, key, asked.decisions)
    times = {"next_case_ms": summary(waits), "server_ms": summary(answers)}
    load = [round(began, 1), round(os.getloadavg()[0], 1)]
    print(json.dumps({"open_cases": asked.cases, "decisions": len(waits), **times, "load": load}))


def fill(house: House, count: int, distinct: int) -> None:
    """`distinct` requests made as callers make them, and their cases repeated behind them until there are `count`."""
    caller = Principal("bench", "bench caller", ROLES["caller"])
    for number in range(distinct):
        decide(house, caller, Ask(WORKFLOW, HELD.format(_word(number)), {"channel": "app"}))
    with house.store.read() as connection:
        (row,) = connection.execute(sa.select(cases).where(cases.c.queue == QUEUE).order_by(cases.c.id).limit(1))
    left = count - distinct
    for start in range(0, left, _BATCH):
        copies = [_copy(house, row, number) for number in range(start, min(left, start + _BATCH))]
        reasons = [{"case": each["id"], "reason": reason} for each in copies for reason in each["reasons"]]
        house.store.commit(lambda connection, copies=copies, reasons=reasons: _insert(connection, copies, reasons))  # type: ignore[misc]


def _word(number: int) -> str:
    """In letters: requests that differ in a number alone would share a case."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")


def _copy(house: House, row: sa.Row[Any], number: int) -> dict[str, Any]:
    later = timedelta(seconds=1 + number)  # behind those that are decided here
    moved = {"rank_at": row.rank_at + timedelta(hours=1) + later, "due_at": row.due_at + later}
    return {**row._mapping, "id": house.new_id("case"), **moved}  # noqa: SLF001 - a row's public mapping


def _insert(connection: Connection, copies: list[dict[str, Any]], reasons: list[dict[str, Any]]) -> None:
    connection.execute(cases.insert(), copies)
    connection.execute(case_reasons.insert(), reasons)


def measure(url: str, key: str, decisions: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the deciding key to the next case on screen, and those of them until the answer was there; the
    first ones, which warm up, are left out."""
    waits, answers = [], []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        if chromium is None:
            raise SystemExit("there is no Chromium here: apt-get install chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
        page.goto(f"{url}/console/sign-in")
        page.fill("#key", key)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/console")
        page.goto(f"{url}/console/queues/{QUEUE}")
        page.keyboard.press("c")
        page.wait_for_url("**/console/cases/**")
        for number in range(_WARM + decisions):
            waited, answered = decide_by_key(page)
            if number >= _WARM:
                waits.append(waited)
                answers.append(answered)
        browser.close()
    return waits, answers


def decide_by_key(page: Page) -> tuple[float, float]:
    """Agree with the suggestion, as a reviewer does: milliseconds until the next case, and until the answer."""
    page.wait_for_function(_READ)
    page.evaluate(_WATCH)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    waited = float(page.evaluate("() => window.waited"))
    page.wait_for_function("() => document.activeElement?.id === 'content'")  # it takes keys from here on
    return waited, float(page.evaluate(_ANSWERED))


def summary(waits: Sequence[float]) -> dict[str, float]:
    """Percentiles by nearest rank."""
    ordered = sorted(waits)
    at = {f"p{p}": ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))] for p in (95, 99)}
    found = {"p50": statistics.median(ordered), **at, "max": ordered[-1]}
    return {name: round(value, 1) for name, value in found.items()}


if __name__ == "__main__":
    main()
