"""Why a request was given its label: true of that very decision, and nothing told that may not be."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from service.api import replies
from service.domain.access import ROLES, Principal, Scope
from service.domain.types import Outcome
from service.errors import Conflict, Forbidden, NotFound
from service.learn.judge import Seen
from service.settings import Settings
from service.store import decisions, examples
from service.store.tables import payloads
from service.usecases import claim_case
from service.usecases.explain_label import explain_label
from service.usecases.house import open_house
from service.usecases.make_decision import Ask, decide
from service.usecases.nearest_examples import nearest_examples
from service.usecases.read_as import read_text
from service.usecases.resolve_case import Resolution, resolve
from tests.house import copy_of
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, edit, pointer_now, policy

REVIEWER = Principal("k1", "Rita", ROLES["reviewer"])
CALLER = Principal("k2", "shop", ROLES["caller"])
CURIOUS = Principal("k2", "shop", frozenset({Scope.DECIDE, Scope.EXPLAIN}))
CLOSING = "I want to close my account because my card 4111 1111 1111 1111 was declined."


@pytest.fixture(scope="module")
def home(starter, tmp_path_factory):
    """One instance for all of these tests: none minds what the others asked."""
    return copy_of(starter, tmp_path_factory.mktemp("explained") / "home")


@pytest.fixture(scope="module")
def house(home):
    opened = open_house(Settings(home=home))
    yield opened
    opened.close()


@pytest.fixture
def fresh(house):
    """The same instance in a process that has read no examples yet."""
    opened = open_house(house.settings)
    yield opened
    opened.close()


def erase(house, payload):
    """As erasing a person will: the row stays, the words go."""
    gone = payloads.update().where(payloads.c.id == payload).values(data=b"{}")
    house.store.commit(lambda connection: connection.execute(gone))


def asked(house, text=CLEAR, **attributes):
    return json.loads(decide(house, CALLER, Ask(NAME, text, attributes)).body)


def test_an_automatic_label_is_explained_and_nothing_was_lacking(house):
    """Its figures are those of the answer; words of the request spoke for it; what is like it has that label too."""
    made = asked(house)
    told = explain_label(house, REVIEWER, made["id"])
    replies.LabelExplanation.model_validate(told)
    assert (told["label"], told["labels"]) == ("card_payment_charged_twice", ["card_payment_charged_twice"])
    assert told["probability"] == pytest.approx(made["labels"][0]["probability"], abs=1e-4)
    assert told["automatic"]
    assert told["would_be_automatic"] == []
    assert told["confidence"] >= told["threshold"]
    assert told["runner_up"]["label"] != told["label"]
    said = " ".join(each["what"] for each in told["telling"] if each["weight"] > 0)
    assert "twice" in said
    assert {each["labels"][0] for each in told["nearest"][:3]} == {told["label"]}
    similarities = [each["similarity"] for each in told["nearest"]]
    assert similarities == sorted(similarities, reverse=True)


def test_a_held_label_says_what_was_lacking(house):
    """Each reason of the answer, in words that name what it was about."""
    made = asked(house, CLOSING)
    told = explain_label(house, REVIEWER, made["id"])
    assert not told["automatic"]
    assert [each["reason"] for each in told["would_be_automatic"]] == made["reasons"]
    lacks = {each["reason"]: each["words"] for each in told["would_be_automatic"]}
    assert "draft" in lacks["label_needs_person"]


def test_what_the_rules_blot_out_is_not_told_as_a_telling_word(house):
    """Not a digit of the card number, whole or in parts."""
    told = explain_label(house, REVIEWER, asked(house, CLOSING)["id"])
    assert told["telling"]
    assert not re.search("1{2}|4111", json.dumps([each["what"] for each in told["telling"]]))


def test_without_scope_explain_nothing_is_told_and_without_read_no_examples(house):
    """Other people's requests are for those who may read them; one's own decision only, without that scope."""
    made = asked(house)
    with pytest.raises(Forbidden):
        explain_label(house, CALLER, made["id"])
    told = explain_label(house, CURIOUS, made["id"])
    replies.LabelExplanation.model_validate(told)
    assert told["nearest"] is None
    with pytest.raises(NotFound):
        explain_label(house, Principal("k9", "other", CURIOUS.scopes), made["id"])


def test_where_the_classifier_was_not_asked_there_is_nothing_to_explain(house):
    """Rules ended the way."""
    with pytest.raises(Conflict, match="rules decided"):
        explain_label(house, REVIEWER, asked(house, THREAT)["id"])


def test_an_erased_request_is_not_explained(house):
    """Its words are gone, and the classifier is not asked about nothing."""
    made = asked(house)
    with house.store.read() as connection:
        row = decisions.get(connection, made["id"])
    assert row is not None
    erase(house, row.request)
    with pytest.raises(Conflict, match="erased"):
        explain_label(house, REVIEWER, made["id"])


def test_an_old_decision_is_explained_by_the_release_that_made_it(house, home):
    """Whatever answers by now: the policy's words of then count."""
    from service.usecases.reload_rules import reload

    made = asked(house, CLOSING)
    edit(policy(home), "title: Closing or switching an account", "title: Leave us")
    reload(house, REVIEWER.name)
    assert pointer_now(house).release != made["release"]
    told = explain_label(house, REVIEWER, made["id"])
    assert (told["release"], told["title"]) == (made["release"], "Closing or switching an account")


def nearest(house, made, text):
    release = house.shelf.open(made["release"])
    text = read_text(text)
    seen = Seen(release.judge_encoder.encode(text), text)
    head = release.row["head"]
    return nearest_examples(house, release.workflow, head, release.judge_encoder, seen, ["complaint"])


def test_what_reviewers_taught_is_found_and_what_is_erased_is_gone(house, fresh):
    """A reviewed request is an example like any other, with personal data blotted out, until its payload goes."""
    made = asked(house, CLOSING)
    lease = claim_case.claim(house, REVIEWER, made["case"])
    resolve(
        house,
        REVIEWER,
        made["case"],
        lease["token"],
        Resolution(("complaint",), "x", Outcome.ALLOW, note="They say so."),
    )
    found = nearest(fresh, made, CLOSING)[0]
    assert (found["labels"], found["source"]) == (["complaint"], "review")
    assert found["text"] == CLOSING.replace("4111 1111 1111 1111", "•••• •••• •••• ••••")
    assert found["similarity"] > 0.99
    with house.store.read() as connection:
        taught = examples.taught_by(connection, made["id"])
        assert taught is not None
        row = examples.get(connection, taught)
    assert row is not None
    erase(house, row.payload)
    assert nearest(fresh, made, CLOSING)[0]["source"] == "file"


def test_an_example_that_was_set_aside_is_not_shown(house, fresh):
    """A person said that it is not to be learned from."""
    made = asked(house, CLOSING)
    lease = claim_case.claim(house, REVIEWER, made["case"])
    resolve(
        house,
        REVIEWER,
        made["case"],
        lease["token"],
        Resolution(("complaint",), "x", Outcome.ALLOW, note="They say so."),
    )
    assert nearest(fresh, made, CLOSING)[0]["source"] == "review"
    with house.store.read() as connection:
        taught = examples.taught_by(connection, made["id"])
    assert taught is not None
    house.store.commit(lambda connection: examples.set_aside(connection, taught, "Mo", house.clock()))
    assert nearest(fresh, made, CLOSING)[0]["source"] == "file"


def test_likeness_is_of_meaning_and_not_of_words_alone(house):
    """An example that says the same in other words is nearer than one that shares more of them about another matter."""
    made = asked(house)
    found = nearest(house, made, "They took the same card payment two times, give me the second one back")
    assert found[0]["labels"] == ["card_payment_charged_twice"]


def test_the_vectors_are_those_that_the_head_learned_from(house):
    """Each text encoded by itself, unit length: an example is most like itself."""
    made = asked(house)
    first = nearest(house, made, CLEAR)[0]
    release = house.shelf.open(made["release"])
    own = release.judge_encoder.encode(first["text"])
    assert np.linalg.norm(own) == pytest.approx(1.0, abs=1e-5)
    assert nearest(house, made, first["text"])[0]["similarity"] == pytest.approx(1.0, abs=1e-3)
