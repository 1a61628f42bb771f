"""Whatever is sent to any address of the reference, the answer is one that the reference tells of.

Each pass sends what schemathesis makes of the reference with the key of one role, and every answer goes through all
of its checks: no server error, no status, media type, header or member that is not documented, nothing wrong accepted,
no address open without a key, the right answer to a wrong method, nothing there after it was deleted.
"""

from __future__ import annotations

import httpx
import pytest

from tests.house import LiveServer, copy_of, serving
from tests.security.fuzzing import OPERATIONS_LEAST, Tally, fuzz

ROLES = ("caller", "reviewer", "operations", "auditor")


def clean(tally: Tally, least: int) -> None:
    print(f"\n{tally}")  # noqa: T201
    assert not tally.errors, "\n\n".join(tally.errors)
    assert not tally.broken, "\n\n".join(f"{where}: {told}" for where, told in tally.broken.items())
    assert not [status for status in tally.statuses if status >= 500]
    assert tally.cases >= least
    assert len(tally.operations) >= OPERATIONS_LEAST


def test_every_operation_answers_as_the_reference_says(shared_server: LiveServer) -> None:
    """One drawn request to each, by those who run the place."""
    clean(fuzz(shared_server, "operations", seed=1, examples=1, phases=("fuzzing",)), least=150)


def test_the_example_of_a_search_can_be_sent_as_it_stands(shared_server: LiveServer) -> None:
    """To the workflow that ships: no part of a score in it that only others have."""
    document = httpx.get(f"{shared_server.url}/openapi.json").json()
    (example,) = document["components"]["schemas"]["SearchRequest"]["examples"]
    key = {"Authorization": f"Bearer {shared_server.operations_key}"}
    answer = httpx.post(f"{shared_server.url}/v1/search", json=example, headers=key, timeout=30)
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
def test_ten_thousand_requests_are_answered_as_the_reference_says(starter, tmp_path) -> None:
    """By every role, each on a server of its own: examples, all borders of all schemas, drawn ones, and sequences."""
    total = Tally()
    for number, role in enumerate(ROLES):
        folder = tmp_path / role
        folder.mkdir()
        with serving(copy_of(starter, folder / "home"), folder) as server:
            tally = fuzz(server, role, seed=number, examples=5, phases=("examples", "coverage", "fuzzing", "stateful"))
            print(f"\n{role}: {tally}")  # noqa: T201
            total.join(role, tally)
    clean(total, least=10_000)
