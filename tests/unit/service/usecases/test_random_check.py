"""Random checks: every request may be drawn, and whoever decides a drawn one sees nothing of what was made of it."""

from __future__ import annotations

import dataclasses
import json

import pytest
import sqlalchemy as sa

from service.api import replies_cases
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import BlindCheck, InvalidRequest
from service.store import decisions, ledger, rule_hours
from service.store.tables_learning import examples
from service.usecases import claim_case, explain_label, read_case, read_decision
from service.usecases.make_decision import Ask, decide, prepare
from service.usecases.resolve_case import Resolution, resolve
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, pointer_now

REVIEWER = Principal("k1", "Rita", ROLES["reviewer"])
CALLER = Principal("k2", "shop", ROLES["caller"])
AUDITOR = Principal("k3", "Aude", ROLES["auditor"])
HELD = "I want to close my account because my card 4111 1111 1111 1111 was declined."
WAYS = {"automatic": CLEAR, "blocked": THREAT, "held": HELD}
_CORRECTED = Resolution(("complaint",), "x", Outcome.ALLOW, note="They say so.")


@pytest.fixture
def drawing(house):
    """The instance, with a policy that checks a quarter of all requests and a chance that takes every one."""
    release = house.shelf.open(pointer_now(house).release)
    checking = dataclasses.replace(release.workflow, random_check=0.25)
    house.shelf.put(dataclasses.replace(release, workflow=checking))
    return dataclasses.replace(house, draw=lambda: 0.2499)


def asked(house, text):
    return json.loads(decide(house, CALLER, Ask(NAME, text)).body)


def row_of(house, decision_id):
    with house.store.read() as connection:
        row = decisions.get(connection, decision_id)
    assert row is not None
    return row


def record_of(house, decision_id):
    with house.store.read() as connection:
        return next(json.loads(row.record) for row in ledger.about(connection, decision_id))


@pytest.mark.parametrize("way", list(WAYS))
def test_every_request_may_be_drawn_whatever_way_it_goes(drawing, way):
    """Automatic, blocked by rules or held: it gets a case, the probability is recorded, the outcome is untouched."""
    plain = asked(dataclasses.replace(drawing, draw=lambda: 0.25), WAYS[way])
    drawn = asked(drawing, WAYS[way])
    assert drawn["case"]
    assert (plain["state"], plain["outcome"]) == (drawn["state"], drawn["outcome"])
    assert drawn["reasons"] == [*plain["reasons"], "random_check"]
    assert row_of(drawing, drawn["id"]).probability == 0.25
    assert row_of(drawing, plain["id"]).probability is None
    assert record_of(drawing, drawn["id"])["body"]["drawn"] == 250_000
    assert bool(plain["case"]) is (way == "held")


def test_a_dry_run_is_never_drawn(drawing):
    """What is not recorded measures nothing."""
    prepared = prepare(drawing, CALLER, Ask(NAME, CLEAR), dry_run=True)
    assert prepared.answered is not None
    assert json.loads(prepared.answered.body)["reasons"] == []


@pytest.mark.parametrize("way", list(WAYS))
def test_a_blind_case_shows_nothing_of_what_was_made_of_the_request(drawing, way):
    """Three ways, one look: text, attributes and choices, and not a word more; only what rules redact is blotted."""
    made = asked(drawing, WAYS[way])
    shown = read_case.view(drawing, REVIEWER, made["case"])
    replies_cases.Case.model_validate(shown)
    hidden: dict[str, object] = {
        "suggestion": None,
        "suggestions": [],
        "labels": [],
        "rules": None,
        "documents": [],
        "draft": None,
    }
    assert {name: shown[name] for name in hidden} == hidden
    assert (shown["blind"], shown["kind"], shown["outcome"], shown["review"]) == (True, None, None, None)
    assert shown["reasons"] == ["random_check"]
    assert shown["text"] == WAYS[way].replace("4111 1111 1111 1111", "•••• •••• •••• ••••")
    assert len(shown["choices"]) >= 20


def test_blind_cases_cannot_be_told_apart(drawing):
    """Of an automatic decision and a block everything is the same but ids, times and the request itself."""

    def look(text):
        shown = read_case.view(drawing, REVIEWER, asked(drawing, text)["case"])
        own = {"id", "decision", "text", "created_at", "due_at"}
        return {name: value for name, value in shown.items() if name not in own}

    assert look(CLEAR) == look(THREAT)


def test_the_list_tells_no_more_than_the_case(drawing):
    """Neither its rows nor which filter finds a case say why else it is here."""
    made = [asked(drawing, text) for text in WAYS.values()]

    def found(reason):
        return {item["id"]: item for item in read_case.page(drawing, REVIEWER, reason=reason)["items"]}

    listed = found("random_check")
    assert {each["case"] for each in made} == set(listed)
    for item in listed.values():
        replies_cases.CaseSummary.model_validate(item)
        assert (item["kind"], item["blind"], item["reasons"]) == (None, True, ["random_check"])
    others = {reason for each in made for reason in each["reasons"]} - {"random_check"}
    assert others
    for reason in others:
        assert not found(reason).keys() & listed.keys()


@pytest.mark.parametrize("way", list(WAYS))
def test_a_reviewer_does_not_read_a_decision_that_is_checked_blind(drawing, way):
    """Neither it nor its explanation nor its line in a list, whoever holds the case; others read it as ever."""
    made = asked(drawing, WAYS[way])
    claim_case.claim(drawing, REVIEWER, made["case"])
    with pytest.raises(BlindCheck):
        read_decision.view(drawing, REVIEWER, made["id"])
    with pytest.raises(BlindCheck):
        explain_label.explain_label(drawing, REVIEWER, made["id"])
    for state in (None, "final", "waiting"):
        listed = read_decision.page(drawing, REVIEWER, state=state)["items"]
        assert made["id"] not in [item["id"] for item in listed]
    for other in (CALLER, AUDITOR):
        assert read_decision.view(drawing, other, made["id"])["outcome"] == made["outcome"]
        assert made["id"] in [item["id"] for item in read_decision.page(drawing, other)["items"]]


def test_once_decided_everything_is_there(drawing):
    """Why it was here, what was made of it, and what came of it."""
    made = asked(drawing, HELD)
    lease = claim_case.claim(drawing, REVIEWER, made["case"])
    resolve(
        drawing, REVIEWER, made["case"], lease["token"], Resolution(("complaint",), "x", Outcome.BLOCK, note="Yes.")
    )
    shown = read_case.view(drawing, REVIEWER, made["case"])
    replies_cases.Case.model_validate(shown)
    assert (shown["blind"], shown["kind"], shown["outcome"]) == (False, "held", "block")
    assert shown["reasons"] == made["reasons"]
    assert shown["suggestion"]["label"] == made["labels"][0]["label"]
    assert shown["documents"] == made["documents"]
    assert read_decision.view(drawing, REVIEWER, made["id"])["review"]["outcome"] == "block"
    held = {item["id"] for item in read_case.page(drawing, REVIEWER, reason=made["reasons"][0])["items"]}
    assert made["case"] in held


@pytest.mark.parametrize("way", list(WAYS))
def test_what_is_said_blind_is_kept_for_calibration(drawing, way):
    """With its probability, and nothing that was suggested; a rule block too."""
    made = asked(drawing, WAYS[way])
    lease = claim_case.claim(drawing, REVIEWER, made["case"])
    resolve(drawing, REVIEWER, made["case"], lease["token"], Resolution(("complaint",), "x", Outcome.ALLOW))
    with drawing.store.read() as connection:
        row = connection.execute(sa.select(examples)).one()
    assert (row.decision, row.part, row.source) == (made["id"], "calibration", "check")
    assert (row.labels, row.probability, row.suggested) == (["complaint"], 0.25, None)


@pytest.mark.parametrize("outcome, kept", [(None, None), (Outcome.ALLOW, None), (Outcome.BLOCK, "block")])
def test_an_outcome_other_than_the_labels_own_is_kept_with_them(drawing, outcome, kept):
    """The automatic outcome was wrong then, though the label is right: a certificate has to count it."""
    made = asked(drawing, CLEAR)
    given = made["labels"][0]["label"]
    assert made["outcome"] == "allow"
    lease = claim_case.claim(drawing, REVIEWER, made["case"])
    resolve(drawing, REVIEWER, made["case"], lease["token"], Resolution((given,), "x", outcome, note="So it is."))
    with drawing.store.read() as connection:
        row = connection.execute(sa.select(examples)).one()
    assert (row.labels, row.outcome) == ([given], kept)


def test_what_is_said_of_other_cases_teaches(house):
    """It was not drawn, so it measures nothing; what the reviewer was shown is kept with it."""
    made = asked(house, HELD)
    lease = claim_case.claim(house, REVIEWER, made["case"])
    resolve(house, REVIEWER, made["case"], lease["token"], _CORRECTED)
    with house.store.read() as connection:
        row = connection.execute(sa.select(examples)).one()
    assert (row.part, row.source, row.suggested) == ("train", "review", made["labels"][0]["label"])


def test_naming_a_passage_does_not_give_away_what_was_found(drawing):
    """A blind case shows none, so each is refused alike."""
    made = asked(drawing, CLEAR)
    lease = claim_case.claim(drawing, REVIEWER, made["case"])
    said = set()
    for passage in (made["documents"][0]["passage_id"], "retail-banking/no-such@1#0"):
        resolution = Resolution(("complaint",), "x", Outcome.ALLOW, passage_ids=(passage,))
        with pytest.raises(InvalidRequest) as error:
            resolve(drawing, REVIEWER, made["case"], lease["token"], resolution)
        said.add(error.value.detail.replace(passage, "it"))
    assert len(said) == 1


@pytest.mark.parametrize("outcome, what", [(Outcome.ALLOW, "overturned"), (Outcome.BLOCK, "upheld")])
def test_a_rule_that_blocks_is_measured_by_what_is_said_blind(drawing, outcome, what):
    """No other case ever shows whether a rule blocks too much."""
    made = asked(drawing, THREAT)
    lease = claim_case.claim(drawing, REVIEWER, made["case"])
    resolve(drawing, REVIEWER, made["case"], lease["token"], Resolution(("complaint",), "x", outcome, note="So it is."))
    findings = read_decision.view(drawing, AUDITOR, made["id"])["rules"]["findings"]
    (rule,) = [finding["rule"] for finding in findings if finding["effect"] == "block"]
    since = rule_hours.hour_of(drawing.clock())
    with drawing.store.read() as connection:
        _, hits = rule_hours.under(connection, NAME, since, [made["release"]])
    assert {name: getattr(hits[rule], name) for name in ("overturned", "upheld")} == {
        "overturned": 0,
        "upheld": 0,
        what: 1,
    }
