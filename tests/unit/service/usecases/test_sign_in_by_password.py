"""Name and password: who comes in, who does not, and that neither tells a stranger anything."""

from __future__ import annotations

import dataclasses
import statistics
import time

import pytest
from argon2 import PasswordHasher

from service.domain.access import Scope
from service.errors import InvalidRequest, NotFound, TooManyTries, Unauthenticated
from service.store import people
from service.usecases import guessing, manage_keys, manage_people, passwords, read_people, sign_in
from service.usecases.sign_in import Browser, session_principal
from service.usecases.sign_in_by_password import change, set_by_code
from service.usecases.sign_in_by_password import sign_in as enter
from tests.unit.service.usecases.registry import GOOD, HERE, OTHER, registry_in


@pytest.fixture
def registry(tmp_path):
    with registry_in(tmp_path) as opened:
        yield opened


def row_of(registry, person):
    with registry.house.store.read() as connection:
        return people.get(connection, person)


def wrongly(registry, name="Ann", times=1, browser=HERE):
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            enter(registry.house, name, "not the password", browser)


def test_a_code_sets_a_password_that_signs_in(registry):
    """The session is the person's, under the name that stands on the ledger."""
    person = registry.person("Ann")
    token, _ = enter(registry.house, " ANN ", GOOD, HERE)
    found = registry.whose(token)
    assert (found.key_id, found.name) == (person, "Ann")
    assert found.may(Scope.REVIEW)
    assert [told["how"] for told in registry.told("session.opened")] == ["password", "password"]


def test_what_is_stored_is_argon2id_with_the_parameters_of_owasp(registry):
    """Not the password, and not a fast hash of it."""
    stored = row_of(registry, registry.person()).password
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in stored


def test_other_parameters_are_replaced_at_the_next_sign_in(registry):
    """When they are raised, nobody has to choose a new password."""
    person = registry.person()
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(GOOD)
    registry.house.store.commit(lambda c: people.change(c, person, {"password": weak}))
    enter(registry.house, "Ann", GOOD, HERE)
    assert "m=19456,t=2" in row_of(registry, person).password
    enter(registry.house, "Ann", GOOD, HERE)


def test_every_refusal_says_the_same(registry):
    """Wrong password, nobody of that name, disabled, no password yet, a name or password that is none."""
    registry.person("Ann")
    manage_people.disable(registry.house, "test", registry.person("Bob"))
    manage_people.create(registry.house, "test", name="Cid", role="reviewer")
    said = set()
    for name, password in (
        ("Ann", OTHER),
        ("nobody", GOOD),
        ("Bob", GOOD),
        ("Cid", GOOD),
        ("", ""),
        ("\ud800", "\ud800"),
        ("Ann", "x" * 2_000),
    ):
        with pytest.raises(Unauthenticated) as refused:
            enter(registry.house, name, password, HERE)
        said.add((refused.value.detail, refused.value.remedy))
    assert len(said) == 1


def test_no_refusal_is_quicker_because_there_is_nobody(registry):
    """The work is that of one comparison, whether or not there is something to compare with."""
    stored = row_of(registry, registry.person()).password
    took: dict[str | None, list[float]] = {None: [], stored: []}
    for _ in range(7):
        for what, times in took.items():
            begun = time.thread_time()
            assert not passwords.matches(what, OTHER)
            times.append(time.thread_time() - begun)
    nobody, somebody = (statistics.median(times) for times in took.values())
    assert 0.5 < nobody / somebody < 2


def test_whoever_guesses_waits_longer_each_time(registry):
    """And is told how long; not even the right password is looked at meanwhile."""
    registry.person()
    waits = []
    wrongly(registry, times=8)
    for _ in range(4):
        wrongly(registry)
        with pytest.raises(TooManyTries) as refused:
            enter(registry.house, "Ann", GOOD, HERE)
        waits.append(int(refused.value.headers["Retry-After"]))
        registry.wait(seconds=waits[-1])
    assert waits == [2, 4, 8, 16]
    enter(registry.house, "Ann", GOOD, HERE)
    wrongly(registry, times=8)  # forgotten: it starts anew
    assert [told["name"] for told in registry.told("person.guessed_at")] == ["Ann"]


def test_nobody_is_kept_out_for_longer_than_a_quarter_of_an_hour(registry):
    """However long strangers have guessed."""
    registry.person()
    waits = []
    for _ in range(60):
        try:
            guessing.begin(registry.house, "Ann", "192.0.2.1")
        except TooManyTries as refused:
            waits.append(int(refused.headers["Retry-After"]))
            registry.wait(seconds=waits[-1])
    assert max(waits) == waits[-1] == 900
    registry.wait(minutes=15)
    enter(registry.house, "Ann", GOOD, HERE)


def test_strangers_do_not_hold_up_the_owners_own_browser(registry):
    """A browser that somebody signed in with has a count of its own, for that account alone."""
    registry.person("Ann")
    registry.person("Bob", password=OTHER)
    _, device = enter(registry.house, "Ann", GOOD, HERE)
    known = dataclasses.replace(HERE, device=device)
    strangers = [Browser(address=f"198.51.100.{at}") for at in range(9)]
    for stranger in strangers:
        wrongly(registry, browser=stranger)
    with pytest.raises(TooManyTries):
        enter(registry.house, "Ann", GOOD, Browser(address="203.0.113.9"))
    enter(registry.house, "Ann", GOOD, known)
    for made_up in (device[:-1] + "x", device.replace("per_", "per"), "..", "a", "\u00e9.b.c"):
        with pytest.raises(TooManyTries):
            enter(registry.house, "Ann", GOOD, dataclasses.replace(HERE, device=made_up))
    wrongly(registry, "Bob", times=9, browser=known)  # Ann's mark is no help against Bob's account
    with pytest.raises(TooManyTries):
        enter(registry.house, "Bob", OTHER, known)


def test_a_known_browser_may_not_guess_for_ever_either(registry):
    """Its own count makes it wait."""
    registry.person()
    _, device = enter(registry.house, "Ann", GOOD, HERE)
    known = dataclasses.replace(HERE, device=device)
    wrongly(registry, times=9, browser=known)
    with pytest.raises(TooManyTries):
        enter(registry.house, "Ann", GOOD, known)


def test_guesses_from_one_address_count_across_accounts(registry):
    """One password tried on many names; of version 6 a whole network is one address."""
    for at in range(41):
        guessing.begin(registry.house, f"person {at}", f"2001:db8:1:2::{at:x}")
    with pytest.raises(TooManyTries):
        enter(registry.house, "somebody", OTHER, Browser(address="2001:db8:1:2::ffff"))
    wrongly(registry, "somebody", browser=Browser(address="2001:db8:1:3::1"))


def test_accounts_that_do_not_exist_are_counted_alike(registry):
    """Waiting tells nobody who has an account."""
    wrongly(registry, "nobody", times=9)
    with pytest.raises(TooManyTries):
        enter(registry.house, "nobody", OTHER, HERE)
    assert registry.told("person.guessed_at") == []


def test_a_guess_counts_before_it_is_looked_at(registry):
    """So a hundred at once are not a hundred free ones."""
    registry.person()
    for _ in range(9):
        guessing.begin(registry.house, "Ann", "192.0.2.1")
    with pytest.raises(TooManyTries):
        guessing.begin(registry.house, "Ann", "192.0.2.2")


def test_a_code_from_operations_opens_a_throttled_account(registry):
    """The owner's way in, whatever strangers do."""
    person = registry.person()
    wrongly(registry, times=9)
    made = manage_people.reset(registry.house, "test", person)
    with pytest.raises(Unauthenticated):
        enter(registry.house, "Ann", GOOD, HERE)  # the old password is gone
    token, _ = set_by_code(registry.house, f" {made['code'].upper()} ", OTHER, HERE)
    assert registry.whose(token).name == "Ann"


def test_a_code_is_good_once_and_for_a_day(registry):
    """Used, expired, replaced and made-up codes are refused in the same words."""
    person = manage_people.create(registry.house, "test", name="Ann", role="reviewer")
    first = manage_people.reset(registry.house, "test", person["id"])["code"]
    set_by_code(registry.house, first, GOOD, HERE)
    late = manage_people.reset(registry.house, "test", person["id"])["code"]
    registry.wait(hours=24)
    for code in (person["code"], first, late, "made-up", ""):
        with pytest.raises(Unauthenticated, match="was used, has expired or never was"):
            set_by_code(registry.house, code, OTHER, HERE)


def test_a_poor_password_does_not_cost_the_code(registry):
    """It is refused with the reason, and the code is still good."""
    made = manage_people.create(registry.house, "test", name="Ann", role="reviewer")
    with pytest.raises(InvalidRequest, match="15 are needed"):
        set_by_code(registry.house, made["code"], "short", HERE)
    set_by_code(registry.house, made["code"], GOOD, HERE)


def test_changing_a_password_ends_every_other_session(registry):
    """The old one is needed, and the browser it was changed in goes on with a new token."""
    person = registry.person()
    mine, _ = enter(registry.house, "Ann", GOOD, HERE)
    other, _ = enter(registry.house, "Ann", GOOD, Browser(address="192.0.2.7"))
    me = registry.whose(mine)
    with pytest.raises(InvalidRequest) as refused:
        change(registry.house, me, OTHER, OTHER, HERE)
    assert refused.value.problems[0].field == "old_password"
    new = change(registry.house, me, GOOD, OTHER, dataclasses.replace(HERE, token=mine))
    assert session_principal(registry.house, mine) is None
    assert session_principal(registry.house, other) is None
    assert registry.whose(new).key_id == person
    wrongly(registry)
    enter(registry.house, "Ann", OTHER, HERE)


def test_signing_in_gives_a_new_token_and_ends_the_old_one(registry):
    """A token that somebody planted before is worth nothing afterwards."""
    registry.person()
    before, _ = enter(registry.house, "Ann", GOOD, HERE)
    after, _ = enter(registry.house, "Ann", GOOD, dataclasses.replace(HERE, token=before))
    assert before != after
    assert session_principal(registry.house, before) is None
    planted, _ = enter(registry.house, "Ann", GOOD, dataclasses.replace(HERE, token="planted"))
    assert planted != "planted"
    assert session_principal(registry.house, "planted") is None


def test_a_session_ends_when_it_lies_idle_and_at_the_latest_after_its_hours(registry):
    """Looking at pages keeps it, but not for ever."""
    registry.person()
    idle, _ = enter(registry.house, "Ann", GOOD, HERE)
    registry.wait(minutes=60)
    assert session_principal(registry.house, idle) is None
    busy, _ = enter(registry.house, "Ann", GOOD, HERE)
    for _ in range(14):
        registry.wait(minutes=50)
        assert session_principal(registry.house, busy) is not None
        registry.house.store.commit(lambda connection: None)  # after what the look has queued
    registry.wait(minutes=50)
    assert session_principal(registry.house, busy) is None


def test_one_lists_and_ends_ones_own_sessions(registry):
    """One, or all others; nobody else's."""
    ann, bob = registry.person("Ann"), registry.person("Bob", password=OTHER)
    here, _ = enter(registry.house, "Ann", GOOD, HERE)
    there, _ = enter(registry.house, "Ann", GOOD, HERE)
    third, _ = enter(registry.house, "Ann", GOOD, HERE)
    listed = read_people.open_sessions(registry.house, ann, here)
    assert [one["this"] for one in listed].count(True) == 1
    assert {one["browser"] for one in listed} == {"Firefox on Linux"}
    bobs = read_people.open_sessions(registry.house, bob)[0]["id"]
    with pytest.raises(NotFound, match="no open session"):
        manage_people.end_sessions(registry.house, "Ann", ann, bobs)
    mine = next(one["id"] for one in listed if one["this"])
    assert manage_people.end_sessions(registry.house, "Ann", ann, mine) == 1
    assert session_principal(registry.house, here) is None
    assert manage_people.end_sessions(registry.house, "Ann", ann, but=there) >= 1
    assert session_principal(registry.house, third) is None
    assert session_principal(registry.house, there) is not None


def test_a_key_signs_in_as_it_did_and_its_session_ends_with_it(registry):
    """Revoking the key is enough."""
    key = manage_keys.create(registry.house, "test", name="Kim", role="reviewer")
    token = sign_in.open_session(registry.house, key["key"])
    assert registry.whose(token).name == "Kim"
    manage_keys.revoke(registry.house, "test", key["id"])
    assert session_principal(registry.house, token) is None
    assert sign_in.close_session(registry.house, token) == "key"
    assert sign_in.close_session(registry.house, token) is None
