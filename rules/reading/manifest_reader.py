"""`pack.yaml`: who the pack is, what it expects of requests, its lists, matchers and exemptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from rules.errors import RuleErrors
from rules.matchers import matcher_fault
from rules.model import Matcher, Pack
from rules.normalize import View, normalize
from rules.reading import forms
from rules.reading.attributes import read_attributes
from rules.reading.exemption_reader import read_exemptions
from rules.reading.pack_folder import PACK_FILE, PHRASE_SUFFIX
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from rules.reading.text_file import Place, decode, unseen

API_VERSION: Final = "signoff/rules/v1"
REQUIRED: Final = ("apiVersion", "pack")
OPTIONAL: Final = ("attributes", "lists", "matchers", "exemptions")
IDENTITY: Final = ("id", "owner", "title")
MATCHER: Final = ("phrases", "regex", "view", "boundary")
BOUNDARIES: Final = ("word", "none")
#: What `\b` and the like become in double quotes; such a regex would look right and never hit.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DEFAULT_VIEWS: Final = (View.PLAIN.value, View.FOLDED.value)


def read_manifest(shape: Shape, node: Node, files: Mapping[str, bytes]) -> Pack:
    """The pack without its rules. `files` are all files of the pack; what is wrong is noted in `shape`."""
    return _Manifest(shape, files).read(node)


class _Manifest:
    def __init__(self, shape: Shape, files: Mapping[str, bytes]) -> None:
        self.shape = shape
        self.files = files
        self.folder = shape.file.removesuffix(PACK_FILE)

    def read(self, node: Node) -> Pack:
        shape = self.shape
        top = shape.mapping(node, "pack.yaml", REQUIRED + OPTIONAL, REQUIRED)
        version = shape.text(top.get("apiVersion"), "apiVersion")
        if version and version != API_VERSION:
            shape.note(top["apiVersion"], f"is of version `{version}`", f"this engine reads `{API_VERSION}`")
        pack = shape.mapping(top["pack"], "pack", IDENTITY, IDENTITY) if "pack" in top else {}
        lists = shape.names(top["lists"], "lists") if "lists" in top else {}
        matchers = shape.names(top["matchers"], "matchers") if "matchers" in top else {}
        name = shape.text(pack.get("id"), "a pack's id", *forms.PACK_ID)
        return Pack(
            id=name,
            owner=shape.text(pack.get("owner"), "owner", *forms.OWNER),
            title=shape.text(pack.get("title"), "title", *forms.TITLE),
            rules=(),
            lists={key: self._list(key, value) for key, value in lists.items()},
            matchers=tuple(self._matcher(key, value) for key, value in matchers.items()),
            attributes=read_attributes(shape, top.get("attributes")),
            exemptions=read_exemptions(shape, top.get("exemptions"), name),
        )

    def _list(self, name: str, node: Node) -> frozenset[str]:
        if isinstance(node.value, Mapping):
            return frozenset(self._lines(node, "list"))
        return frozenset(self.shape.texts(node, f"the list `{name}`"))

    def _matcher(self, name: str, node: Node) -> Matcher:
        shape = self.shape
        entries = shape.mapping(node, f"the matcher `{name}`", MATCHER)
        if "phrases" not in entries and "regex" not in entries:
            shape.note(node, f"the matcher `{name}` has neither phrases nor a regex", "add `phrases:` or `regex:`")
        views = shape.texts(entries.get("view"), "view") or DEFAULT_VIEWS
        for view in views:
            if view not in set(View):
                shape.note(entries["view"], f"`{view}` is no view", f"views: {', '.join(View)}")
        boundary = shape.text(entries.get("boundary"), "boundary") or "word"
        if boundary not in BOUNDARIES:
            shape.note(entries["boundary"], f"`{boundary}` is no boundary", "use word or none")
        if "boundary" in entries and "phrases" not in entries:
            shape.note(entries["boundary"], "boundary is for phrases only", r"in a regex write \b")
        phrases = self._phrases(name, entries["phrases"]) if "phrases" in entries else ()
        return Matcher(name, phrases, self._regexes(entries.get("regex"), views), views, boundary == "word")

    def _regexes(self, node: Node | None, views: tuple[str, ...]) -> tuple[str, ...]:
        regexes = self.shape.texts(node, "regex")
        for regex, item in zip(regexes, node.items if node else (), strict=False):
            if control := _CONTROL.search(regex):
                message = f"the regex has the control character U+{ord(control[0]):04X}"
                self.shape.note(item, message, r"put it in single quotes: in double quotes \b is a backspace")
            elif regex and (fault := matcher_fault(regex, views)):
                self.shape.note(item, f"the regex {fault[0]}", fault[1])
        return regexes

    def _phrases(self, name: str, node: Node) -> tuple[str, ...]:
        if isinstance(node.value, Mapping):
            return tuple(self._lines(node, "phrase", _check_phrase))
        phrases = self.shape.texts(node, f"phrases of `{name}`")
        for phrase, item in zip(phrases, node.items, strict=False):
            _check_phrase(self.shape, phrase, item.place)
        return phrases

    def _lines(
        self, node: Node, what: str, check: Callable[[Shape, str, Place], None] = lambda *_: None
    ) -> tuple[str, ...]:
        """The lines of the file that `{file: name.txt}` names; blank lines and `#` lines are left out."""
        shape = self.shape
        file = shape.text(shape.mapping(node, f"{what}s", ("file",), ("file",)).get("file"), "file", *forms.FILE)
        path = self.folder + file
        if file and ("/" in file or not file.endswith(PHRASE_SUFFIX) or path not in self.files):
            shape.note(node, f"there is no {what} file `{file}`", f"put a {PHRASE_SUFFIX} file beside pack.yaml")
        if path not in self.files:
            return ()
        there = Shape(path, shape.problems)
        try:
            text = decode(self.files[path], path, "split it into several files")
        except RuleErrors as errors:
            shape.problems += errors.problems
            return ()
        shape.problems += unseen(text, path)
        lines = {
            line.strip(): place for place, line in enumerate(text.split("\n"), 1) if line.strip() and line[0] != "#"
        }
        if not lines:
            there.note((1, 1), f"has no {what}s" if what == "phrase" else "has no entries", "write one a line")
        for line, place in lines.items():
            check(there, line, (place, 1))
        return tuple(lines)


def _check_phrase(shape: Shape, phrase: str, place: Place) -> None:
    if phrase.isascii() and phrase.isprintable():
        return
    text = normalize(phrase)
    if not (text.plain and text.folded):
        shape.note(place, "the phrase has no visible characters", "write letters or digits")
