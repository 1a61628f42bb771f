"""Signing in with a provider: a real one on loopback, with real keys; and everything that it may not get away with."""

from __future__ import annotations

import contextlib
import dataclasses
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml

from service.domain.access import Scope
from service.errors import CannotStart, Conflict, Unauthenticated
from service.settings import Settings
from service.usecases import manage_keys, manage_people, provider, read_people
from service.usecases.provider import Flow
from service.usecases.provider_file import read_provider_file
from service.usecases.sign_in import session_principal
from service.usecases.sign_in_by_password import sign_in
from service.usecases.sign_in_by_provider import begin, finish
from tests.little_provider import (
    CLIENT,
    SECRET,
    LittleProvider,
    another_key,
    running,
    signed_with_the_public_key,
    unsigned,
)
from tests.unit.service.usecases.registry import GOOD, HERE, registry_in

ROLES = {
    "create": True,
    "roles": [{"group": "heads", "role": "lead"}, {"group": "reviewers", "role": "reviewer"}],
    "queues": [{"group": "loans", "queue": "loans", "actions": ["claim", "decide"]}],
    "audiences": [{"group": "staff", "audience": "staff"}],
}


@pytest.fixture
def there():
    with running(LittleProvider()) as honest:
        yield honest


@contextlib.contextmanager
def registry_with(folder, there, **file):
    written = {"issuer": there.issuer, "client_id": CLIENT, **ROLES, **file}
    (folder / "oidc.yaml").write_text(yaml.safe_dump(written))
    secret = None if there.public_client else SECRET
    with registry_in(
        folder, oidc_file=folder / "oidc.yaml", oidc_secret=secret, public_url="http://127.0.0.1:9"
    ) as opened:
        there.now = lambda: opened.clock.now.timestamp()  # noqa: PLW0108 - the clock is moved
        yield opened


@pytest.fixture
def registry(tmp_path, there):
    with registry_with(tmp_path, there) as opened:
        yield opened


def answer_of(address):
    """What the provider sends the browser back with."""
    back = httpx.get(address).headers["location"]
    assert back.startswith("http://127.0.0.1:9/console/provider/back?")
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def come_in(registry, browser=HERE, **changed):
    address, secret = begin(registry.house)
    answer = {name: value for name, value in (answer_of(address) | changed).items() if value is not None}
    return session_principal(registry.house, finish(registry.house, secret, answer, browser))


def test_whoever_the_provider_vouches_for_comes_in(registry, there):
    """By code, with the verifier and the secret of the client; groups say what they may do and read."""
    there.claims["groups"] = ["staff", "reviewers", "loans"]
    ann = come_in(registry)
    assert ann.name == "Ann"
    assert ann.groups == {"staff"}
    assert ann.may_in("loans", Scope.REVIEW, "decide")
    assert not ann.may_in("loans", Scope.REVIEW, "escalate")
    assert not ann.may_in("cards", Scope.REVIEW)
    assert come_in(registry).key_id == ann.key_id
    assert registry.told("person.linked") == [{"name": "Ann", "issuer": there.issuer, "by": "provider"}]


def test_a_client_without_secret_is_kept_apart_by_its_verifier(tmp_path, there):
    """PKCE alone: a code that somebody else caught is worth nothing to them."""
    there.public_client = True
    with registry_with(tmp_path, there) as registry:
        assert come_in(registry).name == "Ann"
        address, _ = begin(registry.house)
        caught = answer_of(address)
        another = begin(registry.house)[1]
        with pytest.raises(Unauthenticated):
            finish(registry.house, another, caught | {"state": Flow.of(another).state}, HERE)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda claims: claims.update(nonce="another"),
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.update(aud="another"),
        lambda claims: claims.update(aud=[CLIENT, "another"]),
        lambda claims: claims.update(aud=[CLIENT, "another"], azp="another"),
        lambda claims: claims.update(azp="another"),
        lambda claims: claims.pop("aud"),
        lambda claims: claims.update(exp=claims["iat"] - 61),
        lambda claims: claims.pop("exp"),
        lambda claims: claims.update(exp="soon"),
        lambda claims: claims.update(nbf=claims["iat"] + 3_600),
        lambda claims: claims.update(iat=claims["iat"] + 3_600, exp=claims["exp"] + 7_200),
        lambda claims: claims.update(iss="http://127.0.0.1:1/realm"),
        lambda claims: claims.update(iss=claims["iss"] + "/"),
        lambda claims: claims.pop("iss"),
        lambda claims: claims.pop("sub"),
        lambda claims: claims.update(sub=""),
        lambda claims: claims.update(sub="x" * 256),
        lambda claims: claims.update(sub=7),
        lambda claims: claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
def test_a_token_for_somebody_else_some_other_time_or_place_is_refused(registry, there, wrong):
    """Nonce, audience, time, issuer and subject all have to fit."""
    there.alter = wrong
    with pytest.raises(Unauthenticated):
        come_in(registry)
    assert read_people.listing(registry.house) == []


def forged(there, how):
    if how == "none":
        return unsigned
    if how == "public key":
        return lambda claims: signed_with_the_public_key(there, claims)
    other = another_key("EC" if how == "EC key" else "RSA")
    honest = there.key
    algorithm = "ES256" if how == "EC key" else "RS256"

    def sign(claims):
        there.key = other
        try:
            signed = there.signed(claims, alg=algorithm)
        finally:
            there.key = honest
        return {"tampered": there.signed(claims)[:-8] + "AAAAAAAA", "cut": there.signed(claims)[:40]}.get(how, signed)

    return sign


@pytest.mark.parametrize("how", ["none", "public key", "RSA key", "EC key", "tampered", "cut"])
def test_a_token_that_the_provider_did_not_sign_is_refused(registry, there, how):
    """No `none`, no shared secret that is the public key, no other key of the same name, no other bytes."""
    there.sign = forged(there, how)
    with pytest.raises(Unauthenticated):
        come_in(registry)
    there.sign = None
    assert come_in(registry).name == "Ann"


def test_a_shared_secret_among_the_public_keys_is_not_used(registry, there):
    """Neither to check a signature with, nor instead of the right one."""
    there.shown = lambda keys: [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}, *keys]
    assert come_in(registry).name == "Ann"
    there.sign = lambda claims: signed_with_the_public_key(there, claims)
    with pytest.raises(Unauthenticated):
        come_in(registry)


def test_new_keys_of_the_provider_are_asked_for_when_a_token_names_one(registry, there, monkeypatch):
    """Keys are rotated; one that nobody knows does not make us ask again and again."""
    assert come_in(registry).name == "Ann"
    monkeypatch.setattr(provider, "_KEYS_AGAIN", 0.0)
    there.key = dataclasses.replace(there).key.generate_key(2048, {"kid": "two", "use": "sig"})
    there.sign = lambda claims: there.signed(claims, kid="two")
    assert come_in(registry).name == "Ann"
    monkeypatch.setattr(provider, "_KEYS_AGAIN", 3_600.0)
    before = there.asked.count("/keys")
    there.sign = lambda claims: there.signed(claims, kid="three")
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            come_in(registry)
    assert there.asked.count("/keys") == before


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "another"},
        {"state": None},
        {"iss": "http://127.0.0.1:1/realm"},
        {"code": None},
        {"code": "another"},
        {"error": "access_denied", "code": None},
    ],
)
def test_an_answer_that_is_not_of_this_sign_in_is_refused(registry, changed):
    """Somebody else's state, another provider, no code or a made-up one, or a refusal."""
    with pytest.raises(Unauthenticated):
        come_in(registry, **changed)


def test_a_code_comes_back_once_and_to_the_browser_that_began(registry):
    """The address of the way back is worth nothing without the cookie, and nothing the second time."""
    address, secret = begin(registry.house)
    answer = answer_of(address)
    for stranger in (None, "", begin(registry.house)[1]):
        with pytest.raises(Unauthenticated):
            finish(registry.house, stranger, answer, HERE)
    finish(registry.house, secret, answer, HERE)
    with pytest.raises(Unauthenticated):
        finish(registry.house, secret, answer, HERE)


def test_whoever_has_no_group_that_counts_stays_out(registry, there):
    """Also one who had: what they have open ends."""
    address, secret = begin(registry.house)
    token = finish(registry.house, secret, answer_of(address), HERE)
    for groups in ([], ["cooks"], "reviewers ", {"reviewers": 1}, None, [["reviewers"]]):
        there.claims["groups"] = groups
        with pytest.raises(Unauthenticated, match="none of your groups"):
            come_in(registry)
    assert session_principal(registry.house, token) is None


def test_groups_say_anew_what_one_may_do(registry, there):
    """The first line that fits counts; what was open with other rights ends."""
    address, secret = begin(registry.house)
    token = finish(registry.house, secret, answer_of(address), HERE)
    there.claims["groups"] = ["reviewers", "heads"]
    assert come_in(registry).may(Scope.LEAD)
    assert session_principal(registry.house, token) is None
    assert registry.told("person.changed")[-1]["role"] == "lead"


def test_nobody_takes_over_an_account_by_its_name(registry, there):
    """Neither somebody's with a password nor what a key is called: operations link it, knowing who it is."""
    person = registry.person("Ann")
    with pytest.raises(Unauthenticated, match="account of that name") as refused:
        come_in(registry)
    assert "--subject 'u-1'" in refused.value.remedy
    manage_keys.create(registry.house, "test", name="pipeline", role="caller")
    there.claims |= {"sub": "u-2", "preferred_username": "Pipeline"}
    with pytest.raises(Unauthenticated, match="API key goes by your name"):
        come_in(registry)
    manage_people.link(registry.house, "Olga", person, "u-1")
    there.claims |= {"sub": "u-1", "preferred_username": "ann.example"}
    ann = come_in(registry)
    assert (ann.key_id, ann.name) == (person, "Ann")
    with pytest.raises(Conflict):
        manage_people.link(registry.house, "Olga", registry.person("Bob"), "u-1")


def test_without_create_only_those_come_in_whom_operations_linked(tmp_path, there):
    """And their role is that of the account when the file maps no groups."""
    with registry_with(tmp_path, there, create=False, roles=[], queues=[]) as registry:
        with pytest.raises(Unauthenticated, match="nobody here is linked"):
            come_in(registry)
        made = manage_people.create(registry.house, "Olga", name="Ann", role="auditor", subject="u-1")
        assert made["code"] is None
        assert come_in(registry).may(Scope.AUDIT)
        with pytest.raises(Unauthenticated):
            sign_in(registry.house, "Ann", GOOD, HERE)


def test_whoever_is_disabled_or_unlinked_stays_out(registry):
    """Whatever the provider says."""
    ann = come_in(registry)
    manage_people.disable(registry.house, "Olga", ann.key_id)
    with pytest.raises(Unauthenticated, match="disabled"):
        come_in(registry)
    manage_people.enable(registry.house, "Olga", ann.key_id)
    assert come_in(registry).key_id == ann.key_id
    manage_people.link(registry.house, "Olga", ann.key_id, None)
    with pytest.raises(Unauthenticated):
        come_in(registry)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "http://127.0.0.1:1/realm"},
        {"token_endpoint": "http://example.org/token"},
        {"token_endpoint": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://example.org/authorize"},
        {"jwks_uri": "http://example.org/keys"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
    ],
)
def test_a_description_that_leads_elsewhere_is_not_followed(registry, there, described):
    """Another issuer's, or addresses that others can read along."""
    there.described = described
    with pytest.raises(Unauthenticated):
        come_in(registry)


def test_a_provider_that_is_away_keeps_nobody_else_out(tmp_path, there):
    """Its absence is said in words; passwords go on working."""
    with registry_with(tmp_path, LittleProvider(port=1)) as registry:
        with pytest.raises(Unauthenticated, match="did not answer"):
            begin(registry.house)
        registry.person("Bob")
        sign_in(registry.house, "Bob", GOOD, HERE)
        assert registry.house.provider.leaving("http://127.0.0.1:9/") is None


def test_leaving_leads_to_the_provider_and_back(registry, there):
    """Its own place for that, with where to come back to."""
    address = registry.house.provider.leaving("http://127.0.0.1:9/console/sign-in")
    assert address.startswith(f"{there.issuer}/leave?client_id=signoff&post_logout_redirect_uri=http%3A%2F%2F127")


@pytest.mark.parametrize(
    "file, settings, wrong",
    [
        ({"issuer": "http://example.org"}, {}, "issuer"),
        ({"issuer": "https://example.org/?a=1"}, {}, "issuer"),
        ({"colour": "red"}, {}, "colour"),
        ({"roles": [{"group": "a", "role": "king"}]}, {}, "king"),
        ({"create": True}, {}, "roles"),
        ({"queues": [{"group": "a", "queue": "q"}]}, {}, "roles"),
        ({"client_id": 7}, {}, "client_id"),
        ({}, {"public_url": None}, "SIGNOFF_PUBLIC_URL"),
        ({}, {"public_url": "http://signoff.example.org"}, "SIGNOFF_PUBLIC_URL"),
        ({}, {"secure_cookies": False}, "secure"),
    ],
)
def test_a_file_that_is_wrong_stops_the_start(tmp_path, file, settings, wrong):
    """It is named, with what is wrong in it."""
    path = tmp_path / "oidc.yaml"
    path.write_text(yaml.safe_dump({"issuer": "https://id.example.org", "client_id": "signoff", **file}))
    chosen = {"public_url": "https://signoff.example.org", "secure_cookies": True, **settings}
    with pytest.raises(CannotStart, match=wrong):
        read_provider_file(Settings(home=tmp_path, oidc_file=path, **chosen))


def test_a_file_that_is_not_there_stops_the_start_too(tmp_path):
    """Rather than letting in nobody, silently."""
    with pytest.raises(CannotStart, match="cannot be read"):
        read_provider_file(Settings(home=tmp_path, oidc_file=tmp_path / "none.yaml", public_url="https://a.example"))
