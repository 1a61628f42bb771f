"""Ids of requests."""

from __future__ import annotations

import contextvars

import pytest

from service.ids import new_id
from service.observe import request


@pytest.mark.parametrize(
    "sent",
    [
        "0b7a7c1e-58cc-4372-a567-0e02b2c3d479",
        "0B7A7C1E-58CC-4372-A567-0E02B2C3D479",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "01KB3AC9K2N5Q8T1W4Y7B0D3F6",
        "req_01KB3AC9K2N5Q8T1W4Y7B0D3F6",
    ],
)
def test_an_id_that_a_machine_made_is_taken_over(sent: str) -> None:
    """So that callers find their own requests in our log."""
    assert request.id_for(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "sgn_9sD2kq0000000000000000000000000000000000000",
        "4111111111111111",
        "Maria Lopez",
        "0b7a7c1e-58cc-4372-a567-0e02b2c3d479\n{}",
        "ab" * 32,  # as long as the secret of an instance
        "٠" * 32,
    ],
)
def test_anything_else_gets_a_new_id(sent: str | None) -> None:
    """What might be a name, a card or a key does not get into logs and answers."""
    made = request.id_for(sent)
    assert made != sent
    assert made.startswith("req_")
    assert request.id_for(made) == made


def test_the_id_goes_along_into_copied_contexts_and_ends_with_its_request() -> None:
    """Threads that work on a request know which; the next request does not inherit it."""
    named = new_id("req")
    token = request.begin(named)
    copied = contextvars.copy_context()
    request.end(token)
    assert request.current() is None
    assert copied.run(request.current) == named
