from __future__ import annotations

import pytest

from rules.errors import RuleErrors
from rules.reading.text_file import MAX_BYTES, decode, tabs, unseen


def refused(data: bytes) -> str:
    with pytest.raises(RuleErrors) as caught:
        decode(data, "f")
    return str(caught.value)


def test_text_comes_as_it_is():
    """A byte order mark and the line ends of Windows are no part of the text."""
    assert decode("\ufeffä\r\nb\n".encode(), "f") == "ä\nb\n"


def test_too_large_has_the_remedy_that_is_given():
    """What is too large is refused unread."""
    with pytest.raises(RuleErrors, match=r"f:1:1: is larger than 2,000,000 bytes \(halve it\)"):
        decode(b"a" * (MAX_BYTES + 1), "f", "halve it")


@pytest.mark.parametrize("char", ["\0", "\x07", "\x7f", "\x9f", "\x0b", "\ufffe", "\u2029", "\x85"])
def test_characters_that_programs_disagree_on_are_refused(char: str):
    """Controls and rare line ends are named with their place in characters."""
    assert refused(f"a\néé{char}".encode()).startswith("f:2:3: has the ")
    assert f"U+{ord(char):04X}" in refused(f"a\néé{char}".encode())


def test_a_file_full_of_controls_gives_a_short_list():
    """Twenty places are enough to see what kind of file it is."""
    assert refused(b"\0" * 1000).count("\n") == 19


def test_tabs_are_told_where_they_stand():
    """A tab is a tab's width to an editor and nothing certain to a reader."""
    assert [str(problem) for problem in tabs("a\n\tb\tc", "f")] == [
        "f:2:1: has a tab (use spaces; inside double quotes write \\t)",
        "f:2:3: has a tab (use spaces; inside double quotes write \\t)",
    ]


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\u2066", "\u2060", "\xad"])
def test_what_nobody_sees_is_told(char: str):
    """A character that a reviewer cannot see would make a list or a rule say something else than it shows."""
    assert [str(problem) for problem in unseen(f"a: I{char}R", "f")] == [
        f"f:1:5: has the invisible character U+{ord(char):04X} (remove it, or write it as an escape in double quotes)"
    ]


def test_joiners_of_letters_and_emoji_are_no_hidden_text():
    """Persian and families of emoji are written with them."""
    assert unseen("می\u200cخواهم 👩\u200d👧", "f") == []
