"""What `workflow.yaml` says of learning: read strictly, with every error at its place."""

from __future__ import annotations

import pytest

from rules.errors import RuleErrors
from service.domain.types import Guarantee, LabelGroup, ModelPolicy, MovedLabel
from service.usecases.workflow_file import read_workflow

FULL = """\
workflow: small
packs: [p]
collections: [c]
queue: {name: small}
guarantee:
  alpha: 0.04
  groups:
    - {name: fraud, labels: [scam, stolen], alpha: 0.01}
    - {name: minor, labels: [hours], alpha: 0.1}
labels_per_request: several
moved:
  - {was: theft, now: stolen}
  - {was: times, now: openings}
  - {was: openings, now: [hours, branch]}
models:
  owner: claims team
  licence: own records
  limits: [not for minors]
  retrain: {examples: 200, days: 30}
  shadow_decisions: 80
labels:
  - {id: scam}
  - {id: stolen}
  - {id: hours}
  - {id: branch}
"""


def test_everything_is_read():
    """Groups with their promise, former labels in their order, how models are made."""
    workflow = read_workflow(FULL.encode())
    groups = (LabelGroup("fraud", ("scam", "stolen"), 0.01), LabelGroup("minor", ("hours",), 0.1))
    assert workflow.guarantee == Guarantee(0.04, 0.10, groups)
    assert workflow.several
    assert workflow.moved == (
        MovedLabel("theft", ("stolen",)),
        MovedLabel("times", ("openings",)),
        MovedLabel("openings", ("hours", "branch")),
    )
    assert workflow.models == ModelPolicy("claims team", "own records", ("not for minors",), 200, 30.0, 80)


def test_what_is_not_said_is_usual():
    """One promise for all, one label a request, no label moved, models trained when somebody asks."""
    lines = FULL.splitlines()
    kept = lines[:4] + lines[lines.index("labels:") :]
    workflow = read_workflow("\n".join(kept).encode())
    assert workflow.guarantee == Guarantee(0.05, 0.10)
    assert not workflow.several
    assert workflow.moved == ()
    assert workflow.models == ModelPolicy()


@pytest.mark.parametrize(
    "before, after, line, says",
    [
        ("labels: [scam, stolen]", "labels: [scan, stolen]", 8, "did you mean `scam`"),
        ("labels: [hours]", "labels: [hours, scam]", 9, "label `scam` is in group `fraud` already"),
        ("name: minor", "name: fraud", 9, "group `fraud` stands here twice"),
        ("name: minor", "name: Minor Ones", 9, "a group's name"),
        ("name: minor, ", "", 9, "lacks `name`"),
        (", alpha: 0.1}", "}", 9, "lacks `alpha`"),
        ("alpha: 0.1}", "alpha: 0.9}", 9, "use 0.0001 to 0.5"),
        ("labels_per_request: several", "labels_per_request: many", 10, "is no number of labels"),
        ("{was: theft, now: stolen}", "{was: theft, now: burglary}", 12, "`burglary` is no label"),
        ("{was: theft, now: stolen}", "{was: theft, now: times}", 12, ""),
        ("{was: times, now: openings}", "{was: scam, now: openings}", 13, "`scam` is a label still"),
        ("{was: times, now: openings}", "{was: openings, now: hours}", 13, "`openings` is moved twice"),
        ("now: [hours, branch]", "now: []", 14, "is empty"),
        ("{was: theft, now: stolen}", "{now: stolen}", 12, "lacks `was`"),
        ("examples: 200", "examples: -1", 19, "use 0 to"),
        ("shadow_decisions: 80", "shadow_decisions: many", 20, "must be a whole number"),
        ("owner: claims team", "owners: claims team", 16, "did you mean `owner`"),
    ],
)
def test_mistakes_are_named_with_their_place(before, after, line, says):
    """File, line, reason, remedy; a label may be called what a later entry moves on."""
    assert before in FULL
    changed = FULL.replace(before, after).encode()
    if not says:
        assert read_workflow(changed).moved[0].now == ("times",)
        return
    with pytest.raises(RuleErrors) as error:
        read_workflow(changed)
    assert any(problem.line == line and says in str(problem) for problem in error.value.problems), str(error.value)
