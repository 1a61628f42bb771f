"""Models are trained by schedule where the policy says so, and never promoted by it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from service.usecases.learning_chores import SCHEDULE, LearningChores, ask_what_is_due
from service.usecases.read_model import page
from service.usecases.reload_rules import reload
from service.usecases.run_jobs import run_here, view
from tests.house import moved_by
from tests.unit.service.usecases.edits import edit
from tests.unit.service.usecases.model_desk import OLGA, SHOP, ask, candidate, label


def scheduled(house, written):
    edit(house.home / "workflows" / SHOP / "workflow.yaml", "labels:", f"models: {{retrain: {written}}}\nlabels:")
    reload(house, "ann")


def test_without_a_schedule_nothing_is_due(shop):
    """However much was labelled."""
    label(shop, [(f"Mend my sofa, number {n}", "repair") for n in range(5)])
    assert ask_what_is_due(shop) == []


def test_enough_new_examples_are_a_reason(shop):
    """Once; the model that comes of it is a candidate."""
    scheduled(shop, "{examples: 3}")
    label(shop, [(f"Mend my sofa, number {n}", "repair") for n in range(2)])
    assert ask_what_is_due(shop) == []
    label(shop, [("Give the money for my sofa back", "refund")])
    (job,) = ask_what_is_due(shop)
    assert view(shop, job)["by"] == SCHEDULE
    assert ask_what_is_due(shop) == []
    model = run_here(shop, job)
    (made,) = [each for each in page(shop, workflow=SHOP)["items"] if each["id"] == model]
    assert made["state"] == "candidate"
    assert ask_what_is_due(shop) == []


def test_time_is_a_reason_when_anything_is_new(shop):
    """Not else: the same examples would make the same model."""
    scheduled(shop, "{days: 30}")
    later = moved_by(shop, timedelta(days=31))
    assert ask_what_is_due(later) == []
    label(later, [("Give the money for my sofa back", "refund")])
    assert ask_what_is_due(shop) == []
    assert len(ask_what_is_due(moved_by(shop, timedelta(days=62)))) == 1


def test_a_round_lets_candidates_in_shadow_keep_up(shop):
    """In one worker of all."""
    model = candidate(shop)
    from service.store import shadows
    from service.usecases.shadow import start

    start(shop, OLGA, model)
    ask(shop, 2)
    chores = LearningChores(dataclasses.replace(shop))
    for first, compared in ((False, 0), (True, 2)):
        chores.round(first_of_all=first)
        with shop.store.read() as connection:
            assert shadows.count(connection, model) == compared
    chores.stop()
