"""What an API key looks like."""

from __future__ import annotations

import secrets

from hypothesis import given
from hypothesis import strategies as st

from service.domain.key import PREFIX, is_whole, looks_like_token, new_key, signed


def test_a_new_key_is_whole_and_never_twice():
    """Prefix, 256 random bits, checksum."""
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(key.startswith(PREFIX) and len(key) == 53 and is_whole(key) for key in made)


def test_a_key_from_before_the_checksum_stays_good():
    """Such keys were handed out for years to come."""
    assert is_whole(PREFIX + secrets.token_urlsafe(32))


@given(st.integers(0, 52), st.characters())
def test_one_wrong_character_is_seen(place, character):
    """A checksum of 32 bits sees every change of one character."""
    whole = signed(PREFIX + "A" * 43)
    altered = whole[:place] + character + whole[place + 1 :]
    assert is_whole(altered) == (altered == whole)


@given(st.integers(0, 52))
def test_a_key_that_was_cut_off_is_seen(length):
    """But for the one length that keys once had, where it is looked up and not found."""
    assert not is_whole(new_key()[:length]) or length == 47


def test_a_token_is_no_key():
    """A signed token has two dots; a key has none, and its prefix."""
    assert looks_like_token("eyJh.eyJz.c2ln")
    assert not looks_like_token(new_key())
    assert not looks_like_token("sgn_a.b.c")
    assert not looks_like_token("a.b")
