"""Leases: one holder, a token on every write, and nothing lost when a holder vanishes."""

from __future__ import annotations

import dataclasses
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import InvalidRequest, LeaseLost, NotFound
from service.store import ledger
from service.usecases import claim_case, read_case, resolve_case
from service.usecases.make_decision import Ask, decide
from tests.house import moved_by

ANN = Principal("k1", "Ann", ROLES["reviewer"])
BEN = Principal("k2", "Ben", ROLES["reviewer"])
CALLER = Principal("k3", "caller", ROLES["caller"])
QUEUE = "retail-banking"
ALLOW = resolve_case.Resolution(("complaint",), "because", Outcome.ALLOW, note="They say so.")


def claim(house, who):
    claimed = claim_case.claim_next(house, who, QUEUE)
    assert claimed is not None
    return claimed


def hold_cases(house, n):
    for i in range(n):
        decide(house, CALLER, Ask(QUEUE, f"Pigeon number {i} sat on the roof and sang of curtains."))


def test_each_case_has_one_holder(house):
    """Many claimers at once: every case is claimed exactly once."""
    hold_cases(house, 12)
    with ThreadPoolExecutor(6) as pool:
        claimed = list(pool.map(lambda i: claim_case.claim_next(house, ANN if i % 2 else BEN, QUEUE), range(16)))
    cases = [entry["case"] for entry in claimed if entry]
    assert len(cases) == 12
    assert len(set(cases)) == 12
    assert claimed.count(None) == 4


def test_an_expired_lease_goes_to_the_next(house):
    """A lease that ran out is claimed by somebody else, and its old token decides nothing any more."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    later = moved_by(house, timedelta(minutes=16))
    with pytest.raises(LeaseLost) as before:
        resolve_case.resolve(later, ANN, first["case"], first["token"], ALLOW)
    assert before.value.extra["state"] == "queued"
    second = claim(later, BEN)
    assert second["case"] == first["case"]
    with pytest.raises(LeaseLost) as after:
        resolve_case.resolve(later, ANN, first["case"], first["token"], ALLOW)
    assert after.value.extra["holder"] == "Ben"
    assert resolve_case.resolve(later, BEN, second["case"], second["token"], ALLOW)["outcome"] == "allow"


def kinds(house, case):
    with house.store.read() as connection:
        return [(row.kind, json.loads(row.record)["body"]["by"]) for row in ledger.about(connection, case)]


@pytest.mark.parametrize("by_name", [True, False])
def test_the_ledger_says_whose_lease_ran_out(house, by_name):
    """However the case is claimed next, its record tells who let it go and who has it now."""
    hold_cases(house, 1)
    case = claim(house, ANN)["case"]
    later = moved_by(house, timedelta(minutes=16))
    if by_name:
        claim_case.claim(later, BEN, case)
    else:
        claim(later, BEN)
    assert kinds(house, case) == [("case.claimed", "Ann"), ("case.expired", "Ann"), ("case.claimed", "Ben")]


def test_only_leases_that_ran_out_expire(house):
    """A lease that still runs stays with its holder."""
    hold_cases(house, 2)
    first, second = claim(house, ANN), claim(house, ANN)
    later = moved_by(house, timedelta(minutes=10))
    claim_case.renew(later, ANN, first["case"], first["token"])
    assert claim(moved_by(house, timedelta(minutes=16)), BEN)["case"] == second["case"]
    assert kinds(house, first["case"]) == [("case.claimed", "Ann")]


def test_nothing_is_opened_while_the_ledger_is_held(house):
    """Whoever else wants to record something never waits for a policy or a snapshot to be read."""
    hold_cases(house, 1)
    threads = []

    class Watched:
        def policy(self, release):
            threads.append(threading.current_thread().name)
            return house.shelf.policy(release)

    watched = dataclasses.replace(house, shelf=Watched())
    first = claim(watched, ANN)
    claim_case.renew(watched, ANN, first["case"], first["token"])
    again = claim_case.claim(watched, ANN, first["case"])
    resolve_case.resolve(watched, ANN, again["case"], again["token"], ALLOW)
    assert threads
    assert "committer" not in threads


def test_renewing_keeps_the_lease(house):
    """A page that renews keeps its case beyond the first lease."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    later = moved_by(house, timedelta(minutes=10))
    claim_case.renew(later, ANN, first["case"], first["token"])
    much_later = moved_by(house, timedelta(minutes=20))
    assert claim_case.claim_next(much_later, BEN, QUEUE) is None
    resolve_case.resolve(much_later, ANN, first["case"], first["token"], ALLOW)


def test_a_returned_case_waits_again(house):
    """Giving back frees the case and voids the token."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    claim_case.give_back(house, ANN, first["case"], first["token"])
    assert read_case.view(house, ANN, first["case"])["state"] == "queued"
    with pytest.raises(LeaseLost):
        claim_case.renew(house, ANN, first["case"], first["token"])


def test_the_token_alone_is_not_enough(house):
    """Somebody else's name with the right token writes nothing."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    with pytest.raises(LeaseLost):
        resolve_case.resolve(house, BEN, first["case"], first["token"], ALLOW)


def test_claiming_again_voids_the_older_page(house):
    """Two tabs of one person: the newer one holds the case."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    second = claim_case.claim(house, ANN, first["case"])
    with pytest.raises(LeaseLost):
        claim_case.renew(house, ANN, first["case"], first["token"])
    claim_case.renew(house, ANN, first["case"], second["token"])
    with pytest.raises(LeaseLost):
        claim_case.claim(house, BEN, first["case"])


def test_a_decided_case_is_over(house):
    """A case is decided once, by one person, with a record linked to the automatic part."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    decided = resolve_case.resolve(house, ANN, first["case"], first["token"], ALLOW)
    assert (decided["state"], decided["decided_by"], decided["review"]["reviewer"]) == ("final", "reviewer", "Ann")
    with pytest.raises(LeaseLost):
        resolve_case.resolve(house, ANN, first["case"], first["token"], ALLOW)
    with pytest.raises(LeaseLost):
        claim_case.claim(house, BEN, first["case"])


@pytest.mark.parametrize(
    "resolution, field",
    [
        (resolve_case.Resolution(("no_such_label",), "x", Outcome.ALLOW), "labels"),
        (resolve_case.Resolution(("complaint",), " ", Outcome.ALLOW), "reason_code"),
        (resolve_case.Resolution(("complaint",), "x"), "outcome"),
        (resolve_case.Resolution((), "x"), "outcome"),
        (resolve_case.Resolution(("pin_help",), "x", Outcome.REVIEW), "outcome"),
    ],
)
def test_a_decision_that_settles_nothing_is_refused(house, resolution, field):
    """A person ends a case with allow or block, for a label that exists and a reason; the field is named."""
    hold_cases(house, 1)
    first = claim(house, ANN)
    with pytest.raises(InvalidRequest) as error:
        resolve_case.resolve(house, ANN, first["case"], first["token"], resolution)
    assert field in [problem.field for problem in error.value.problems]
    assert read_case.view(house, ANN, first["case"])["state"] == "claimed"


def test_a_case_that_is_not_there_is_not_found(house):
    """Nothing is claimed by a wrong id."""
    with pytest.raises(NotFound):
        claim_case.claim(house, ANN, "case_none")


def test_the_most_urgent_case_comes_first(house):
    """Priority first, then the earliest due."""
    hold_cases(house, 2)
    decide(house, CALLER, Ask(QUEUE, "I feel like killing myself because of this debt, I cannot go on living."))
    urgent = claim(house, ANN)
    if urgent is None:  # a rule may send it to a queue of its own
        pytest.fail("nothing queued")
    shown = read_case.page(house, ANN, queue=QUEUE, state="open")["items"]
    assert [item["priority"] for item in shown] == sorted((item["priority"] for item in shown), reverse=True)
