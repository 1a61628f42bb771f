"""From the files of a pack to its frozen value, with every problem of every file reported at once.

A pack is `pack.yaml` (who it is, its lists and matchers), any number of `*.rule.yaml` (a list of rules each) and the
phrase files it refers to. The format is described in docs/rules.md. What needs the workflow's attributes or the whole
rule set (conditions, `requires`) is checked by `rules.compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from rules.attributes import read_attributes
from rules.errors import Problem, RuleErrors
from rules.matchers import matcher_fault
from rules.model import Matcher, Pack
from rules.normalize import View, normalize
from rules.rule_reader import RuleReader
from rules.shape import Shape
from rules.strict_yaml import MAX_BYTES, Node, read_yaml

__all__ = ["API_VERSION", "pack_files", "read_pack", "read_yaml"]

API_VERSION: Final = "signoff/rules/v1"
PACK_FILE: Final = "pack.yaml"
RULE_SUFFIX: Final = ".rule.yaml"
PHRASE_SUFFIX: Final = ".txt"
_KEYS: Final = ("apiVersion", "pack", "attributes", "lists", "matchers")
_DEFAULT_VIEWS: Final = (View.PLAIN.value, View.FOLDED.value)


def pack_files(directory: Path) -> dict[str, bytes]:
    """The files a pack is made of, by `<directory>/<file>`. Oversized ones are cut just above the size refused.

    Raises FileNotFoundError when the directory or its pack.yaml is not there.
    """
    names = [PACK_FILE, *(path.name for path in sorted(directory.iterdir()) if _belongs(path))]
    files = {}
    for name in names:
        with (directory / name).open("rb") as file:
            files[f"{directory.name}/{name}"] = file.read(MAX_BYTES + 1)
    return files


def _belongs(path: Path) -> bool:
    return path.is_file() and path.name.endswith((RULE_SUFFIX, PHRASE_SUFFIX)) and not path.name.startswith(".")


def read_pack(files: Mapping[str, bytes]) -> Pack:
    """Read one pack from its files' bytes, wherever they come from; the names are those shown in problems.

    Raises RuleErrors with every problem in every file.
    """
    problems: list[Problem] = []
    manifests = [name for name in files if name.rpartition("/")[2] == PACK_FILE]
    if len(manifests) != 1:
        place = next(iter(files), PACK_FILE)
        message = "the pack has no pack.yaml" if not manifests else f"the pack has {len(manifests)} files pack.yaml"
        raise RuleErrors([Problem(place, 1, 1, message, "a pack has exactly one pack.yaml")])
    pack = _read_manifest(manifests[0], files, problems)
    rules = RuleReader(pack.id, pack.owner, problems)
    for name in sorted(files):
        if name.endswith(RULE_SUFFIX):
            node = _read(files[name], name, problems)
            if node is not None:
                rules.read_file(name, node)
    if not rules.rules and not problems:
        problems.append(Problem(manifests[0], 1, 1, "the pack has no rules", "add a file ending in .rule.yaml"))
    if problems:
        raise RuleErrors(problems)
    return replace(pack, rules=tuple(rules.rules))


def _read(data: bytes, name: str, problems: list[Problem]) -> Node | None:
    try:
        return read_yaml(data, name)
    except RuleErrors as errors:
        problems += errors.problems
        return None


def _read_manifest(name: str, files: Mapping[str, bytes], problems: list[Problem]) -> Pack:
    node = _read(files[name], name, problems)
    if node is None:
        return Pack("", "", "", ())
    shape = Shape(name, problems)
    top = shape.mapping(node, "pack.yaml", _KEYS, ("apiVersion", "pack"))
    version = shape.text(top.get("apiVersion"), "apiVersion")
    if version and version != API_VERSION:
        shape.note(top["apiVersion"], f"is of version `{version}`", f"this engine reads `{API_VERSION}`")
    pack = shape.mapping(top["pack"], "pack", *[("id", "owner", "title")] * 2) if "pack" in top else {}
    lists = shape.names(top["lists"], "lists") if "lists" in top else {}
    matchers = shape.names(top["matchers"], "matchers") if "matchers" in top else {}
    return Pack(
        id=shape.text(pack.get("id"), "a pack's id", 64, r"[a-z0-9][a-z0-9-]*", "use a-z, 0-9 and hyphens"),
        owner=shape.text(pack.get("owner"), "owner", 200),
        title=shape.text(pack.get("title"), "title", 200),
        rules=(),
        lists={key: frozenset(shape.texts(value, f"the list `{key}`")) for key, value in lists.items()},
        matchers=tuple(_matcher(shape, key, value, name, files) for key, value in matchers.items()),
        attributes=read_attributes(shape, top.get("attributes")),
    )


def _matcher(shape: Shape, name: str, node: Node, manifest: str, files: Mapping[str, bytes]) -> Matcher:
    entries = shape.mapping(node, f"the matcher `{name}`", ("phrases", "regex", "view", "boundary"))
    if "phrases" not in entries and "regex" not in entries:
        shape.note(node, f"the matcher `{name}` has neither phrases nor a regex", "add `phrases:` or `regex:`")
    views = shape.texts(entries.get("view"), "view") or _DEFAULT_VIEWS
    for view in views:
        if view not in set(View):
            shape.note(entries["view"], f"`{view}` is no view", f"views: {', '.join(View)}")
    boundary = shape.text(entries.get("boundary"), "boundary") or "word"
    if boundary not in ("word", "none"):
        shape.note(entries["boundary"], f"`{boundary}` is no boundary", "use word or none")
    if "boundary" in entries and "phrases" not in entries:
        shape.note(entries["boundary"], "boundary is for phrases only", r"in a regex write \b")
    regexes = shape.texts(entries.get("regex"), "regex")
    for place, regex in enumerate(regexes):
        if regex and (fault := matcher_fault(regex, views)):
            value = entries["regex"].value
            shape.note(
                value[place] if isinstance(value, tuple) else entries["regex"], f"the regex {fault[0]}", fault[1]
            )
    phrases = _phrases(shape, name, entries["phrases"], manifest, files) if "phrases" in entries else ()
    return Matcher(name, phrases, regexes, views, boundary == "word")


def _phrases(shape: Shape, name: str, node: Node, manifest: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Phrases written out, or `{file: name.txt}` with one a line; blank lines and `#` lines are left out."""
    if not isinstance(node.value, Mapping):
        phrases = shape.texts(node, f"phrases of `{name}`")
        nodes = node.value if isinstance(node.value, tuple) else (node,)
        for phrase, place in zip(phrases, nodes, strict=False):
            _check_phrase(shape, phrase, place.place)
        return phrases
    file = shape.text(shape.mapping(node, "phrases", ("file",), ("file",)).get("file"), "file", 200)
    path = manifest[: -len(PACK_FILE)] + file
    if file and ("/" in file or not file.endswith(PHRASE_SUFFIX) or path not in files):
        shape.note(node, f"there is no phrase file `{file}`", f"put a {PHRASE_SUFFIX} file beside pack.yaml")
        return ()
    return _phrase_file(path, files.get(path, b""), shape.problems)


def _phrase_file(path: str, data: bytes, problems: list[Problem]) -> tuple[str, ...]:
    shape = Shape(path, problems)
    if len(data) > MAX_BYTES:
        shape.note((1, 1), f"is larger than {MAX_BYTES:,} bytes", "split it into several matchers")
        return ()
    try:
        lines = data.decode("utf-8").removeprefix("\ufeff").splitlines()
    except UnicodeDecodeError as error:
        shape.note((data[: error.start].count(b"\n") + 1, 1), "is not UTF-8", "save the file as UTF-8")
        return ()
    phrases = {line.strip(): place for place, line in enumerate(lines, 1) if line.strip() and line[0] != "#"}
    if not phrases:
        shape.note((1, 1), "has no phrases", "write one a line")
    for phrase, place in phrases.items():
        _check_phrase(shape, phrase, (place, 1))
    return tuple(phrases)


def _check_phrase(shape: Shape, phrase: str, place: tuple[int, int]) -> None:
    text = normalize(phrase)
    if phrase and not (text.plain and text.folded):
        shape.note(place, "the phrase has no visible characters", "write letters or digits")
