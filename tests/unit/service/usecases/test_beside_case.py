"""What stands beside a case, and what of it somebody may know before they have said what they think."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.access import Grant, Principal, Scope
from service.errors import NotFound
from service.store import beside as store
from service.usecases import claim_case, known_answers
from service.usecases.beside_case import beside
from service.usecases.resolve_case import resolve
from tests.unit.service.usecases.attaching import ask
from tests.unit.service.usecases.case_room import ANN, BEN, BLOCK, LEA, decided, taken_next, under

CLOSE = "I want to close my account because I move to another country."
CLOSE_TOO = "Close my account, please: I am moving abroad. My card is 4111 1111 1111 1111."
ELSEWHERE = Principal("k7", "Eve", frozenset(), grants=(Grant("other", frozenset({Scope.REVIEW})),))
NO_RULES = Principal("k6", "Nora", frozenset({Scope.REVIEW, Scope.READ}))


def test_what_was_decided_of_the_like_is_told_with_how_alike_it_is(house):
    """The nearest first, with outcome, labels and who; personal data blotted out; nothing that is open or far off."""
    _, before = ask(house, CLOSE_TOO)
    decided(house, BEN, before, BLOCK)
    ask(house, CLOSE)
    _, far = ask(house, "Pigeons sat on the roof and sang of curtains.")
    decided(house, BEN, far)
    _, case = ask(house, CLOSE + " Thanks.")
    found = beside(house, ANN, case)
    assert [each["case"] for each in found["nearest"]] == [before]
    near = found["nearest"][0]
    assert 0.5 <= near["similarity"] < 1.0
    assert (near["decided"]["outcome"], near["decided"]["by"]) == ("block", "Ben")
    assert near["decided"]["labels"] == [{"label": "complaint", "title": near["decided"]["labels"][0]["title"]}]
    assert "4111" not in near["excerpt"]
    assert found["led"]


def test_whoever_decides_first_is_not_told_how_the_like_ended(house):
    """Nor which rules fired; once they have said what they think, they are."""
    first = under(house, blind_first=True, undo_seconds=60.0)
    _, before = ask(house, CLOSE_TOO, subject="ada")
    decided(house, BEN, before, BLOCK)
    _, case = ask(house, CLOSE, subject="ada")
    lease = claim_case.claim(first, ANN, case)
    found = beside(first, ANN, case)
    assert (found["led"], found["rules"]) == (False, None)
    assert [(each["case"], each["decision"], each["decided"]) for each in found["nearest"]] == [(None, None, None)]
    assert [each["decided"] for each in found["subject"]["cases"]] == [None]
    resolve(first, ANN, case, lease["token"], BLOCK)
    assert beside(first, ANN, case)["nearest"][0]["decided"]["outcome"] == "block"


def test_the_subjects_other_cases_are_there_open_ones_first(house):
    """Without the case itself, another's, or what lies in a queue that one does not see."""
    _, out = ask(house, CLOSE, subject="ada")
    decided(house, BEN, out, BLOCK)
    _, waits = ask(house, CLOSE_TOO, subject="ada")
    _, case = ask(house, CLOSE + " Now.", subject="ada")
    ask(house, CLOSE + " Soon.", subject="bob")
    found = beside(house, ANN, case)["subject"]
    assert found["subject"] == "ada"
    assert [(each["id"], each["state"]) for each in found["cases"]] == [(waits, "queued"), (out, "delivered")]
    assert found["cases"][1]["decided"]["outcome"] == "block"
    assert not found["more"]
    with house.store.read() as connection:
        assert store.of_subject(connection, "ada", [], frozenset({"other"}), 10) == []
    with pytest.raises(NotFound):
        beside(house, ELSEWHERE, case)


def test_every_rule_is_told_with_why(house):
    """Those that fired and those that did not, as the page of a decision tells them; only to who may see rules."""
    _, case = ask(house, CLOSE_TOO)
    rules = beside(house, ANN, case)["rules"]["rules"]
    assert {each["finding"] for each in rules} >= {"match", "no_match"}
    assert all(each["clauses"] or each["why_not"] for each in rules)
    assert beside(house, NO_RULES, case)["rules"] is None


def test_without_a_kept_vector_one_is_made(house):
    """A case from before vectors were kept finds what is like it all the same."""
    _, before = ask(house, CLOSE_TOO)
    decided(house, BEN, before)
    decision, case = ask(house, CLOSE)

    def forget(connection):
        connection.exec_driver_sql(f"DELETE FROM case_vectors WHERE decision = '{decision}'")

    house.store.commit(forget)
    assert [each["case"] for each in beside(house, ANN, case)["nearest"]] == [before]


def test_beside_a_copy_stands_nothing_that_gives_it_away(house):
    """Not the case that it is a copy of; nor is a copy beside any other case."""
    _, source = ask(house, CLOSE_TOO, subject="ada")
    decided(house, BEN, source, BLOCK)
    known_answers.mark(house, LEA, source, "Two of us looked.")
    ask(house, "Pigeons sat on the roof.")
    mixing = dataclasses.replace(under(house, known_answers=1.0), draw=lambda: 0.0)
    copy = taken_next(mixing, ANN)["case"]
    found = beside(mixing, ANN, copy)
    assert (found["nearest"], found["subject"]["cases"]) == ([], [])
    _, case = ask(house, CLOSE, subject="ada")
    shown = beside(house, ANN, case)
    assert [each["case"] for each in shown["nearest"]] == [source]
    assert [each["id"] for each in shown["subject"]["cases"]] == [source]
