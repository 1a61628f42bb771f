"""Tokens that systems bring from the provider: a real one on loopback, and everything a token may not get away with."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.access import Scope
from service.errors import Busy, CannotStart, Forbidden, Unauthenticated
from service.settings import Settings
from service.usecases import manage_keys, manage_people
from service.usecases.provider_file import read_provider_file
from service.usecases.sign_in import authenticate, open_session
from tests.little_provider import (
    CLIENT,
    LittleProvider,
    another_key,
    running,
    signed_with_the_public_key,
    unsigned,
)
from tests.unit.service.usecases.test_sign_in_by_provider import registry_with

API = "https://signoff.example/api"
SYSTEMS = {
    "audience": API,
    "systems": [
        {"client": "payments", "role": "caller", "workflows": ["cards"], "rate": 600, "audiences": ["staff"]},
        {"subject": "u-7", "role": "auditor"},
        {"group": "robots", "role": "operations", "scopes": ["read"]},
    ],
}


@pytest.fixture
def there():
    with running(LittleProvider()) as honest:
        yield honest


@pytest.fixture
def registry(tmp_path, there):
    with registry_with(tmp_path, there, **SYSTEMS) as opened:
        yield opened


def claims_of(there, **changed):
    now = int(there.now())
    claims = {"iss": there.issuer, "aud": API, "iat": now, "exp": now + 300, "sub": "u-1", "client_id": "payments"}
    return {name: value for name, value in (claims | changed).items() if value is not None}


def who(registry, token):
    return authenticate(registry.house, f"Bearer {token}")


def test_a_system_is_who_the_first_line_that_fits_says(registry, there):
    """By client, subject or group: role, fewer scopes, workflows, documents, rate. Its name is nobody else's."""
    shop = who(registry, there.signed(claims_of(there)))
    assert (shop.name, shop.scopes, shop.rate) == ("oidc:payments", {Scope.DECIDE}, 600)
    assert (shop.workflows, shop.groups) == ({"cards"}, {"staff"})
    auditor = who(registry, there.signed(claims_of(there, client_id="other", sub="u-7")))
    assert (auditor.name, auditor.workflows) == ("oidc:u-7", None)
    robot = who(registry, there.signed(claims_of(there, client_id=None, azp="x", groups=["robots"]), typ="at+jwt"))
    assert (robot.name, robot.scopes) == ("oidc:u-1", {Scope.READ})
    assert len({shop.key_id, auditor.key_id, robot.key_id}) == 3


def test_a_token_that_fits_no_line_opens_nothing(registry, there):
    """It is good, and there is nothing for it."""
    with pytest.raises(Forbidden, match="nothing here"):
        who(registry, there.signed(claims_of(there, client_id="other")))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": CLIENT},
        {"aud": [CLIENT, "another"]},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 0},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_refused(registry, there, changed):
    """Issuer, audience, times and subject, each by itself; what was in it is not said back."""
    with pytest.raises(Unauthenticated) as refused:
        who(registry, there.signed(claims_of(there, **changed)))
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_clocks_may_differ_by_a_minute(registry, there):
    """Not by more."""
    now = int(there.now())
    assert who(registry, there.signed(claims_of(there, exp=now - 50, nbf=now + 50)))
    with pytest.raises(Unauthenticated):
        who(registry, there.signed(claims_of(there, exp=now - 61)))


def test_only_the_providers_own_signature_counts(registry, there):
    """Not `none`, not its public key as a shared secret, not another key of the same name, nor less of it."""
    claims, honest = claims_of(there), there.signed(claims_of(there))
    head, body, mark = honest.split(".")
    forged = [unsigned(claims), signed_with_the_public_key(there, claims), f"{head}.{body}.{mark[:-8]}AAAAAAAA"]
    forged += [
        LittleProvider(key=another_key()).signed(claims),
        f"{head}.{body}.",
        "a.b.c",
        "..",
        "x" * 20_000 + ".b.c",
    ]
    forged += [there.signed(claims, typ="logout+jwt")]
    for token in forged:
        with pytest.raises(Unauthenticated):
            who(registry, token)


def test_a_token_is_believed_till_it_ends_and_no_longer(registry, there):
    """What was looked at once is remembered, and not beyond its own end."""
    token = there.signed(claims_of(there))
    assert who(registry, token)
    asked = len(there.asked)
    assert who(registry, token)
    assert len(there.asked) == asked
    registry.wait(seconds=300 + 61)
    with pytest.raises(Unauthenticated):
        who(registry, token)


def test_a_new_key_of_the_provider_is_taken_up(registry, there, monkeypatch):
    """A token that names a key nobody has seen makes us ask anew, though not more than every half minute."""
    assert who(registry, there.signed(claims_of(there)))
    there.key = type(there.key).generate_key(2048, {"kid": "two", "use": "sig"})
    newer = there.signed(claims_of(there), kid="two")
    with pytest.raises(Unauthenticated):
        who(registry, newer)
    monkeypatch.setattr("service.usecases.provider._KEYS_AGAIN", 0.0)
    assert who(registry, newer).name == "oidc:payments"


def test_known_keys_go_on_while_the_provider_is_away(registry, there, monkeypatch):
    """For a day; without any, 503: the token may be good. Nobody waits for the provider again and again."""
    token = there.signed(claims_of(there))
    away = dataclasses.replace(registry.house, provider=dataclasses.replace(registry.house.provider))
    away.provider.settings = registry.house.provider.settings.model_copy(update={"issuer": "http://127.0.0.1:9/realm"})
    with pytest.raises(Busy):
        authenticate(away, f"Bearer {token}")
    assert who(registry, token)
    monkeypatch.setattr("service.usecases.provider._METADATA_FOR", 0.0)
    there.shown = lambda keys: 1 / 0
    another = there.signed(claims_of(there, jti="2"))
    assert who(registry, another)


def test_without_systems_no_token_is_taken(tmp_path, there):
    """People may sign in with the provider all the same."""
    with registry_with(tmp_path, there) as registry, pytest.raises(Unauthenticated, match="not taken"):
        who(registry, there.signed(claims_of(there)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"systems": SYSTEMS["systems"]},
        {"audience": API},
        {"audience": CLIENT, "systems": SYSTEMS["systems"]},
        {"audience": API, "systems": [{"role": "caller"}]},
        {"audience": API, "systems": [{"client": "c", "role": "king"}]},
        {"audience": API, "systems": [{"client": "c", "role": "caller", "scopes": ["read"]}]},
        {"audience": API, "systems": [{"client": "c", "role": "caller", "workflows": []}]},
    ],
)
def test_a_mistake_in_the_file_stops_the_start(tmp_path, there, wrong):
    """And the file is named."""
    with pytest.raises(CannotStart, match=r"oidc\.yaml"), registry_with(tmp_path, there, **wrong):
        read_provider_file(Settings(home=tmp_path, oidc_file=tmp_path / "oidc.yaml", public_url="http://127.0.0.1:9"))


def test_nobody_else_goes_by_a_systems_name(registry, there):
    """Four eyes are two people's: no key and no account begins with `oidc:`, however it is written."""
    for name in ("oidc:payments", "OIDC:payments", " oidc:payments"):
        with pytest.raises(Exception, match="name"):
            manage_keys.create(registry.house, "test", name=name, role="caller")
        with pytest.raises(Exception, match="name"):
            manage_people.create(registry.house, "test", name=name, role="reviewer")


def test_a_token_opens_no_session_at_the_console(registry, there):
    """People sign in there."""
    with pytest.raises(Unauthenticated):
        open_session(registry.house, there.signed(claims_of(there)))
