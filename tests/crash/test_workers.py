"""Several workers over one home: they change in step, and one that cannot does not answer by old rules."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

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
def test_a_worker_that_the_machine_has_no_time_for_is_not_killed(server):
    """Standing still for longer than uvicorn would wait by itself: afterwards it goes on, the same process."""
    before = sorted(children(server))
    os.kill(before[0], signal.SIGSTOP)
    time.sleep(8.0)
    os.kill(before[0], signal.SIGCONT)
    until(lambda: len(workers(server)) == 2)
    assert sorted(children(server)) == before


@pytest.mark.slow
def test_workers_killed_under_load_answer_nothing_wrong_and_lose_nothing(server):
    """`kill -9` of one worker after the other while people ask: an answer or a connection cut off, which is asked again
    with its key. Each comes to what it came to before, once, and the chain holds."""
    texts = ["I was charged twice for the same card payment yesterday, please refund me.", "Pigeons sang of curtains."]
    usual = {text: told(server, text, f"before-{number}") for number, text in enumerate(texts)}
    answered: dict[str, dict[str, Any]] = {}
    cut: Counter[int | str] = Counter()
    wrong, stop = [], threading.Event()

    def load(place):
        for number in itertools.count(place, 4):
            text, key = texts[number % 2], f"kill-{number}"
            answer = told_at_last(server, text, key, cut, stop)
            if answer is None:
                return
            answered[key] = answer
            if not alike(answer, usual[text]):
                wrong.append(answer)

    threads = [threading.Thread(target=load, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for number in range(6):
        time.sleep(1.0)
        os.kill(children(server)[number % 2], signal.SIGKILL)
        until(lambda: len(children(server)) == 2)
    until(lambda: len(workers(server)) == 2)
    stop.set()
    for thread in threads:
        thread.join()
    print(f"{len(answered)} answered, 6 workers killed, not answered at first: {dict(cut)}, wrong: {len(wrong)}")  # noqa: T201
    assert not wrong, wrong[:2]
    assert set(cut) <= {"off", 503}
    assert len({each["id"] for each in answered.values()}) == len(answered)
    headers = {"Authorization": f"Bearer {server.keys.auditor}"}
    assert httpx.get(f"{server.url}/v1/audit/verify", headers=headers, timeout=60).json()["ok"]


def told(server, text, key):
    """The answer to a request, over a connection of its own."""
    headers = {"Authorization": f"Bearer {server.keys.caller}", "Idempotency-Key": key}
    body = {"workflow": NAME, "text": text}
    answer = httpx.post(f"{server.url}/v1/decisions", json=body, headers=headers, timeout=30)
    return answer.raise_for_status().json()


def told_at_last(server, text, key, cut, stop):
    """Asked again until there is an answer; None once it is time to stop."""
    while not stop.is_set():
        try:
            return told(server, text, key)
        except httpx.TransportError:
            cut["off"] += 1
        except httpx.HTTPStatusError as error:
            cut[error.response.status_code] += 1
            time.sleep(0.1)
    return None


def alike(answer, usual):
    """Whether it came to the same, on the same grounds."""
    return all(answer.get(name) == usual.get(name) for name in ("state", "outcome", "label", "release", "reasons"))


@pytest.mark.slow
def test_whichever_worker_is_asked_answers_for_all(server):
    """Decisions of both are counted by either, one that is killed leaves what it counted, and no counter goes back."""

    def figures():
        headers = {"Authorization": f"Bearer {server.keys.operations}"}
        answer = httpx.get(server.url + "/metrics", headers=headers, timeout=60)
        found = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        total = sum(float(value) for name, _, value in found if name.startswith("signoff_decisions_total{"))
        pids = {int(name.split('"')[1]) for name, _, _ in found if name.startswith("process_open_fds{")}
        return total, pids

    last, both = 0, set(children(server))
    for turn in range(1, 3):
        ask(server, 6)
        until(lambda turn=turn: figures()[0] == 6 * turn)
        seen = [figures() for _ in range(6)]
        assert [total for total, _ in seen] == [6 * turn] * 6 > [last] * 6
        assert {pid for _, pids in seen for pid in pids} == both
        last = 6 * turn
    os.kill(max(both), signal.SIGKILL)
    until(lambda: len(set(children(server)) - {max(both)}) == 2)
    until(lambda: figures()[1] == set(children(server)))
    assert figures()[0] == last


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
