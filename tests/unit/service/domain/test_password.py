"""What is good enough to be a password."""

from __future__ import annotations

import pytest

from service.domain.password import fault, plain


@pytest.mark.parametrize(
    "password", ["violet tractor ambles home", "Zj3$kd02ksQpl9xvW", "ein Dackel frisst Quitten", "päper wörter möhren"]
)
def test_several_words_or_much_noise_will_do(password):
    """No rules about kinds of characters."""
    assert fault(password, 15, ("Ann",)) == ""


@pytest.mark.parametrize(
    "password, why",
    [
        ("short", "5 characters"),
        ("x" * 300, "more than 256"),
        ("aaaaaaaaaaaaaaaaaaaa", "same few"),
        ("abababababababab", "same few"),
        ("passwordpassword1", "tries first"),
        ("Password123456789", "tries first"),
        ("qwertyuiopasdfghjkl", "tries first"),
        ("letmein letmein letmein", "tries first"),
        ("ann example 12345", "tries first"),
        ("correct horse battery staple", "tries first"),
    ],
)
def test_what_everybody_tries_first_will_not(password, why):
    """Nor what is short, nor one's own name."""
    assert why in fault(password, 15, ("Ann Example",))


def test_a_password_is_the_same_on_every_keyboard():
    """An accent may be one character or two."""
    assert plain("e\u0301") == plain("\u00e9")
