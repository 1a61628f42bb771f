from __future__ import annotations

from pathlib import Path

import pytest

from rules.errors import RuleErrors
from rules.normalize import View
from rules.reading.reader import pack_files, read_pack
from rules.reading.text_file import MAX_BYTES
from tests.unit.rules.given import PACK, files, pack, rule

ANY = "all: [authenticated]"


def problems(*rules: str, **more: str) -> list[str]:
    with pytest.raises(RuleErrors) as caught:
        pack(*rules, **more)
    return [str(problem) for problem in caught.value.problems]


def test_a_pack_is_read_whole():
    """Lists, matchers and rules come out as written; NO is Norway."""
    read = pack(rule(ANY))
    assert (read.id, read.owner, read.title) == ("demo", "someone@example.org", "A demo")
    assert read.lists == {"embargoed": frozenset({"IR", "KP", "NO"})}
    assert read.matchers[0].phrases == ("buy rifles", "don't shoot")
    assert read.matchers[0].views == ("plain", "folded")
    assert read.matchers[1].regexes == (r"\b[A-Z]\d{8}\b",)
    assert [one.id for one in read.rules] == ["r-1"]


def test_pack_files_takes_what_belongs_and_leaves_the_rest(tmp_path: Path):
    """A folder's pack, rule and phrase files are taken under its name; notes, hidden files and folders are not."""
    folder = tmp_path / "demo"
    (folder / "old").mkdir(parents=True)
    for name in (
        "pack.yaml",
        "b.rule.yaml",
        "a.rule.yaml",
        "words.txt",
        "README.md",
        ".a.rule.yaml",
        "old/x.rule.yaml",
    ):
        (folder / name).write_text("x")
    assert list(pack_files(folder)) == ["demo/pack.yaml", "demo/a.rule.yaml", "demo/b.rule.yaml", "demo/words.txt"]


def test_pack_files_follows_links_as_kubernetes_makes_them(tmp_path: Path):
    """A folder of links into a dated folder reads like a folder of files."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "demo").mkdir()
    for name in ("pack.yaml", "a.rule.yaml"):
        (tmp_path / "..data" / name).write_text("x")
        (tmp_path / "demo" / name).symlink_to(f"../..data/{name}")
    assert list(pack_files(tmp_path / "demo")) == ["demo/pack.yaml", "demo/a.rule.yaml"]


def test_pack_files_never_reads_more_than_is_refused_anyway(tmp_path: Path):
    """A file of ten megabytes is cut just above the limit, and then refused for its size."""
    (tmp_path / "pack.yaml").write_text("# " + "x" * 10_000_000)
    data = pack_files(tmp_path)
    assert len(data[f"{tmp_path.name}/pack.yaml"]) == MAX_BYTES + 1
    with pytest.raises(RuleErrors, match="is larger than"):
        read_pack(data)


def test_folder_without_manifest(tmp_path: Path):
    """A folder that is no pack is not taken for one."""
    with pytest.raises(FileNotFoundError):
        pack_files(tmp_path)
    with pytest.raises(RuleErrors, match="the pack has no pack"):
        read_pack({"demo/a.rule.yaml": b"[]"})


def test_all_problems_of_all_files_at_once():
    """A manifest, a rule file and a phrase file that are all wrong are all named in one go."""
    manifest = PACK.replace("[buy rifles, don't shoot]", "{file: words.txt}").replace("owner:", "ownr:")
    found = problems(rule(ANY).replace("title:", "titel:"), pack=manifest, words="\n# nothing\n")
    assert {problem.split(":")[0] for problem in found} == {"demo/pack.yaml", "demo/all.rule.yaml", "demo/words.txt"}
    assert "demo/all.rule.yaml:2:3: a rule has no key `titel` (did you mean `title`?)" in found
    assert "demo/pack.yaml:2:18: pack has no key `ownr` (did you mean `owner`?)" in found


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("rules/v1", "rules/v9", "demo/pack.yaml:1:13: is of version `signoff/rules/v9`"),
        ("id: demo", "id: Demo_1", "demo/pack.yaml:2:12: `Demo_1` cannot be a pack's id"),
        ("embargoed:", "Embargoed:", "demo/pack.yaml:4:3: `Embargoed` is not a name"),
        ("IR, KP", "IR, IR", "demo/pack.yaml:4:19: the list `embargoed` has `IR` twice"),
        ("IR, KP", "12, KP", "demo/pack.yaml:4:15: an item of the list `embargoed` must be text"),
        ("view: clean", "view: clear", "`clear` is no view (views: raw, clean, plain, folded)"),
        ("view: clean", "views: clean", "has no key `views` (did you mean `view`?)"),
        (", view: clean", "", "demo/pack.yaml:7:22: the regex has the capital letter `A`"),
        (
            r"'\b[A-Z]\d{8}\b'",
            r'"\bpin\b"',
            "7:22: the regex has the control character U+0008 (put it in single quotes",
        ),
        (r"\d{8}\b", r"(\d{8}", "demo/pack.yaml:7:22: the regex is not an RE2 regex"),
        (r"{regex: '\b[A-Z]\d{8}\b', view: clean}", "{view: clean}", "has neither phrases nor a regex"),
        (", view: clean", ", view: clean, boundary: none", "boundary is for phrases only"),
        ("don't shoot", '"\\u200b"', "demo/pack.yaml:6:36: the phrase has no visible characters"),
        ("[buy rifles, don't shoot]", "{file: ../words.txt}", "there is no phrase file `../words.txt`"),
        ("[buy rifles, don't shoot]", "{file: absent.txt}", "there is no phrase file `absent.txt`"),
        ("[IR, KP, NO]", "{file: absent.txt}", "demo/pack.yaml:4:14: there is no list file `absent.txt`"),
        ("[IR, KP, NO]", "{fiel: a.txt}", "lists has no key `fiel` (did you mean `file`?)"),
        ("[IR, KP, NO]", '["I\u200bR"]', "demo/pack.yaml:4:17: has the invisible character U+200B"),
    ],
)
def test_manifest_problems(before: str, after: str, expected: str):
    """What is wrong in a manifest is named at its place."""
    assert before in PACK
    assert any(expected in problem for problem in problems(rule(ANY), pack=PACK.replace(before, after)))


def test_phrases_from_a_file():
    """A phrase file has one phrase a line; blank lines and comments do not count."""
    manifest = PACK.replace("[buy rifles, don't shoot]", "{file: words.txt}")
    read = pack(rule(ANY), pack=manifest, words="# weapons\n\nbuy rifles\n  guns for sale \n")
    assert read.matchers[0].phrases == ("buy rifles", "guns for sale")


def test_a_list_from_a_file():
    """A long list lies in a file of its own, one entry a line; blank lines and comments do not count."""
    manifest = PACK.replace("[IR, KP, NO]", "{file: embargoed.txt}")
    read = pack(rule(ANY), pack=manifest, embargoed="\ufeff# ISO 3166-1\r\nIR\r\n\r\n KP \r\nNO\r\nNO\r\n")
    assert read.lists == {"embargoed": frozenset({"IR", "KP", "NO"})}


@pytest.mark.parametrize(
    "content, expected",
    [
        ("# none yet\n", "demo/embargoed.txt:1:1: has no entries (write one a line)"),
        ("IR\nK\u200bP\n", "demo/embargoed.txt:2:2: has the invisible character U+200B"),
        ("IR\nKP\u2028NO\n", "demo/embargoed.txt:2:3: has the line end U+2028"),
        (
            "IR\n" + "x" * MAX_BYTES,
            "demo/embargoed.txt:1:1: is larger than 2,000,000 bytes (split it into several files)",
        ),
    ],
)
def test_a_list_file_that_would_not_say_what_it_shows(content: str, expected: str):
    """An entry that can never match lets through whom the list should stop, so the file is refused."""
    manifest = PACK.replace("[IR, KP, NO]", "{file: embargoed.txt}")
    assert any(expected in problem for problem in problems(rule(ANY), pack=manifest, embargoed=content))


@pytest.mark.parametrize("name", ["crime.rules.yaml", "crime.yml", "Pack.yaml"])
def test_a_file_with_nearly_the_right_name_is_refused(name: str):
    """Rules in a file that nobody reads would hold for nobody."""
    with pytest.raises(RuleErrors, match=f"demo/{name}:1:1: is no file of a pack"):
        read_pack(files(rule(ANY)) | {f"demo/{name}": b"- x"})


def test_views_are_the_normalisers():
    """The views a matcher may name are those the normaliser makes."""
    manifest = PACK.replace("view: clean", "view: [raw, clean, plain, folded]")
    assert pack(rule(ANY), pack=manifest).matchers[1].views == tuple(View)


def test_same_id_twice_in_a_pack():
    """An id names one rule."""
    found = problems(rule(ANY), rule(ANY))
    assert "the rule `r-1` exists already, at demo/all.rule.yaml:1" in found[0]


def test_a_pack_without_rules():
    """A pack with nothing to enforce is a mistake, not an empty law."""
    data = files(rule(ANY))
    del data["demo/all.rule.yaml"]
    with pytest.raises(RuleErrors, match="the pack has no rules"):
        read_pack(data)
