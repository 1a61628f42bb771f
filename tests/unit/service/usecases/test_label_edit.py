"""Labels put into a workflow's file: only they change, and the file stays its author's."""

from __future__ import annotations

import dataclasses

import pytest

from rules.errors import RuleErrors
from service.domain.types import Autonomy, Label, MovedLabel, Outcome, Workflow
from service.errors import BadRequest
from service.usecases.label_edit import with_labels
from service.usecases.workflow_file import read_workflow

HEAD = """# the policy
workflow: small
packs: [p]  # only this
collections: [c]
queue: {name: small}
"""
GROUPS = "guarantee:\n  groups:\n    - {name: costly, labels: [card, fees], alpha: 0.01}  # dear\n"
LABELS = """labels:
  # money back
  - id: refund
    title: Money back  # as people read it
    outcome: allow
  # of plastic
  - id: card
    definition: |
      Anything about
      cards.
    autonomy: people

  - id: fees  # the last one
"""
TAIL = "# the end\nretention_days: 400\n"
NEW = Label("loan", "Loans: all", Outcome.BLOCK, Autonomy.DRAFT, 'A loan, or "credit".', ("car, house",), ("#fees",))


def policy(data: bytes | str) -> Workflow:
    return read_workflow(data.encode() if isinstance(data, str) else data)


def label(text: str, name: str) -> Label:
    found = policy(text).label(name)
    assert found is not None
    return found


def test_a_new_label_stands_at_the_end_of_the_labels():
    """Whatever is written around it stays; colons, quotes and commas are kept."""
    made = with_labels((HEAD + LABELS + TAIL).encode(), {}, [NEW], []).decode()
    added = (
        '  - id: loan\n    title: "Loans: all"\n    definition: "A loan, or \\"credit\\"."\n'
        '    includes: ["car, house"]\n    excludes: ["#fees"]\n    outcome: block\n'
    )
    assert made == HEAD + LABELS + added + TAIL
    assert policy(made).labels[-1] == NEW


def test_a_label_is_renamed_in_its_place():
    """Comments inside it stay; groups follow; what became of it is kept."""
    text = HEAD + GROUPS + LABELS
    card = dataclasses.replace(label(text, "card"), id="plastic", title="plastic")
    made = with_labels(text.encode(), {"card": [card]}, [], [MovedLabel("card", ("plastic",))]).decode()
    assert made == (
        HEAD + GROUPS.replace("[card, fees]", "[plastic, fees]") + LABELS.replace("id: card", "id: plastic")
        + "moved:\n  - {was: card, now: [plastic]}\n"
    )  # fmt: skip


def test_a_title_is_changed_or_added_with_the_name():
    """In place of the old one, or after the id."""
    text = HEAD + LABELS
    back = dataclasses.replace(label(text, "refund"), id="back", title="Back")
    assert (
        "  - id: back\n    title: Back  # as people read it\n"
        in with_labels(text.encode(), {"refund": [back]}, [], []).decode()
    )
    cards = dataclasses.replace(label(text, "card"), id="cards", title="Cards: all")
    assert (
        '  - id: cards\n    title: "Cards: all"\n    definition: |'
        in with_labels(text.encode(), {"card": [cards]}, [], []).decode()
    )


def test_a_label_that_another_takes_in_goes():
    """With its lines and without its neighbours' comments; a list of moves grows at its end."""
    text = HEAD + LABELS + "moved:\n  - {was: x, now: [card]}  # long ago\n" + TAIL
    made = with_labels(text.encode(), {"fees": []}, [], [MovedLabel("fees", ("card",))]).decode()
    assert made == (
        HEAD + LABELS.removesuffix("  - id: fees  # the last one\n")
        + "moved:\n  - {was: x, now: [card]}  # long ago\n  - {was: fees, now: [card]}\n" + TAIL
    )  # fmt: skip


def test_a_split_label_gives_its_place_to_several():
    """The group it was in promises for all of them."""
    text = HEAD + GROUPS + LABELS
    parts = [Label(name, name, Outcome.REVIEW, Autonomy.DRAFT) for name in ("debit", "credit")]
    made = policy(with_labels(text.encode(), {"card": parts}, [], [MovedLabel("card", ("debit", "credit"))]))
    assert [each.id for each in made.labels] == ["refund", "debit", "credit", "fees"]
    assert made.guarantee.groups[0].labels == ("debit", "credit", "fees")
    assert made.moved == (MovedLabel("card", ("debit", "credit")),)


def test_a_merged_label_leaves_its_group():
    """The label that takes it in keeps its own promise; a group without labels is refused."""
    text = HEAD + GROUPS + LABELS
    made = policy(with_labels(text.encode(), {"fees": []}, [], [MovedLabel("fees", ("refund",))]))
    assert made.guarantee.groups[0].labels == ("card",)
    with pytest.raises(BadRequest, match="no label left"):
        with_labels(text.encode(), {"fees": [], "card": []}, [], [])


@pytest.mark.parametrize("odd", ["labels: [{id: refund}, {id: card}, {id: fees}]\n", "labels: [{id: refund}]\n"])
def test_what_cannot_be_edited_is_left_alone(odd):
    """The refusal says what to write."""
    with pytest.raises(BadRequest, match="cannot be edited here") as caught:
        with_labels((HEAD + odd).encode(), {}, [NEW], [MovedLabel("a", ("loan",))])
    assert "moved: {was: a, now: [loan]}" in caught.value.remedy


def test_a_file_that_does_not_load_is_refused():
    """With its own errors."""
    with pytest.raises(RuleErrors):
        with_labels(b"workflow: small\n", {}, [NEW], [])


@pytest.mark.parametrize("name", ["yes", "1e3", "a: b", "null", "[x]", "-", "Zoë's", "a #b", "tab\u2028x", "- a"])
def test_whatever_a_label_is_called_it_is_read_back(name):
    """Names that YAML takes for something else are quoted."""
    made = with_labels((HEAD + LABELS).encode(), {}, [Label(name, name, Outcome.REVIEW, Autonomy.DRAFT)], [])
    assert policy(made).labels[-1].id == name


def test_the_starters_file_takes_every_change():
    """The file as it is shipped, byte order mark and all."""
    from importlib.resources import files

    text = files("service").joinpath("workflows", "retail-banking", "workflow.yaml").read_text(encoding="utf-8")
    first = policy(text).labels[0]
    data = ("\ufeff" + text).encode()
    moved = [MovedLabel(first.id, ("twice",))]
    made = with_labels(data, {first.id: [dataclasses.replace(first, id="twice")]}, [NEW], moved)
    assert len(made) < len(data) + 400
    assert policy(made).labels[0].id == "twice"
    assert policy(made).labels[-1] == NEW
