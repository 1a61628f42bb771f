"""Markdown with a head of YAML between `---` lines.

A head that names the document's `id` is one of ours and has to be right in every line. One without belongs to
another program, a site generator's say: what it shares with ours is taken, the rest is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from index.formats.decode import decode
from index.formats.model import CannotRead
from index.formats.plain_file import checked, title_of
from rules.errors import Problem, RuleErrors
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node, read_yaml
from service.usecases.document_file import (
    ID,
    ID_REMEDY,
    LAST_VERSION,
    DocumentFile,
    has_words,
    read_fields,
    shortened,
)


def _fields(shape: Shape, node: Node) -> Any:
    try:
        return read_fields(node.data())
    except (ValueError, TypeError, OverflowError) as error:
        shape.note(node, str(error), "write numbers, words or lists of words")
        return {}


_READ: Final[Mapping[str, Callable[[Shape, Node], Any]]] = {
    "id": lambda shape, node: shape.text(node, "a document id", 150, ID, ID_REMEDY),
    "title": lambda shape, node: shape.text(node, "a title"),
    "owner": lambda shape, node: shape.text(node, "an owner"),
    "status": lambda shape, node: shape.text(node, "a status"),
    "version": lambda shape, node: shape.integer(node, "version", 1, LAST_VERSION),
    "effective_from": lambda shape, node: shape.moment(node, "a date"),
    "effective_until": lambda shape, node: shape.moment(node, "a date"),
    "review_by": lambda shape, node: shape.day(node, "a date"),
    "audience": lambda shape, node: shape.texts(node, "audience"),
    "jurisdiction": lambda shape, node: shape.texts(node, "jurisdiction"),
    "citations": lambda shape, node: shape.texts(node, "citations"),
    "fields": _fields,
}


_OTHERS_TOO: Final = frozenset(["version", "status"])  #: words that other programs mean otherwise
_NEAR: Final = 0.8


def read_markdown(data: bytes, file: str, document_id: str = "", name: str = "") -> DocumentFile:
    """A Markdown file, with a head or without. RuleErrors name line and column.

    `document_id` and `name` are what a file is called that says neither; without them it has to say both.
    """
    try:
        text = checked(decode(data))
    except CannotRead as error:
        message, _, remedy = str(error).removeprefix(f"line {error.line} ").partition("; ")
        raise RuleErrors([Problem(file, max(error.line, 1), 1, message, remedy)]) from error
    head, separator, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not separator:
        head, body = "", text
    problems: list[Problem] = []
    values, notes = _head(head, file, problems)
    values.pop("status", None)
    named = "id" in values  # what is wrong with that id is told where it stands
    found_id = values.pop("id", document_id)
    title = values.pop("title", "") or title_of(body) or name
    if not named and not (found_id and title):
        problems.append(Problem(file, 1, 1, "has no front matter", "begin with `---`, `id:`, `title:`, `---`"))
    elif not problems and not (found_id and title):
        problems.append(Problem(file, 1, 1, "has no title", "write `title:` below `id:`"))
    if not has_words(body):
        problems.append(Problem(file, 1, 1, "has no text", "write the document below the front matter"))
    if problems:
        raise RuleErrors(problems)
    return DocumentFile(found_id, shortened(title), body.strip() + "\n", notes=notes, **values)


def _head(head: str, file: str, problems: list[Problem]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values that the head gives, and what was not kept of it."""
    if not head.strip():
        return {}, ()
    node = read_yaml(("\n" + head).encode(), file)
    shape = Shape(file, problems)
    ours = not isinstance(node.value, Mapping) or "id" in node.value
    if ours:
        shape.mapping(node, "front matter", tuple(_READ), ("id", "title"))
    values: dict[str, Any] = {}
    left: list[str] = []
    for key, entry in node.value.items() if isinstance(node.value, Mapping) else ():
        if key in _READ and (ours or key not in _OTHERS_TOO):
            if key == "id" or (entry.value is not None and entry.value != ()):
                values[key] = _READ[key](shape, entry)
        elif key not in _READ and not ours and (near := get_close_matches(key, _READ, n=1, cutoff=_NEAR)):
            # Who may see a document hangs on such a key, so it is not passed over as somebody else's.
            shape.note(node.keys[key], f"front matter has no key `{key}`", f"did you mean `{near[0]}`?")
        else:
            left.append(key)
    return values, (f"front matter not kept: {', '.join(left[:10])}",) if left and not ours else ()
