"""Webhooks to a real receiver: everything arrives, in order, signed; and no receiver can harm us or the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.domain.webhook import ATTEMPTS
from service.store import deliveries, events
from service.store.engine import open_store
from service.store.tables import events as events_table
from service.store.tables_webhooks import webhook_deliveries
from service.usecases import manage_webhooks, resend
from service.usecases.take_deliveries import take
from tests.unit.service.usecases import receiver as kinds
from tests.unit.service.usecases.post_room import BY, DEAD, DELIVERED, WAITING, PostRoom, post_room
from tests.unit.service.usecases.receiver import Handler, Heard, receiving, wait_until


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    with post_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[PostRoom]:
    """One that waits for long, so that a wait would be seen."""
    with post_room(tmp_path, webhook_seconds=20.0) as opened:
        yield opened


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[PostRoom]:
    """On each kind of database."""
    with post_room(tmp_path, database_url) as opened:
        yield opened


def test_every_event_arrives_once_in_order_and_verifies(either: PostRoom) -> None:
    """Signed so that the public library trusts it; what was before the webhook is not sent."""
    either.tell("dec_0")
    with receiving() as receiver, either.sending():
        made = either.add(receiver.url)
        told = [either.tell(f"dec_{number % 5}") for number in range(30)]
        heard = receiver.wait_for(30)
        either.settled(made["id"], 30)
    assert sorted(each.id for each in heard) == told
    for each in heard:
        message = each.verified(made["secret"])
        assert message["id"] == each.id
        assert message["data"] == {"decision": message["data"]["decision"], "workflow": "bank", "outcome": "allow"}
    for decision in range(5):
        own = [each.id for each in heard if each.message["data"]["decision"] == f"dec_{decision}"]
        assert own == sorted(own)
    assert either.states(made["id"]) == [DELIVERED] * 30
    assert receiver.most_under_way <= 8


def test_a_message_that_was_changed_is_not_trusted(room: PostRoom) -> None:
    """Neither is one with another secret, nor an old one sent again."""
    with receiving() as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        (heard,) = receiver.wait_for(1)
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(heard.body.replace(b"allow", b"block"), heard.headers)
    other = manage_webhooks.create(room.house, BY, name="other", url=receiver.url)
    with pytest.raises(WebhookVerificationError):
        heard.verified(other["secret"])
    old = str(int(heard.headers["webhook-timestamp"]) - 3_600)
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(heard.body, {**heard.headers, "webhook-timestamp": old})


def test_while_secrets_change_both_verify(room: PostRoom) -> None:
    """Until the earlier one has run out; told to end at once, it does."""
    with receiving() as receiver, room.sending():
        made = room.add(receiver.url)
        second = manage_webhooks.rotate(room.house, BY, made["id"], keep_hours=1)["secret"]
        room.tell("dec_1")
        (heard,) = receiver.wait_for(1)
        assert len(heard.headers["webhook-signature"].split(" ")) == 2
        heard.verified(made["secret"])
        heard.verified(second)
        third = manage_webhooks.rotate(room.house, BY, made["id"], keep_hours=0)["secret"]
        room.tell("dec_2")
        heard = receiver.wait_for(2)[1]
        heard.verified(third)
        for gone in (made["secret"], second):
            with pytest.raises(WebhookVerificationError):
                heard.verified(gone)
    assert len({made["secret"], second, third}) == 3
    assert len(room.view(made["id"])["secrets"]) == 1


def test_what_fails_is_tried_again_and_what_follows_it_waits(either: PostRoom) -> None:
    """Of the same decision; another decision's events go out meanwhile. The order is kept."""
    failing = {"dec_1"}

    def answer(handler: Handler, heard: Heard) -> None:
        handler.say(500 if heard.message["data"]["decision"] in failing else 200)

    with receiving(answer) as receiver, either.sending():
        made = either.add(receiver.url)
        first, second, other = either.tell("dec_1"), either.tell("dec_1", "decision.corrected"), either.tell("dec_2")
        either.settled(made["id"], 2)
        time.sleep(0.4)
        assert {each.id for each in receiver.heard} == {first, other}
        states = {each["event"]: each["state"] for each in either.deliveries(made["id"])}
        assert states == {first: WAITING, second: WAITING, other: DELIVERED}
        failing.clear()
        either.later(seconds=10)
        wait_until(lambda: either.states(made["id"]) == [DELIVERED] * 3)
    own = [each.id for each in receiver.heard if each.message["data"]["decision"] == "dec_1"]
    assert own == [first, first, second]
    stamps = [each.headers["webhook-timestamp"] for each in receiver.heard if each.id == first]
    assert int(stamps[1]) >= int(stamps[0]) + 9, "each attempt carries its own time"


def tried(room: PostRoom, webhook: str, times: int) -> dict[str, Any]:
    """The one delivery, once it was tried so often."""
    wait_until(lambda: [each["attempts"] for each in room.deliveries(webhook)] == [times])
    (row,) = room.deliveries(webhook)
    return row


def test_after_the_last_attempt_it_is_given_up_and_sent_again_on_request(room: PostRoom) -> None:
    """Ten attempts over most of a day; the next event of the decision goes out then; a person sends it anew."""
    with receiving(kinds.status(404)) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        begun = room.clock()
        for attempt in range(ATTEMPTS):
            row = tried(room, made["id"], attempt + 1)
            if attempt < ATTEMPTS - 1:
                assert row["due_at"] is not None
                assert kinds.at(row["due_at"]) > room.clock(), "there is a pause before the next attempt"
                room.clock.ahead += kinds.at(row["due_at"]) - room.clock()
                room.later(minutes=2)  # beyond any breather
        assert len(receiver.heard) == ATTEMPTS
        assert (row["state"], row["status"], row["trouble"]) == (DEAD, 404, "status")
        assert 12 < (room.clock() - begun).total_seconds() / 3_600 < 24
        receiver.answer = kinds.well
        second = room.tell("dec_1")
        room.later(minutes=2)
        wait_until(lambda: room.states(made["id"]) == [DEAD, DELIVERED])
        assert receiver.heard[-1].id == second
        assert resend.many(room.house, BY, made["id"]) == 1
        wait_until(lambda: room.states(made["id"]) == [DELIVERED] * 2)
        assert room.deliveries(made["id"])[0]["resent_by"] == BY
        resend.one(room.house, BY, made["id"], second)
        wait_until(lambda: sum(each.id == second for each in receiver.heard) == 2)


def test_a_stalled_receiver_holds_up_nobody_else(patient: PostRoom) -> None:
    """Twenty that stall, one that listens: it hears at once, and all the time."""
    let_go = threading.Event()
    with receiving(kinds.stalls(let_go)) as bad, receiving() as good, patient.sending():
        for _ in range(20):
            patient.add(bad.url)
        patient.add(good.url)
        took = []
        for number in range(10):
            begun = time.monotonic()
            patient.tell(f"dec_{number}")
            good.wait_for(number + 1)
            took.append(time.monotonic() - begun)
        let_go.set()
    assert max(took) < 10, took
    assert len(bad.heard) >= 20


@pytest.mark.parametrize(
    "answer, trouble",
    [
        (kinds.status(500), "status"),
        (kinds.status(404), "status"),
        (kinds.status(307, location="http://127.0.0.1:1/"), "redirect"),
        (kinds.babbles, "broken_answer"),
        (kinds.hangs_up, "broken_answer"),
        (kinds.drips, "timeout"),
    ],
    ids=["500", "404", "redirect", "babbles", "hangs up", "drips"],
)
def test_every_way_to_fail_is_told_apart(room: PostRoom, answer: kinds.Answer, trouble: str) -> None:
    """And none of them counts as having arrived."""
    with receiving(answer) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        room.settled(made["id"], 1)
        (row,) = room.deliveries(made["id"])
    assert (row["state"], row["trouble"]) == (WAITING, trouble)
    assert len(receiver.heard) == 1, "no redirect is followed, nothing is sent twice at once"


def test_a_redirect_is_not_followed(room: PostRoom) -> None:
    """Wherever it leads: the other one never hears of it."""
    with receiving() as elsewhere, receiving(kinds.status(302, location=elsewhere.url)) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        room.settled(made["id"], 1)
    assert elsewhere.heard == []


def test_an_answer_without_end_counts_by_its_status(patient: PostRoom) -> None:
    """And is not read on."""
    with receiving(kinds.huge) as receiver, patient.sending():
        made = patient.add(receiver.url)
        begun = time.monotonic()
        patient.tell("dec_1")
        wait_until(lambda: patient.states(made["id"]) == [DELIVERED])
        assert time.monotonic() - begun < 10
        wait_until(lambda: receiver.under_way == 0)


def test_410_pauses_at_once(room: PostRoom) -> None:
    """The receiver says that it does not want to hear any more."""
    with receiving(kinds.status(410)) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        wait_until(lambda: room.view(made["id"])["state"] == "paused")
    assert room.view(made["id"])["paused"]["why"] == "gone"
    assert room.view(made["id"])["paused"]["by"] == "signoff"


def test_where_nothing_arrives_for_days_it_is_paused_and_goes_on_where_it_was(room: PostRoom) -> None:
    """The others hear of that. Resumed, it gets all that it missed, in order."""
    with receiving(kinds.status(503)) as bad, receiving() as good, room.sending():
        made = room.add(bad.url)
        other = room.add(good.url, types=["webhook.*"])
        first = room.tell("dec_1")
        room.settled(made["id"], 1)
        assert room.view(made["id"])["failing_since"] is not None
        room.later(hours=73)
        wait_until(lambda: room.view(made["id"])["state"] == "paused")
        assert room.view(made["id"])["paused"]["why"] == "failing"
        (told,) = good.wait_for(1)
        assert told.message["data"] == {"webhook": made["id"], "why": "failing"}
        tried = len(bad.heard)
        second = room.tell("dec_1")
        time.sleep(0.6)
        assert len(bad.heard) == tried
        bad.answer = kinds.well
        manage_webhooks.resume(room.house, BY, made["id"])
        wait_until(lambda: room.states(made["id"]) == [DELIVERED] * 2)
        assert [each.id for each in bad.heard[tried:]] == [first, second]
        assert room.view(other["id"])["state"] == "active"


def test_a_receiver_in_trouble_gets_one_at_a_time(room: PostRoom) -> None:
    """A hundred wait for it; it is not stormed, and once it is well it gets all of them."""
    with receiving(kinds.status(503)) as receiver, room.sending():
        made = room.add(receiver.url)
        told = [room.tell(f"dec_{number}") for number in range(100)]
        time.sleep(2.5)
        assert len(receiver.heard) < 30, "eight at once, then ever fewer"
        receiver.answer = kinds.well
        room.later(hours=10)
        wait_until(lambda: room.view(made["id"])["waiting"] == 0, 120)
    arrived = {each.id for each in receiver.heard}
    assert arrived == set(told)


def test_a_receiver_may_ask_to_be_left_alone(room: PostRoom) -> None:
    """By Retry-After."""
    with receiving(kinds.status(429, retry_after="1800")) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        room.settled(made["id"], 1)
        (row,) = room.deliveries(made["id"])
        assert (kinds.at(row["due_at"]) - room.clock()).total_seconds() > 1_700
        room.tell("dec_2")
        time.sleep(0.6)
        assert len(receiver.heard) == 1


def test_only_what_is_wanted_is_sent(room: PostRoom) -> None:
    """By type, by group of types, and by workflow."""
    with receiving() as receiver, room.sending():
        room.add(receiver.url, types=["decision.final"])
        room.add(receiver.url.replace("hook", "cases"), types=["case.*"])
        case = {"case": "case_1", "queue": "q", "state": "decided"}
        room.tell("dec_1", "decision.created")
        room.tell("dec_1")
        now = room.clock()
        body = {"decision": "dec_1", "workflow": "bank", **case}
        room.house.store.commit(lambda c: events.add(c, "evt_case", "case.decided", "case_1", body, now))
        receiver.wait_for(2)
        time.sleep(0.5)
    heard = sorted((each.path, each.message["type"]) for each in receiver.heard)
    assert heard == [("/cases", "case.decided"), ("/hook", "decision.final")]


def test_several_workers_send_nothing_twice(either: PostRoom) -> None:
    """Three at once on two hundred events of ten decisions: each arrives once, each decision's in order."""
    with (
        receiving() as receiver,
        either.sending(worker="wrk_a"),
        either.sending(worker="wrk_b"),
        either.sending(worker="wrk_c"),
    ):
        made = either.add(receiver.url)
        told = [either.tell(f"dec_{number % 10}") for number in range(200)]
        receiver.wait_for(200, 120)
        either.settled(made["id"], 200, 120)
    heard = [each.id for each in receiver.heard]
    assert sorted(heard) == told
    for decision in range(10):
        own = [each.id for each in receiver.heard if each.message["data"]["decision"] == f"dec_{decision}"]
        assert own == sorted(own)


def test_nothing_is_held_in_the_database_while_a_message_is_on_its_way(tmp_path: Path, database_url: str) -> None:
    """Another process writes to the very rows, and reads them, before the receiver has answered."""
    let_go = threading.Event()
    with (
        post_room(tmp_path, database_url, webhook_seconds=20.0) as room,
        receiving(kinds.stalls(let_go)) as receiver,
        room.sending(),
    ):
        made = room.add(receiver.url)
        room.tell("dec_1")
        receiver.wait_for(1)
        other = open_store(room.house.settings.database)
        row = webhook_deliveries.update().where(webhook_deliveries.c.webhook == made["id"])
        assert other.commit(lambda c: c.execute(row.values(attempts=3)).rowcount) == 1
        other.commit(lambda c: c.execute(events_table.update().values(type="decision.final")))
        other.close()
        assert room.deliveries(made["id"])[0]["under_way"], "the receiver still has it"
        assert not let_go.is_set()
        let_go.set()


def test_what_a_killed_worker_had_is_sent_once_its_lease_has_run_out(room: PostRoom) -> None:
    """Not before: it may still be on its way."""
    with receiving() as receiver:
        made = room.add(receiver.url)
        event = room.tell("dec_1")
        taken = room.house.store.commit(lambda c: take(room.house, c, made["id"]))
        assert [each.event for each in taken] == [event]
        with room.sending(worker="wrk_next"):
            time.sleep(0.6)
            assert receiver.heard == []
            room.later(seconds=14)
            receiver.wait_for(1)
            wait_until(lambda: room.states(made["id"]) == [DELIVERED])


def test_a_worker_that_stops_in_order_leaves_its_work_to_others_at_once(room: PostRoom) -> None:
    """What does not arrive in the moment that is left is put back."""
    let_go = threading.Event()
    with receiving(kinds.stalls(let_go)) as receiver:
        made = room.add(receiver.url)
        with room.sending():
            room.tell("dec_1")
            receiver.wait_for(1)
        let_go.set()
        receiver.answer = kinds.well
        with room.house.store.read() as connection:
            assert deliveries.any_due(connection, made["id"], room.clock()) or room.deliveries(made["id"])[0]["trouble"]


def test_a_changed_address_gets_what_waits(room: PostRoom) -> None:
    """Also what failed at the old one."""
    with receiving(kinds.status(500)) as old, receiving() as new, room.sending():
        made = room.add(old.url)
        event = room.tell("dec_1")
        room.settled(made["id"], 1)
        manage_webhooks.change(room.house, BY, made["id"], manage_webhooks.Change(url=new.url))
        room.later(seconds=10)
        (heard,) = new.wait_for(1)
        assert heard.id == event


def test_a_removed_webhook_hears_nothing_more(room: PostRoom) -> None:
    """And what waited for it is gone."""
    with receiving(kinds.status(500)) as receiver, room.sending():
        made = room.add(receiver.url)
        room.tell("dec_1")
        room.settled(made["id"], 1)
        manage_webhooks.remove(room.house, BY, made["id"])
        room.later(hours=1)
        room.tell("dec_1")
        time.sleep(0.6)
        assert len(receiver.heard) == 1
        assert manage_webhooks.listing(room.house) == []
