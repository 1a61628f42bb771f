"""From a policy and a backlog, without one labelled example, to a workflow that answers and goes on asking."""

from __future__ import annotations

from pathlib import Path

from index.encoder import EncoderPool
from service.store import labelling
from service.usecases import label_queue
from service.usecases.choose_labels import choose
from service.usecases.establish import establish
from service.usecases.label_progress import progress
from tests.unit.service.usecases.labelling_room import ANN, NAME, room_in
from tests.unit.service.usecases.test_propose_labels import CARD, FEES

CLEAR = ["My debit card was stolen on the train.", "Why was I charged a late payment fee again?"]
TORN = "A fee was charged on my card when it was declined."


def test_a_workflow_is_labelled_into_service(tmp_path: Path, encoder: EncoderPool) -> None:
    """The random part certifies or says what is missing; then the model says what it is least sure of."""
    with room_in(tmp_path, encoder) as room:
        room.hand_in([*CARD, *FEES, *(f"Hello, {text}" for text in (*CARD, *FEES))], calibration=20)
        assert not choose(room.house, NAME, "Ann").by_model
        while (item := label_queue.claim_next(room.house, ANN, NAME)) is not None:
            label_queue.give(
                room.house, ANN, item["item"], item["token"], ["card" if "card" in item["text"] else "fees"]
            )
        staged = establish(room.house, NAME, "Ann", "cold start")
        assert set(staged.release.head.labels) == {"card", "fees"}
        told = staged.release.certificate or staged.release.refusal
        assert told is not None
        assert (told.cases, "backlog" in told.sample) == (20, True)
        assert progress(room.house, NAME)["measured"]["done"] == 20

        room.hand_in([*(f"{text} Thanks." for text in CLEAR), TORN])
        assert choose(room.house, NAME, "Ann").by_model
        with room.house.store.read() as connection:
            first = labelling.waiting(connection, NAME, "train", 1)[0]
        assert TORN.encode() in bytes(first.request)
