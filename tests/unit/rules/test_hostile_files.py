"""Whatever lies in a pack's folder, it is read as it stands or refused in words: nothing else comes out, and soon.

Each test says what would have gone wrong had the file been taken: a rule that silently does not hold, a list that
never matches, a reader that does not come back.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.errors import Problem, RuleErrors
from rules.reading import strict_yaml
from rules.reading.golden import read_golden
from rules.reading.reader import pack_files, read_pack
from rules.reading.strict_yaml import read_yaml
from rules.reading.text_file import MAX_BYTES
from tests.unit.rules.given import PACK, files, rule

STARTER = Path(__file__).parents[3] / "rules" / "packs" / "retail-banking"
EXEMPTION = """\
exemptions:
  - id: ex-1
    rules: [r-1]
    when: {any: [authenticated]}
    until: 2026-09-30
    owner: o
    why: w
    tests: [{name: a, text: x, expect: match}, {name: b, text: x, expect: no_match}]
"""
RULE = rule("all: [matched('weapons')]", more="tags: [a, b]\ncitation: Act 1\nrequires: [amount]")
GOOD = files(RULE, pack=PACK + EXEMPTION)
SECONDS = 5.0  #: for any one file; the slowest takes a tenth of it on an idle machine


def refused(changed: dict[str, bytes]) -> list[Problem]:
    """The problems of the good pack with some files changed; reading must end in time."""
    began = time.process_time()
    with pytest.raises(RuleErrors) as caught:
        read_pack(GOOD | changed)
    assert time.process_time() - began < SECONDS
    for problem in caught.value.problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
        assert problem.remedy
        assert len(str(problem).encode()) < 100_000  # also: it can be written down
    return list(caught.value.problems)


def with_rules(text: str | bytes) -> str:
    """What is said of the pack when its rule file is this."""
    data = text if isinstance(text, bytes) else text.encode()
    return "\n".join(map(str, refused({"demo/all.rule.yaml": data})))


def with_pack(text: str) -> str:
    return "\n".join(map(str, refused({"demo/pack.yaml": text.encode()})))


def test_the_good_pack_is_good():
    """Else nothing below would show anything."""
    assert read_pack(GOOD).rules[0].id == "r-1"


# --- small slips that would let something through ---


@pytest.mark.parametrize("key", ["title", "status", "severity", "effect", "reason_code", "reason", "when"])
def test_a_typo_in_any_key_is_refused(key: str):
    """A misspelt `when` would never match, a misspelt `effect` never block."""
    said = with_rules(RULE.replace(f"{key}:", f"{key[:-1]}x:", 1))
    assert f"a rule has no key `{key[:-1]}x`" in said
    assert f"a rule lacks `{key}`" in said


@pytest.mark.parametrize("field", ["enabled: false", "disabled: true", "when_: {}", "Effect: flag", "on-error: flag"])
def test_an_unknown_field_is_refused(field: str):
    """A key that seems to switch something must not be ignored."""
    assert "a rule has no key" in with_rules(RULE.replace("  tags:", f"  {field}\n  tags:"))


@pytest.mark.parametrize("key", ["status: draft", "effect: flag", "when: {any: [true]}", "id: r-2"])
def test_a_key_twice_is_refused(key: str):
    """Neither the first nor the last wins: whoever reads the file cannot know which."""
    assert "twice (first in line" in with_rules(RULE.replace("  tags:", f"  {key}\n  tags:"))


def test_a_key_twice_in_disguise_is_refused():
    """Quotes and escapes do not make another key."""
    assert "has the key `status` twice" in with_rules(RULE.replace("  tags:", '  "stat\\u0075s": draft\n  tags:'))


def test_no_is_norway():
    """Unquoted, `NO` in a list is the country, and where true or false is asked for it is neither."""
    assert read_pack(GOOD).lists["embargoed"] == {"IR", "KP", "NO"}
    assert "exemptible must be true or false" in with_rules(RULE.replace("  tags:", "  exemptible: NO\n  tags:"))


@pytest.mark.parametrize("value", ["5", "1.0", "true", "null", "~", "[]", "{}", "{a: b}", "''", '" "', "[[a]]", "[1]"])
def test_a_value_of_another_kind_is_refused(value: str):
    """In no place of a rule does a number, a list or nothing stand in for a text."""
    for key in ("id", "title", "status", "effect", "reason", "requires", "tags", "when", "tests"):
        lines = [line for line in RULE.split("\n") if not line.strip("- ").startswith(f"{key}:")]
        lines = [line for line in lines if key != "tests" or "name:" not in line]
        lines = [line for line in lines if key != "when" or "all:" not in line]
        text = "\n".join(lines)
        text = f"- {key}: {value}\n{text}" if key == "id" else f"{text.rstrip()}\n  {key}: {value}\n"
        assert "all.rule.yaml:" in with_rules(text)


def test_a_tab_is_refused():
    """A tab moves a key to another mapping in some editors."""
    assert "has a tab" in with_rules(RULE.replace("  tags:", "\ttags:"))


def test_a_folded_block_is_refused():
    """Its lines run together, so conditions would lose their places and `#` its meaning."""
    assert "is a folded block `>`" in with_rules(
        RULE.replace("[matched('weapons')]", "\n      - >\n        matched('weapons')")
    )


@pytest.mark.parametrize("escape", ["\\0", "\\x00", "\\u0000", "\\ud800", "\\udfff", "\\ud83d\\ude00", "\\U0000dc00"])
def test_nul_and_half_characters_are_refused_however_written(escape: str):
    """NUL cuts a text short in C libraries: `matched('x')\\0 && false` would say something else than it shows."""
    assert "character" in with_rules(RULE.replace("reason: because", f'reason: "be{escape}cause"'))
    assert "character" in with_rules(RULE.replace("[matched('weapons')]", f"[\"matched('weapons'){escape}\"]"))
    assert "U+0000" in with_rules(RULE.replace("because", "be\0cause"))


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\u2066", "\xad"])
def test_what_a_reviewer_cannot_see_is_refused(char: str):
    """A zero-width space in a listed country, or a condition shown in another order than it is read."""
    assert "has the invisible character" in with_rules(RULE.replace("because", f"be{char}cause"))
    assert "has the invisible character" in with_pack(PACK.replace("IR, KP", f"I{char}R, KP"))


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029", "\r", "\x0b", "\x0c"])
def test_line_ends_that_programs_disagree_on_are_refused(char: str):
    """After one of them, what an editor shows as a comment may be a rule's next key to a parser."""
    assert f"U+{ord(char):04X}" in with_rules(RULE.replace("because", f"because # {char}  status: draft"))


def test_aliases_and_merges_are_refused():
    """What a rule says stands in the rule."""
    assert "uses the alias `*a`" in with_rules(RULE.replace("Act 1", "&a Act 1").replace("[a, b]", "[*a]"))
    assert "a rule has no key `<<`" in with_rules(RULE.replace("  tags:", "  <<: {effect: flag}\n  tags:"))


# --- files that are not whole ---


def test_a_rule_file_cut_short_anywhere_never_changes_a_rule():
    """Half a rule is refused. Only between two rules can nobody tell, and then the rules before are what they were.

    What a reload does about rules that are gone is another matter: it refuses unless they are retired.
    """
    whole = RULE + rule("any: [matched('weapons'), authenticated]", "r-2")
    kept = read_pack(GOOD | {"demo/all.rule.yaml": whole.encode()}).rules
    taken = 0
    for end in range(len(whole)):
        try:
            read = read_pack(GOOD | {"demo/all.rule.yaml": whole[:end].encode()}).rules
        except RuleErrors:
            continue
        taken += 1
        assert read == kept[: len(read)]
    assert taken < 10


def test_an_empty_file_is_refused():
    """A file truncated to nothing is not a pack with fewer rules."""
    assert "is empty" in with_rules("")
    assert "is empty" in with_pack("")
    assert "is empty" in with_rules("# only a comment\n")


def test_not_utf8_is_refused():
    """A file saved in another encoding, and one that is no text at all."""
    assert "is not UTF-8" in with_rules(RULE.replace("because", "bécause").encode("latin-1"))
    assert "is not UTF-8" in with_rules(RULE.encode("utf-16"))
    assert "is not UTF-8" in with_rules(random.Random(1).randbytes(100_000))


# --- files meant to be too much ---


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """libyaml, and the parser in Python that stands in for it."""
    monkeypatch.setattr(strict_yaml, "PARSER", getattr(yaml, request.param))
    return str(request.param)


@pytest.mark.parametrize(
    "bomb",
    [
        lambda n: "[" * n,
        lambda n: "{" * n,
        lambda n: "- " * n,
        lambda n: "? " * n,
        lambda n: "a: " * n,
        lambda n: "{a: " * n,
        lambda n: "[" * 20 + "," * n,
        lambda n: "!" * n,
        lambda n: "&" * n,
        lambda n: "*" * n,
        lambda n: "%" * n,
        lambda n: "'" * n,
        lambda n: '"' * (n + 1),
        lambda n: '"' + "\\" * n,
        lambda n: "|" + "\n " * (n // 2),
        lambda n: "---\n" * (n // 4),
        lambda n: "...\n" * (n // 4),
        lambda n: "#" * n,
        lambda n: "\n" * n,
        lambda n: "&a " * (n // 3),
        lambda n: "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40)),
        lambda n: "\n".join(" " * depth + "- a:" for depth in range(0, 1000, 2)),
    ],
)
def test_bombs_are_refused_at_once(bomb: Callable[[int], str], parser: str):
    """Nesting, aliases and endless tokens end in a problem, with either parser, without much time or a full stack."""
    size = MAX_BYTES // 2 if parser == "CBaseLoader" else 50_000
    refused({"demo/all.rule.yaml": bomb(size).encode()})


def test_ten_megabytes_are_refused(tmp_path: Path):
    """By their size, unread; and together in many files, they are read or refused in time."""
    folder = tmp_path / "demo"
    folder.mkdir()
    for name, data in GOOD.items():
        (tmp_path / name).write_bytes(data)
    (folder / "big.rule.yaml").write_bytes(RULE.encode() * 40_000)
    assert (folder / "big.rule.yaml").stat().st_size > 10_000_000
    with pytest.raises(RuleErrors, match=r"demo/big.rule.yaml:1:1: is larger than 2,000,000 bytes"):
        read_pack(pack_files(folder))


@pytest.mark.parametrize(
    "regex, said",
    [
        ("(a+)+$", ""),
        ("(x*)*y", ""),
        ("(a|a)*b", ""),
        ("(.*)(.*)(.*)(.*)z{5}", ""),
        ("a{1000}{1000}", "is not an RE2 regex"),
        ("a{1001}", "is not an RE2 regex"),
        ("(((a{30}){30}){30})", "is not an RE2 regex"),
        ("(?:abcd){1,900}x", "is too large a regex"),
        ("(" * 5_000 + "a" + ")" * 5_000, "is not an RE2 regex"),
        ("(a)\\1", "is not an RE2 regex"),
        ("(?=a)b", "is not an RE2 regex"),
        ("(a*)*", "matches the empty text"),
        ("", "is blank"),
        ("[", "is not an RE2 regex"),
    ],
    ids=lambda value: value[:20],
)
def test_regex_bombs_are_harmless_or_refused(regex: str, said: str):
    """Regexes take linear time, so the famous ones are harmless; what would take much memory is refused."""
    quoted = regex.replace("'", "''")
    manifest = PACK.replace("matchers:", f"matchers:\n  bomb: {{regex: '{quoted}'}}")
    if said:
        longer = "is longer than" if len(regex) > 2_000 else said
        assert longer in with_pack(manifest)
    else:
        assert read_pack(GOOD | {"demo/pack.yaml": manifest.encode()}).matchers[0].regexes == (regex,)


@pytest.mark.parametrize(
    "number", ["9" * 5_000, "1e999", "-1e400", "0x1", "1_0", "１０", "1e3", "0.0", "-1"], ids=lambda value: value[:20]
)
def test_numbers_that_are_none_are_refused(number: str):
    """Where a whole number is asked for, only one that looks like it is taken."""
    with_rules(RULE.replace("  tags:", f"  obligations: {{priority: {number}}}\n  tags:"))


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "2026", "now"]
)
def test_dates_that_are_none_are_refused(when: str):
    """Also those that would leave the calendar once put into UTC."""
    assert "cannot be effective from" in with_rules(
        RULE.replace("  tags:", f"  effective: {{from: '{when}'}}\n  tags:")
    )


# --- anything at all ---


def survives(data: dict[str, bytes]) -> None:
    """Reads or refuses in words."""
    try:
        read_pack(data)
    except RuleErrors as errors:
        str(errors).encode()


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(sorted(GOOD)))
def test_arbitrary_bytes(data: bytes, name: str):
    """Any bytes in place of any file end in a pack or in problems."""
    survives(GOOD | {name: data})


_BITS = [
    *(
        "'",
        '"',
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "{",
        "}",
        "[",
        "]",
        ",",
        " #",
        "|\n",
        "|2\n",
        ">-\n",
        "&a ",
        "*a",
        "!t ",
    ),
    *("? ", "%", "---\n", "...\n", "\\", "\\u0041", "\\ud800", "\\0", "~", "007", "1e9", "NO", "@", "`", "é", "\u2028"),
    *(
        "\U0001f600",
        "<<: ",
        "\t",
        "\0",
        "all",
        "when",
        "file",
        "- id: x\n",
        "2026-01-01",
        "null",
        "true",
        "\r\n",
        "\ufeff",
    ),
]


@settings(max_examples=250)
@given(st.data())
def test_arbitrary_changes_of_a_good_pack(data: st.DataObject):
    """A good pack with a few pieces put in, taken out or doubled is read or refused, never anything else."""
    name = data.draw(st.sampled_from(sorted(GOOD)))
    text = GOOD[name].decode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        text = text[:start] + data.draw(st.sampled_from([*_BITS, text[start:end] * 2, ""])) + text[end:]
    survives(GOOD | {name: text.encode()})


@settings(max_examples=200)
@given(st.data())
def test_arbitrary_changes_of_bytes_of_the_starter(data: st.DataObject):
    """Bytes of a real rule file turned over: as a disk or a network would do it."""
    damaged = bytearray((STARTER / "crime.rule.yaml").read_bytes()[:3_000])
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    survives(GOOD | {"demo/crime.rule.yaml": bytes(damaged)})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
_TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "when", "all", "any", "tests", "rollout", "effective", "from", "requires", "regex", "file"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(_TREE, st.sampled_from(sorted(GOOD)))
def test_arbitrary_trees(tree: object, name: str):
    """Well-formed YAML of any shape, with keys of the language in the wrong places."""
    survives(GOOD | {name: yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass")})


@settings(max_examples=100)
@given(
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(["name", "text", "effect", "rules", "now"]), _JSON).map(
        lambda entry: json.dumps(entry).encode()
    )
)
def test_arbitrary_golden_files(data: bytes):
    """Golden requests too are read or refused in words."""
    try:
        read_golden(data, "golden.jsonl")
    except RuleErrors as errors:
        str(errors).encode()


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_what_is_read_is_what_a_second_reader_reads(text: str):
    """A text in double quotes, escaped as JSON does, comes back as it was; or is refused for a character in it."""
    written = json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        read = read_yaml(written, "f").value
    except RuleErrors as errors:
        read = text if any(word in str(errors) for word in ("character", "line end", "UTF-8")) else None
    assert read == text
