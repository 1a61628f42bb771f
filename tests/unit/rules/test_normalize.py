from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import normalize as module
from rules.lookalikes import LOOKALIKES
from rules.normalize import View, normalize, refuse

ODD = (
    "\u200b\u0301\r\n\t \u00a0\u2028\u1100\u1161\u11a8カ\uff76\uff9e\u3164ﬃßİ½…´’¨\u0345ΐㄱ㌔\U000e0041\ufe0f\u2800"
    "\x1c\x1b"
)


def test_refuse_names_nul_and_its_place():
    """NUL is refused at the door, and the reason says where it stands."""
    assert refuse("ab\0c") == "has a NUL character at position 2"


def test_refuse_names_lone_surrogate():
    """Half a character is refused at the door."""
    assert refuse("é\ud83d!") == "has a lone surrogate (half a character) at position 1"


@pytest.mark.parametrize("text", ["", "hello", "é 😀 漢", "tab\tand\nline"])
def test_refuse_lets_ordinary_text_in(text: str):
    """Every well-formed text may come in, whatever its script."""
    assert refuse(text) is None


@pytest.mark.parametrize(
    "hidden",
    ["\0", "\u200b", "\u200d", "\u2060", "\xad", "\u202e", "\ufeff", "\ufe0f", "\u3164", "\U000e0041", "\ud800"],
)
def test_hidden_characters_vanish_from_every_view(hidden: str):
    """A character nobody sees cannot split a word: only the raw view keeps it."""
    text = normalize(f"ki{hidden}ll")
    assert (text.clean, text.plain, text.folded) == ("kill", "kill", "kill")
    assert text.raw == f"ki{hidden}ll"


def test_every_control_and_format_character_is_hidden():
    """No character of Unicode's categories Cc, Cf and Cs survives into the clean view, except as white space."""
    invisible = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"}]
    assert [char for char in invisible if normalize(f"a{char}b").clean not in {"ab", "a b", "a\nb"}] == []


def test_clean_keeps_case_and_paragraphs():
    """What the encoder and the reviewer read keeps capitals and line ends, and loses ragged spacing."""
    text = normalize("  Dear  Bank,\r\n\r\n\r\nI\u00a0was \t charged\ntwice ")
    assert text.clean == "Dear Bank,\n\nI was charged\ntwice"


def test_plain_is_one_caseless_line():
    """A phrase is found across a line end and in any case."""
    assert normalize("Ignore PREVIOUS\n instructions, Straße").plain == "ignore previous instructions, strasse"


@pytest.mark.parametrize("written", ["I’ll", "I´ll", "I`ll", "Iʼll", "I＇ll"])
def test_apostrophes_become_the_keyboard_one(written: str):
    """A telephone's curly apostrophe does not hide a phrase."""
    assert normalize(written).plain == "i'll"


def test_compatibility_forms_and_foreign_digits_are_read_as_what_they_mean():
    """Full-width, mathematical and Arabic-Indic characters mean their plain counterparts."""
    assert normalize("ｗｈｉｓｋｙ 𝐤𝐢𝐥𝐥 ٤٢").clean == "whisky kill 42"


@pytest.mark.parametrize("written", ["pаypаl", "ρaypal", "p\u0301aypal", "раураӏ", "🅟🅐🅨🅟🅐🅛", "ᴘᴀʏᴘᴀʟ"])
def test_look_alikes_fold_to_latin_only_in_the_folded_view(written: str):
    """Letters of other scripts, accents and letters in boxes fold in one view and stay what they are in the other."""
    text = normalize(written)
    assert text.folded == "paypal"
    assert text.plain != "paypal"


def test_ascii_text_shares_one_string_between_plain_and_folded():
    """Where nothing folds, both views are the same object, so that they are searched once."""
    text = normalize("Nothing special here")
    assert text.folded is text.plain


def test_raw_span_includes_hidden_characters_inside():
    """A hit on a word split by a zero-width space points at the whole of it in the raw text."""
    raw = "you ki\u200bll me"
    text = normalize(raw)
    start = text.plain.index("kill")
    begin, end = text.raw_span(View.PLAIN, start, start + 4)
    assert raw[begin:end] == "ki\u200bll"


@pytest.mark.parametrize("view", [View.CLEAN, View.PLAIN, View.FOLDED])
def test_raw_span_after_growth_and_collapse(view: View):
    """Offsets hold after characters that grow (ß, ﬃ, …) and white space that shrinks, in every view."""
    raw = "  Straße …  ﬃ \r\n\r\n TARGET ß"
    text = normalize(raw)
    start = text.view(view).index("TARGET" if view is View.CLEAN else "target")
    begin, end = text.raw_span(view, start, start + 6)
    assert raw[begin:end] == "TARGET"


def test_raw_span_when_the_map_does_not_fit(monkeypatch: pytest.MonkeyPatch):
    """Should the map ever disagree with the view, the span is the whole text, never a wrong place."""
    text = normalize("Straße x")
    monkeypatch.setattr(module, "_pieces", lambda raw: [(0, 1)])
    assert text.raw_span(View.PLAIN, 0, 1) == (0, len("Straße x"))


def test_raw_view_shows_lone_surrogates_one_for_one():
    """Searching the raw view never fails on half a character and keeps its offsets."""
    assert normalize("a\ud800b").view(View.RAW) == "a\ufffdb"


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from(ODD + "ab Aé"), st.characters()), max_size=14))
def test_every_place_of_every_view_has_a_raw_place(raw: str):
    """Whatever the text, each character of each view leads back to a range inside the raw text, in order."""
    text = normalize(raw)
    for view in (View.CLEAN, View.PLAIN, View.FOLDED):
        shown, _ = module._shown(raw, view)
        assert module._collapsed(shown, view).length == len(text.view(view))
        spans = [text.raw_span(view, place, place + 1) for place in range(len(text.view(view)))]
        assert all(0 <= start < end <= len(raw) for start, end in spans)
        assert spans == sorted(spans)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii"), max_size=30))
def test_ascii_fast_path_agrees_with_the_long_way(raw: str):
    """The short way for ASCII gives the views the long way would give."""
    fast, slow = normalize(raw), normalize(raw + " é")
    assert slow.plain.removesuffix("é").strip() == fast.plain
    assert slow.clean.removesuffix("é").strip() == fast.clean


def test_hostile_length_stays_linear():
    """A hundred thousand odd characters are normalised and mapped in well under the time a person would notice."""
    raw = ODD.replace("\x1b", "") * 2_500
    began = time.perf_counter()
    text = normalize(raw)
    text.raw_span(View.FOLDED, 0, len(text.folded))
    assert time.perf_counter() - began < 5


def whole(raw: str) -> tuple[str, str, str]:
    """The views made of the whole text at once, step by step as the page describes them: slow and obvious."""
    shown = "".join(char for char in raw if not module._HIDDEN.match(char))
    clean = unicodedata.normalize("NFKC", shown.translate(module._ALIKE)).replace("`", "'")
    clean = module._UNEVEN.sub(lambda run: module._space(run[0]), clean).strip()
    bare = unicodedata.normalize("NFD", clean)
    bare = "".join(char for char in bare if not module._OVERLAY.match(char)).translate(LOOKALIKES).casefold()
    folded = unicodedata.normalize("NFC", "".join(char for char in bare if not module._OVERLAY.match(char)))
    folded = module._UNEVEN.sub(lambda run: module._space(run[0]), folded).strip()
    return clean, one_line(clean.casefold()), one_line(folded)


def one_line(text: str) -> str:
    return text.replace("\n\n", " ").replace("\n", " ")


odd = st.sampled_from(ODD + "aA `'.9\xad\xa0\x85\x01\x7f\u0338ß\ufb01\xb4\xa8аІ")


@settings(max_examples=400)
@given(st.text(odd | st.characters(), max_size=30))
def test_working_piece_by_piece_changes_nothing(raw: str):
    """The fast way gives the views of the slow one, whatever joins what."""
    text = normalize(raw)
    clean, plain, folded = whole(raw)
    if raw.isascii() or plain.isascii():
        folded = plain
    assert (text.clean, text.plain, text.folded) == (clean, plain, folded)
