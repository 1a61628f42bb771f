"""Put labels into the text of a `workflow.yaml`, and leave every other character, comments too, as its author wrote it.

Pure: bytes in, bytes out. What comes out is read back: it has to be the same policy with other labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import yaml

from rules.errors import RuleErrors
from service.domain.types import Autonomy, Label, LabelGroup, MovedLabel, Outcome, Workflow
from service.errors import BadRequest
from service.usecases.workflow_file import read_workflow

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?: [A-Za-z0-9_(),./'-]+)*")
#: What YAML readers of one version or another take for something else than text.
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_BOM: Final = "\ufeff"

#: What becomes of each label that there was: itself, another one, several, or none.
Becomes = Mapping[str, Sequence[Label]]


def with_labels(data: bytes, becomes: Becomes, added: Sequence[Label], moved: Sequence[MovedLabel]) -> bytes:
    """The file with other labels: each that `becomes` names is replaced in its place, `added` stand at the end.

    `moved` is kept for examples of before. Groups of the guarantee follow. Raises RuleErrors when the file does not
    load as it is; BadRequest when it is written in a way that cannot be edited here, or a group would have no label.
    """
    policy = read_workflow(data)
    wanted = _wanted(policy, becomes, added, moved)
    text = data.decode("utf-8")
    begin = _BOM if text.startswith(_BOM) else ""
    try:
        made = (begin + _edited(text.removeprefix(begin), policy, wanted, becomes, added, moved)).encode()
        fits = read_workflow(made) == wanted
    except (_Foreign, RuleErrors):
        fits, made = False, b""
    if not fits:
        said = "; ".join(f"moved: {{was: {each.was}, now: [{', '.join(each.now)}]}}" for each in moved)
        raise BadRequest(
            "the workflow's file is written in a way that cannot be edited here",
            remedy=f"edit its labels yourself{f', and add under {said}' if said else ''}",
        )
    return made


class _Foreign(Exception):
    """The file's text is laid out in another way than this module edits."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A stretch of the text and what stands there instead."""

    start: int
    end: int
    text: str


def _wanted(policy: Workflow, becomes: Becomes, added: Sequence[Label], moved: Sequence[MovedLabel]) -> Workflow:
    labels = [new for label in policy.labels for new in becomes.get(label.id, (label,))] + list(added)
    groups = tuple(_followed(group, policy, becomes) for group in policy.guarantee.groups)
    guarantee = replace(policy.guarantee, groups=groups)
    return replace(policy, labels=tuple(labels), guarantee=guarantee, moved=(*policy.moved, *moved))


def _followed(group: LabelGroup, policy: Workflow, becomes: Becomes) -> LabelGroup:
    """The group with what its labels became; a label that another one took in stays where that one is."""
    kept = {label.id for label in policy.labels if label.id not in becomes}
    names: dict[str, None] = {}
    for name in group.labels:
        new = [each.id for each in becomes[name]] if name in becomes else [name]
        names.update(dict.fromkeys(each for each in new if each in group.labels or each not in kept))
    if not names:
        raise BadRequest(
            f"the group {group.name} of the guarantee would have no label left", remedy="take the group out first"
        )
    return replace(group, labels=tuple(names))


def _edited(
    text: str,
    policy: Workflow,
    wanted: Workflow,
    becomes: Becomes,
    added: Sequence[Label],
    moved: Sequence[MovedLabel],
) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = [
        *_label_edits(text, root, policy, becomes, added),
        *_group_edits(text, root, policy, wanted),
        *_moved_edits(text, root, moved),
    ]
    made, done = [], 0
    for edit in sorted(edits, key=lambda each: each.start):
        made += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*made, text[done:]])


def _label_edits(
    text: str, root: yaml.Node | None, policy: Workflow, becomes: Becomes, added: Sequence[Label]
) -> Iterator[_Edit]:
    listed = _entry(root, "labels")
    if not isinstance(listed, yaml.SequenceNode) or listed.flow_style or not listed.value:
        raise _Foreign
    dash = _dash(text, listed.value[0])
    for item in listed.value:
        name = _entry(item, "id")
        if not isinstance(name, yaml.ScalarNode):
            raise _Foreign
        if name.value not in becomes:
            continue
        new, old = becomes[name.value], policy.label(name.value)
        if len(new) == 1 and old is not None and replace(new[0], id=old.id, title=old.title) == old:
            yield from _renamed(text, item, name, old, new[0])
        else:
            start, end = _line_start(text, _dash_place(text, item)), _next_line(text, _end(item))
            yield _Edit(start, end, "".join(_lines(label, dash) for label in new))
    if added:
        place = _next_line(text, _end(listed.value[-1]))
        gap = "" if text[:place].endswith("\n") else "\n"
        yield _Edit(place, place, gap + "".join(_lines(label, dash) for label in added))


def _renamed(text: str, item: yaml.Node, name: yaml.ScalarNode, old: Label, new: Label) -> Iterator[_Edit]:
    """Only the id, and the title where it changes, so that comments inside the label stay."""
    title = _entry(item, "title")
    yield _Edit(name.start_mark.index, name.end_mark.index, _scalar(new.id))
    if new.title == old.title and (title is not None or old.title == new.id):
        return
    if isinstance(title, yaml.ScalarNode):
        yield _Edit(title.start_mark.index, title.end_mark.index, _scalar(new.title))
    elif new.title != new.id:
        place = _next_line(text, name.end_mark.index)
        yield _Edit(place, place, f"{' ' * item.start_mark.column}title: {_scalar(new.title)}\n")


def _group_edits(text: str, root: yaml.Node | None, policy: Workflow, wanted: Workflow) -> Iterator[_Edit]:
    listed = _entry(_entry(root, "guarantee"), "groups")
    pairs = list(zip(policy.guarantee.groups, wanted.guarantee.groups, strict=True))
    if not any(before != after for before, after in pairs):
        return
    if not isinstance(listed, yaml.SequenceNode) or len(listed.value) != len(pairs):
        raise _Foreign
    for item, (before, after) in zip(listed.value, pairs, strict=True):
        names = _entry(item, "labels")
        if before == after:
            continue
        if not isinstance(names, yaml.SequenceNode):
            raise _Foreign
        yield _Edit(names.start_mark.index, _end(names), f"[{', '.join(map(_in_flow, after.labels))}]")


def _moved_edits(text: str, root: yaml.Node | None, moved: Sequence[MovedLabel]) -> Iterator[_Edit]:
    if not moved:
        return
    said = [f"{{was: {_in_flow(each.was)}, now: [{', '.join(map(_in_flow, each.now))}]}}" for each in moved]
    listed = _entry(root, "moved")
    if listed is None:
        gap = "" if text.endswith("\n") else "\n"
        yield _Edit(len(text), len(text), gap + "moved:\n" + "".join(f"  - {each}\n" for each in said))
    elif not isinstance(listed, yaml.SequenceNode):
        raise _Foreign
    elif listed.flow_style:
        place = listed.end_mark.index - 1
        yield _Edit(place, place, (", " if listed.value else "") + ", ".join(said))
    else:
        place, dash = _next_line(text, _end(listed.value[-1])), _dash(text, listed.value[0])
        gap = "" if text[:place].endswith("\n") else "\n"
        yield _Edit(place, place, gap + "".join(f"{' ' * dash}- {each}\n" for each in said))


def _lines(label: Label, dash: int) -> str:
    """A label as it is written, at this column; what is as a reader assumes is left out."""
    fields: list[tuple[str, str]] = [("id", _scalar(label.id))]
    fields += [("title", _scalar(label.title))] if label.title != label.id else []
    fields += [("definition", _scalar(label.definition))] if label.definition else []
    fields += [(name, _listed(getattr(label, name))) for name in ("includes", "excludes") if getattr(label, name)]
    fields += [("outcome", label.outcome.value)] if label.outcome is not Outcome.REVIEW else []
    fields += [("autonomy", label.autonomy.value)] if label.autonomy is not Autonomy.DRAFT else []
    fields += [("documents", _listed(label.documents))] if label.documents else []
    fields += [("public_reason", _scalar(label.public_reason))] if label.public_reason else []
    first, *rest = (f"{name}: {value}\n" for name, value in fields)
    return f"{' ' * dash}- {first}" + "".join(f"{' ' * (dash + 2)}{line}" for line in rest)


def _listed(items: Sequence[str]) -> str:
    return f"[{', '.join(map(_in_flow, items))}]"


def _in_flow(text: str) -> str:
    """Within brackets a comma or a bracket would end the text."""
    return _quoted(text) if set(text) & set(",[]{}") else _scalar(text)


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain and ", " not in text else _quoted(text)


def _quoted(text: str) -> str:
    """As JSON writes it, which every YAML reader reads as the same."""
    escape: Callable[[re.Match[str]], str] = lambda found: f"\\u{ord(found[0]):04x}"  # noqa: E731
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", escape, json.dumps(text, ensure_ascii=False))


def _entry(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _end(node: yaml.Node) -> int:
    """Where what it holds ends: the mark of a block stands further down, behind comments that are not its own."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return max(_end(part) for pair in node.value for part in pair)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(map(_end, node.value))
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(node.end_mark.index) - 1  # it ends at the beginning of the line after it
    return int(node.end_mark.index)


def _dash_place(text: str, item: yaml.Node) -> int:
    place = text.rfind("-", 0, item.start_mark.index)
    if place < 0 or text[place + 1 : item.start_mark.index].strip():
        raise _Foreign
    return place


def _dash(text: str, item: yaml.Node) -> int:
    """The column of the dash before an item of a block."""
    place = _dash_place(text, item)
    return place - _line_start(text, place)


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _next_line(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1
