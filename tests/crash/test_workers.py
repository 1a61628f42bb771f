"""Several workers over one home: they change in step, and one that cannot does not answer by old rules."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests import house as instance

NAME = "retail-banking"


@pytest.fixture
def server(home: Path, tmp_path: Path):
    with instance.serving(home, tmp_path, workers=2) as live:
        until(lambda: len(workers(live)) == 2)
        yield live


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.1)


def workers(server):
    """Ids of the workers that are alive."""
    return {worker["id"] for worker in operate(server, "GET", "/v1/rules")["workers"]}


def operate(server, method, path, **sent):
    headers = {"Authorization": f"Bearer {server.keys.operations}"}
    answer = httpx.request(method, server.url + path, headers=headers, timeout=60, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def edit_policy(home, minutes):
    path = home / "workflows" / NAME / "workflow.yaml"
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("queue:"))
    lines[place] = f"queue: {{name: retail-banking, sla_hours: 24, lease_minutes: {minutes}}}"
    path.write_text("\n".join(lines) + "\n")


def ask(server, times):
    """(status, release or problem) of so many requests, each over a connection of its own."""
    headers = {"Authorization": f"Bearer {server.keys.caller}"}
    answers = []
    for n in range(times):
        body = {"workflow": NAME, "text": f"Where is my card number {n}?"}
        answer = httpx.post(f"{server.url}/v1/decisions", json=body, headers=headers, timeout=30)
        told = answer.json()
        answers.append((answer.status_code, told.get("release") or told.get("type")))
    return answers


def children(server) -> list[int]:
    """Process ids of the workers: the parent's children that are not Python's own helpers."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (entry / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == server.process.pid and b"spawn_main" in command:
            found.append(int(entry.name))
    return found


def test_sighup_reaches_all_workers_and_restarts_none(server):
    """The parent hands the signal on: both workers answer by the new release, and they are the same as before."""
    before, processes = workers(server), sorted(children(server))
    (old,) = {release for _, release in ask(server, 6)}
    edit_policy(server.home, 20)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: {release for _, release in ask(server, 1)} != {old})
    answers = ask(server, 20)
    assert {status for status, _ in answers} <= {200, 202}
    assert len({release for _, release in answers}) == 1
    assert workers(server) == before
    assert sorted(children(server)) == processes
    assert server.stop() == 0


@pytest.mark.slow
def test_a_worker_left_behind_never_answers_by_the_old_release(home, tmp_path):
    """One process stands still while the rules change: it is named, and once it moves again it is late, not wrong."""
    with instance.serving(home, tmp_path) as server, instance.serving(home, tmp_path) as late:
        until(lambda: len(workers(server)) == 2)
        edit_policy(home, 25)
        operate(server, "POST", "/v1/rules/reload?dry_run=true")  # so that the reload itself is quick
        late.process.send_signal(signal.SIGSTOP)
        done = operate(server, "POST", "/v1/rules/reload")
        late.process.send_signal(signal.SIGCONT)
        assert done["changed"]
        assert len(done["left_behind"]) == 1
        (new,) = {each["release"] for each in done["workflows"]}
        answers = ask(late, 30)
        assert {answer for answer in answers if answer[0] != 503} <= {(200, new), (202, new)}
        assert {told for status, told in answers if status == 503} <= {"/problems/release_opening"}
        until(lambda: {release for _, release in ask(late, 10)} == {new})
        assert {release for _, release in ask(server, 10)} == {new}


def test_a_killed_worker_holds_up_no_change(server):
    """`kill -9` of a worker, then a reload: it goes through, and the worker's successor answers by it."""
    os.kill(children(server)[0], signal.SIGKILL)
    edit_policy(server.home, 30)
    done = operate(server, "POST", "/v1/rules/reload")
    assert done["changed"]
    (new,) = {each["release"] for each in done["workflows"]}
    until(lambda: len(children(server)) == 2 and len(workers(server)) == 2)
    assert {release for _, release in ask(server, 20)} == {new}


@pytest.mark.slow
def test_a_page_open_at_one_worker_hears_of_what_came_in_at_another(home, tmp_path):
    """How many cases are open, over one connection and without asking again; claimed ones too."""
    with (
        instance.serving(home, tmp_path) as server,
        instance.serving(home, tmp_path) as other,
        httpx.Client(base_url=server.url, timeout=60, headers={"Origin": server.url}) as reader,
    ):
        assert reader.post("/console/sign-in", data={"key": server.reviewer_key}).status_code == 303
        with reader.stream("GET", "/console/live", params={"queue": NAME}) as page:
            told = counts(page)
            before = next(told)["open"]
            made = ask_oddly(other)
            assert next(found for found in told if found["open"] > before)["open"] == before + 1
            headers = {"Authorization": f"Bearer {other.reviewer_key}"}
            taken = httpx.post(f"{other.url}/v1/cases/{made}/claim", headers=headers, timeout=60)
            assert taken.status_code == 200, taken.text
            assert next(found for found in told if found["claimed"])["claimed"] == 1


def counts(page):
    """What the page is told of its queue, as it comes."""
    for line in page.iter_lines():
        if line.startswith("data: ") and line != "data: ":
            queues = json.loads(line.removeprefix("data: "))["queues"]
            yield queues.get(NAME, {"open": 0, "claimed": 0})


def ask_oddly(server):
    """The case of a request that a person has to decide."""
    headers = {"Authorization": f"Bearer {server.caller_key}"}
    body = {"workflow": NAME, "text": "Pigeons sat on the roof and sang of curtains."}
    answer = httpx.post(f"{server.url}/v1/decisions", json=body, headers=headers, timeout=60)
    assert answer.status_code == 202, answer.text
    return answer.json()["case"]
