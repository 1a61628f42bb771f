"""Accounts: one name, one person; what is taken away is gone at once; all of it recorded."""

from __future__ import annotations

import json

import pytest

from service.domain.access import Limit, Scope, same_person
from service.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from service.usecases import manage_keys, manage_people, read_people
from service.usecases.sign_in import authenticate, session_principal
from service.usecases.sign_in_by_password import set_by_code, sign_in
from tests.unit.service.usecases.registry import GOOD, HERE, OTHER, registry_in


@pytest.fixture
def registry(tmp_path):
    with registry_in(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("again", ["Ann", " ann", "ANN", "a\u200bnn", "Ａnn"])
def test_a_name_is_one_persons(registry, again):
    """However it is written: two accounts would be one person to nobody, and two to four-eyes."""
    manage_people.create(registry.house, "test", name="Ann", role="reviewer")
    with pytest.raises((Conflict, InvalidRequest)):
        manage_people.create(registry.house, "test", name=again, role="operations")
    assert len(read_people.listing(registry.house)) == 1


def test_a_name_stays_ones_own_when_one_has_left(registry):
    """What stands on the ledger under it is nobody else's work."""
    manage_people.disable(registry.house, "test", registry.person("Ann"))
    with pytest.raises(Conflict, match="account of that name"):
        manage_people.create(registry.house, "test", name="ann", role="reviewer")


@pytest.mark.parametrize("name", ["", "  ", "cli:ann", "\u200b", "x" * 81, "a\u202ebc", "a\x00b"])
def test_what_cannot_be_a_name(registry, name):
    """It hides something, or names nobody."""
    with pytest.raises(InvalidRequest) as refused:
        manage_people.create(registry.house, "test", name=name, role="reviewer")
    assert refused.value.problems[0].field == "name"


def test_account_and_key_of_one_name_are_one_person(registry):
    """For four-eyes, whichever she used; and at the terminal."""
    registry.person("Ann Example")
    key = manage_keys.create(registry.house, "test", name="ann example", role="operations")
    token, _ = sign_in(registry.house, "Ann Example", GOOD, HERE)
    by_key = authenticate(registry.house, f"Bearer {key['key']}")
    by_password = session_principal(registry.house, token)
    assert by_password is not None
    assert same_person(by_key.name, by_password.name)
    assert same_person("cli:ann example", by_password.name)


@pytest.mark.parametrize(
    "role, limits, field",
    [
        ("king", [], "role"),
        ("reviewer", [Limit("loans", "king")], "limits.0.role"),
        ("model-owner", [Limit("loans", "caller")], "limits.0.role"),
        ("reviewer", [Limit(" ")], "limits.0.queue"),
    ],
)
def test_rights_that_do_not_exist_are_refused(registry, role, limits, field):
    """The refusal names the field."""
    with pytest.raises(InvalidRequest) as refused:
        manage_people.create(registry.house, "test", name="Ann", role=role, limits=limits)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_change_of_rights_ends_what_is_open(registry):
    """And holds from the next sign-in on."""
    person = registry.person("Ann")
    token, _ = sign_in(registry.house, "Ann", GOOD, HERE)
    told = manage_people.change(registry.house, "Olga", person, limits=[Limit("loans", "", frozenset({"claim"}))])
    assert told["limits"] == [{"queue": "loans", "role": "", "actions": ["claim"]}]
    assert session_principal(registry.house, token) is None
    token, _ = sign_in(registry.house, "Ann", GOOD, HERE)
    ann = registry.whose(token)
    assert ann.may_in("loans", Scope.REVIEW, "claim")
    assert not ann.may_in("loans", Scope.REVIEW, "decide")
    assert registry.told("person.changed")[-1]["by"] == "Olga"


def test_what_changes_nothing_ends_nothing(registry):
    """The same rights again leave the sessions open."""
    person = registry.person("Ann")
    token, _ = sign_in(registry.house, "Ann", GOOD, HERE)
    manage_people.change(registry.house, "Olga", person, role="reviewer")
    assert session_principal(registry.house, token) is not None
    assert registry.told("person.changed") == []


def test_nobody_changes_what_they_may_do_themselves(registry):
    """Under whatever name they come."""
    person = registry.person("Olga", role="operations")
    for by in ("Olga", "cli:olga", " OLGA"):
        for deed in (
            lambda by=by: manage_people.change(registry.house, by, person, role="auditor"),
            lambda by=by: manage_people.disable(registry.house, by, person),
            lambda by=by: manage_people.link(registry.house, by, person, None),
        ):
            with pytest.raises(Conflict, match="you cannot"):
                deed()


def test_whoever_is_disabled_opens_nothing(registry):
    """No session, no password, no code, no key of their name."""
    person = registry.person("Ann")
    key = manage_keys.create(registry.house, "test", name="ann", role="reviewer")
    token, _ = sign_in(registry.house, "Ann", GOOD, HERE)
    told = manage_people.disable(registry.house, "Olga", person)
    assert told["keys_revoked"] == [key["id"]]
    assert session_principal(registry.house, token) is None
    with pytest.raises(Unauthenticated):
        sign_in(registry.house, "Ann", GOOD, HERE)
    with pytest.raises(Unauthenticated):
        authenticate(registry.house, f"Bearer {key['key']}")
    with pytest.raises(Conflict):
        manage_people.reset(registry.house, "Olga", person)
    with pytest.raises(Conflict, match="already"):
        manage_people.disable(registry.house, "Olga", person)


def test_a_code_made_before_is_worth_nothing_to_whoever_is_disabled(registry):
    """Not even after they are enabled again."""
    made = manage_people.create(registry.house, "test", name="Ann", role="reviewer")
    manage_people.disable(registry.house, "Olga", made["id"])
    with pytest.raises(Unauthenticated):
        set_by_code(registry.house, made["code"], GOOD, HERE)
    manage_people.enable(registry.house, "Olga", made["id"])
    with pytest.raises(Unauthenticated):
        set_by_code(registry.house, made["code"], GOOD, HERE)
    code = manage_people.reset(registry.house, "Olga", made["id"])["code"]
    set_by_code(registry.house, code, GOOD, HERE)


def test_operations_end_somebodys_sessions(registry):
    """They may sign in again."""
    person = registry.person("Ann")
    token, _ = sign_in(registry.house, "Ann", GOOD, HERE)
    assert manage_people.end_sessions(registry.house, "Olga", person) == 2
    assert session_principal(registry.house, token) is None
    assert registry.told("session.ended")[-1] == {"owner": person, "by": "Olga", "why": "ended", "sessions": 2}


def test_the_ledger_tells_everything_and_holds_no_secret(registry):
    """Who did what for whom; neither password nor code nor token nor their digests."""
    person = registry.person("Ann")
    code = manage_people.reset(registry.house, "Olga", person)["code"]
    token, _ = set_by_code(registry.house, code, OTHER, HERE)
    manage_people.disable(registry.house, "Olga", person)
    kinds = ("person.created", "person.password_set", "person.reset", "person.disabled", "session.opened")
    told = {kind: registry.told(kind) for kind in kinds}
    assert [len(told[kind]) for kind in kinds] == [1, 2, 1, 1, 2]
    text = json.dumps(told)
    assert all(secret not in text for secret in (code, OTHER, token, "argon2", "192.0.2.1"))


def test_somebody_who_does_not_exist_is_not_found(registry):
    """By id and by name."""
    with pytest.raises(NotFound):
        manage_people.reset(registry.house, "Olga", "per_none")
    with pytest.raises(NotFound):
        read_people.by_name(registry.house, "Ann")
    person = registry.person("Ann")
    assert read_people.by_name(registry.house, "ann") == person
    assert read_people.by_name(registry.house, person) == person


def test_a_subject_needs_a_provider(registry):
    """Without one there is nobody who could vouch for it."""
    with pytest.raises(InvalidRequest, match="no provider"):
        manage_people.create(registry.house, "test", name="Ann", role="reviewer", subject="abc")
