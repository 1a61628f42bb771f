"""What the pages of models show."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from service.api import examples_models
from service.console.model_list_views import KINDS, STATES, TUNES, job_rows, model_rows
from service.console.model_plots import curve_rows
from service.console.model_views import model_view, not_promoted
from service.console.render import page
from service.console.shadow_views import report_view
from service.console.simulator_views import alphas, simulator_view
from service.domain.access import ROLES, Principal
from service.errors import FieldProblem, NotPromotable
from tests.unit.service.console.test_render import EVIL, HOSTILE, _request

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = Principal("k", EVIL, ROLES["model-owner"])


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return EVIL


def model(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(examples_models.MODEL), **more}


def simulated(chosen: float = 0.05):
    return simulator_view(examples_models.SIMULATION, chosen)


def shown_model(found: dict[str, Any]) -> str:
    made = page(
        _request("/console/models", principal=OWNER),
        "model.html",
        model=model_view(found, NOW),
        simulator=simulated(),
        report=report_view(examples_models.SHADOW_REPORT),
        typed=_Blank(),
        tried="promote",
    )
    return bytes(made.body).decode()


def shown_list() -> str:
    made = page(
        _request("/console/models", principal=OWNER),
        "models.html",
        models=model_rows([model(id=EVIL, workflow=EVIL, created_by=EVIL, doubtful=True)], NOW),
        next=EVIL,
        jobs=job_rows([{**examples_models.JOB, "why": EVIL}, {**examples_models.JOB_CANCELLED, "by": EVIL}], NOW),
        workflows=[EVIL],
        workflow=EVIL,
        state="",
        states=STATES.values(),
        kinds=KINDS,
        tunes=TUNES,
        typed=_Blank(),
    )
    return bytes(made.body).decode()


def test_what_may_be_done_depends_on_the_state():
    """A candidate goes into shadow, what waits is decided on, what answers is taken back, what answered may again."""
    can = {
        state: (view.can_shadow, view.can_promote, view.can_reject, view.can_take_back)
        for state in STATES
        for view in [model_view(model(state=state), NOW)]
    }
    assert can == {
        "candidate": (True, True, True, False),
        "shadow": (False, True, True, False),
        "active": (False, False, False, True),
        "retired": (False, True, False, False),
        "rejected": (False, False, False, False),
    }


def test_the_certificate_is_marked_on_the_curve():
    """Where it stands, in words too; the limit is drawn across."""
    curve = model_view(model(), NOW).curve
    assert curve is not None
    assert [line.kind for line in curve.lines] == ["main", "limit"]
    assert "% decided automatically" in curve.marks[0].words
    refused = {"alpha": 0.05, "delta": 0.1, "cases": 312, "accepted": 10, "needed": 45, "why": "too few"}
    without = model_view(model(certificate=None, refusal=refused), NOW)
    assert without.curve is not None
    assert without.curve.marks == ()
    assert without.row.automation == "none"
    assert "too few" in without.row.promise


def test_a_model_without_figures_has_no_plots():
    """As one whose head was fitted by an older version."""
    view = model_view(model(reliability=None, curve=None), NOW)
    assert (view.reliability, view.curve, view.held, view.bins) == (None, None, "", ())


def test_the_simulator_names_the_policy_and_the_choice():
    """Each in its own row; a promise that cannot be kept says why."""
    rows = simulated(0.005).rows
    assert [(row.policy, row.chosen) for row in rows] == [(True, False), (False, True)]
    assert rows[1].threshold == "–"
    assert "review at least 204 more" in rows[1].why
    assert alphas(0.12, (0.05, 0.2)) == [0.05, 0.12, 0.2]


def test_the_report_says_what_would_change():
    """In figures beside each other and in sentences."""
    view = report_view(examples_models.SHADOW_REPORT)
    assert view.figures[0] == ("Decided automatically", "78%", "83%")
    assert view.share == 1.0
    assert view.errors[0].name == "channel: app"
    assert view.reviews[0].worse
    nothing = {**examples_models.SHADOW_REPORT, "decisions": 0, "slices": {"errors": [], "reviews": []}}
    assert report_view(nothing).notes == ()


def test_how_far_a_training_is():
    """As a share and in words; one that waits says nothing yet."""
    running, waiting = job_rows([examples_models.JOB, examples_models.JOB_WAITING], NOW)
    assert (running.share, running.far) == (0.5, "choosing settings: 3 of 6")
    assert (waiting.share, waiting.far, waiting.open) == (0.0, "", True)


@pytest.mark.parametrize("state", list(STATES))
def test_the_pages_escape_everything(state):
    """Whatever people typed is shown as text."""
    found = model(
        state=state,
        id=EVIL,
        workflow=EVIL,
        kind=EVIL,
        tune=EVIL,
        why=EVIL,
        decided_by=EVIL,
        card_missing=["owner", "licence"],
    )
    found["decided_at"] = "2026-11-21T10:00:00.000Z"
    found["card"] = {**found["card"], "owner": EVIL, "licence": EVIL, "limits": [EVIL], "doubts": EVIL, "sample": EVIL}
    for body in (shown_model(found), shown_list()):
        assert not HOSTILE.search(body)
        assert "style=" not in body


def test_what_a_model_lacks_is_told_in_the_words_of_its_page():
    """With the box to tick, not with the option of a command; once."""
    doubts = FieldProblem("despite_doubts", "9 of 100 look wrong", "promote it --despite-doubts")
    told = not_promoted(NotPromotable("9 of 100 look wrong", remedy=doubts.remedy, problems=(doubts,)))
    (shown,) = told.problems
    assert shown[0] == "Doubtful labels"
    assert shown[1].startswith("9 of 100 look wrong: ")
    assert "--" not in shown[1] + told.remedy


def test_the_curve_stands_beside_its_plot_in_figures():
    """The nearest point to each tenth that it reaches, each once."""
    points = [
        {"threshold": t, "coverage": c, "risk": r}
        for t, c, r in ((0.99, 0.0, 0.0), (0.9, 0.12, 0.0), (0.5, 0.31, 0.02))
    ]
    rows = curve_rows({"points": points})
    assert rows == (("0.9", "12%", "0 %"), ("0.5", "31%", "2 %"))
    assert curve_rows({"points": points[:1]}) == ()
