"""A server killed under load loses no decision that it acknowledged."""

from __future__ import annotations

import threading
import time

import httpx

from tests import house as instance

TEXT = "My card payment of {n} euros was taken twice in shop number {n}."


def test_every_acknowledged_decision_survives_kill_9(home, tmp_path):
    """`kill -9` three times under load: every acknowledged id is there afterwards, and the chain verifies."""
    acknowledged: dict[str, tuple[str, bytes]] = {}
    lock = threading.Lock()
    counter = iter(range(10**9))

    def load(server, stop):
        headers = {"Authorization": f"Bearer {server.keys.caller}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
            while not stop.is_set():
                with lock:
                    n = next(counter)
                key = f"kill-{n}"
                body = {"workflow": "retail-banking", "text": TEXT.format(n=n)}
                try:
                    answer = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": key})
                except httpx.TransportError:
                    return
                assert answer.status_code in (200, 202), answer.text
                with lock:
                    acknowledged[answer.json()["id"]] = (key, answer.content)

    for _ in range(3):
        server = instance.start(home, tmp_path)
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(server, stop)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        server.kill()
        stop.set()
        for thread in threads:
            thread.join(15)
    assert len(acknowledged) > 50

    with instance.serving(home, tmp_path) as server:
        headers = {"Authorization": f"Bearer {server.keys.caller}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
            for decision, (key, content) in acknowledged.items():
                assert client.get(f"/v1/decisions/{decision}").status_code == 200, decision
                n = int(key.removeprefix("kill-"))
                body = {"workflow": "retail-banking", "text": TEXT.format(n=n)}
                repeat = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": key})
                assert repeat.content == content
        found = httpx.get(
            f"{server.url}/v1/audit/verify", headers={"Authorization": f"Bearer {server.keys.auditor}"}, timeout=30
        ).json()
    assert found["ok"], found
