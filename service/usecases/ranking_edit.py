"""Put weights into the text of a `workflow.yaml` and leave every other character, comments too, as its author wrote it.

Pure: bytes in, bytes out. What comes out is read back: it has to be the same policy with other weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import yaml

from index.signals.parts import parts_of
from rules.errors import RuleErrors
from service.domain.types import Workflow
from service.errors import BadRequest
from service.usecases.workflow_file import read_workflow

_NEW_LINE: Final = "\n"


def with_weights(data: bytes, weights: Mapping[str, float]) -> bytes:
    """The file with these weights.

    Raises RuleErrors when it does not load as it is; BadRequest when it declares other signals than the weights are of,
    or is written in a way that cannot be edited here.
    """
    policy = read_workflow(data)
    said = ", ".join(f"{name}: {weight:g}" for name, weight in weights.items())
    unknown = sorted(weights.keys() - parts_of(policy.ranking))
    if unknown:
        raise BadRequest(
            f"the workflow's file declares no signal {' or '.join(unknown)}, and the release that answers does",
            remedy="take the file over first: signoff rules reload; then learn again",
        )
    text = data.decode("utf-8")
    begin = "\ufeff" if text.startswith("\ufeff") else ""
    made = (begin + _edited(text.removeprefix(begin), weights)).encode("utf-8")
    ranking = replace(policy.ranking, weights={**policy.ranking.weights, **weights})
    if _read(made) != replace(policy, ranking=ranking):
        raise BadRequest(
            "the workflow's file is written in a way that cannot be edited here",
            remedy=f"write it yourself, under `ranking`: weights: {{{said}}}",
        )
    return made


def _read(data: bytes) -> Workflow | None:
    try:
        return read_workflow(data)
    except RuleErrors:
        return None


def _edited(text: str, weights: Mapping[str, float]) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    written = {name: f"{weight:g}" for name, weight in weights.items()}
    ranking = _below(root, "ranking")
    held = _below(ranking, "weights")
    flow = f"{{{', '.join(f'{name}: {weight}' for name, weight in written.items())}}}"
    if ranking is None or not ranking.value:
        without = text if ranking is None else _cut(text, root, "ranking")
        return f"{without.rstrip(_NEW_LINE)}\nranking:\n  weights: {flow}\n"
    if held is None:
        start = ranking.value[0][0].start_mark
        gap = ", " if ranking.flow_style else f"\n{' ' * start.column}"
        return f"{text[: start.index]}weights: {flow}{gap}{text[start.index :]}"
    if not held.value:
        return f"{text[: held.start_mark.index]}{flow}{text[held.end_mark.index :]}"
    return _replaced(text, held, written)


def _replaced(text: str, held: yaml.MappingNode, weights: Mapping[str, str]) -> str:
    """Number by number, so that comments between them stay; what is not there yet comes after the last one."""
    new = dict(weights)
    edits = [
        (value.start_mark.index, value.end_mark.index, new.pop(key.value))
        for key, value in held.value
        if key.value in new
    ]
    last_key, last = held.value[-1]
    gap = ", " if held.flow_style else f"\n{' ' * last_key.start_mark.column}"
    # In lines, after the comment on the last one if there is one.
    place = last.end_mark.index if held.flow_style else _line_end(text, last.end_mark.index)
    edits.append((place, place, "".join(f"{gap}{name}: {weight}" for name, weight in new.items())))
    for start, end, what in sorted(edits, reverse=True):
        text = text[:start] + what + text[end:]
    return text


def _line_end(text: str, place: int) -> int:
    found = text.find(_NEW_LINE, place)
    return len(text) if found < 0 else found


def _cut(text: str, root: yaml.Node | None, name: str) -> str:
    """The text without the lines of an entry that holds nothing."""
    assert isinstance(root, yaml.MappingNode)
    key, value = next(pair for pair in root.value if pair[0].value == name)
    return text[: key.start_mark.index] + text[_line_end(text, value.end_mark.index) + 1 :]


def _below(node: yaml.Node | None, name: str) -> yaml.MappingNode | None:
    """The mapping that is an entry of a mapping, if it has one of that name."""
    if not isinstance(node, yaml.MappingNode):
        return None
    found = next((value for key, value in node.value if key.value == name), None)
    return found if isinstance(found, yaml.MappingNode) else None
