"""Webhooks are entered, changed and removed by people whose names are on record; secrets come and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import CannotStart, Conflict, InvalidRequest, NotFound
from service.settings import load_settings
from service.store import ledger, webhooks
from service.usecases import manage_webhooks
from service.usecases.manage_webhooks import MOST, Change
from service.usecases.take_deliveries import signing_keys
from service.usecases.verify_ledger import verify
from tests.unit.service.usecases.post_room import BY, PostRoom, post_room

URL = "https://93.184.216.34/hook"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    with post_room(tmp_path) as opened:
        yield opened


def kinds(room: PostRoom, webhook: str) -> list[str]:
    with room.house.store.read() as connection:
        return [row.kind.removeprefix("webhook.") for row in ledger.about(connection, webhook)]


def test_every_step_is_on_record(room: PostRoom) -> None:
    """Who did it, and the chain holds."""
    made = room.add(URL)["id"]
    manage_webhooks.change(room.house, BY, made, Change(types=["case.*"]))
    manage_webhooks.pause(room.house, BY, made)
    manage_webhooks.resume(room.house, BY, made)
    manage_webhooks.rotate(room.house, BY, made)
    manage_webhooks.remove(room.house, BY, made)
    assert kinds(room, made) == ["created", "changed", "paused", "resumed", "rotated", "removed"]
    assert verify(room.house)["ok"]


def test_an_address_is_kept_as_it_is_connected_to(room: PostRoom) -> None:
    """In ASCII: what is shown is where it goes."""
    assert room.add("https://Müller.invalid/für?a=ä")["url"] == "https://xn--mller-kva.invalid/f%C3%BCr?a=%C3%A4"
    assert room.add("  https://93.184.216.34:8443/a/../b  ")["url"].startswith("https://93.184.216.34:8443/")


def test_secrets_run_out_by_themselves(room: PostRoom) -> None:
    """Newest first; five at most; none of them is the same twice."""
    made = room.add(URL)["id"]

    def valid() -> tuple[bytes, ...]:
        with room.house.store.read() as connection:
            return signing_keys(room.house, connection, made, room.clock())

    (first,) = valid()
    for _ in range(4):
        manage_webhooks.rotate(room.house, BY, made, keep_hours=1)
    keys = valid()
    assert len({*keys}) == 5
    assert keys[-1] == first or first in keys
    with pytest.raises(Conflict, match="5 secrets"):
        manage_webhooks.rotate(room.house, BY, made, keep_hours=1)
    room.later(hours=2)
    assert valid() == keys[:1]


def test_an_ending_secret_is_not_kept_longer_by_the_next_change(room: PostRoom) -> None:
    """What was to end in a minute ends in a minute."""
    made = room.add(URL)["id"]
    manage_webhooks.rotate(room.house, BY, made, keep_hours=1 / 60)
    manage_webhooks.rotate(room.house, BY, made, keep_hours=24)
    room.later(minutes=2)
    assert len(room.view(made)["secrets"]) == 2


def test_there_is_an_end_to_webhooks(room: PostRoom) -> None:
    """Each costs a look four times a second."""
    made = room.add(URL)["id"]
    with room.house.store.read() as connection:
        row = webhooks.get(connection, made)
    assert row is not None
    for number in range(MOST - 1):
        room.house.store.commit(lambda c, n=number: webhooks.add(c, {**row._asdict(), "id": f"whk_{n}"}))  # type: ignore[misc]
    with pytest.raises(Conflict, match=str(MOST)):
        room.add(URL)


def test_networks_that_cannot_be_read_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than to be read as allowing nothing, or everything."""
    monkeypatch.setenv("SIGNOFF_WEBHOOK_NETWORKS", "10.0.0.1/8")
    with pytest.raises(CannotStart, match="WEBHOOK_NETWORKS"):
        load_settings()


def test_what_is_not_there_is_not_found(room: PostRoom) -> None:
    """By any verb; and a change has to say what."""
    for call in (manage_webhooks.pause, manage_webhooks.resume, manage_webhooks.rotate, manage_webhooks.remove):
        with pytest.raises(NotFound):
            call(room.house, BY, "whk_none")
    with pytest.raises(InvalidRequest, match="nothing"):
        manage_webhooks.change(room.house, BY, "whk_none", Change())
