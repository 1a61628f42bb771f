"""Jobs: asked for, done by a process of its own with progress, ended by whatever happens."""

from __future__ import annotations

import time

import pytest

from service.errors import Conflict, InvalidRequest, NotFound, ServiceError
from service.learn.recipes import Kind, Recipe
from service.store import jobs
from service.usecases import run_jobs
from service.usecases.read_model import view as model_view
from service.usecases.run_jobs import JobCancelled, Jobs, ask, cancel, page, run_here, view
from service.usecases.train_model import Wanted
from tests.unit.service.usecases.model_desk import SAID, SHOP, VECTOR

WANTED = Wanted(SHOP, VECTOR, said=SAID)


def until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.1)


def test_one_training_of_a_workflow_at_a_time(shop):
    """Two would learn the same."""
    job = ask(shop, "Olga", WANTED)
    assert (job["state"], job["progress"]) == ("waiting", None)
    with pytest.raises(Conflict, match=job["id"]):
        ask(shop, "Pete", WANTED)
    with pytest.raises(InvalidRequest):
        ask(shop, "Olga", Wanted("nowhere"))
    assert [each["id"] for each in page(shop)] == [job["id"]]


def test_whoever_waits_may_do_it_here(shop):
    """As the command line does; how far it is stands in the database meanwhile."""
    job = ask(shop, "Olga", WANTED)["id"]
    seen = []
    model = run_here(shop, job, lambda what, done, total: seen.append(view(shop, job)["progress"]))
    found = view(shop, job)
    assert (found["state"], found["model"], found["why"]) == ("done", model, None)
    assert any(told and told["what"] == "certifying" for told in seen)
    with pytest.raises(Conflict, match="not waiting"):
        run_here(shop, job)


def test_a_worker_does_it_in_a_process_of_its_own(shop):
    """And a model comes of it, by whoever asked."""
    job = ask(shop, "Olga", WANTED)["id"]
    worker = Jobs(shop)
    worker.round(first_of_all=False)
    assert view(shop, job)["state"] == "waiting"
    worker.round(first_of_all=True)
    assert view(shop, job)["state"] == "running"

    def ended():
        worker.round(first_of_all=True)
        return worker._child is None

    until(ended)
    found = view(shop, job)
    assert found["state"] == "done", found["why"]
    assert model_view(shop, found["model"])["created_by"] == "Olga"


def test_a_process_that_dies_fails_the_job(shop):
    """Nothing waits for it for ever."""
    job = ask(shop, "Olga", WANTED)["id"]
    worker = Jobs(shop)
    worker.round(first_of_all=True)
    assert worker._child is not None
    worker._child.kill()

    def ended():
        worker.round(first_of_all=False)
        return worker._child is None

    until(ended)
    assert view(shop, job)["state"] == "failed"
    assert "ended with -9" in view(shop, job)["why"]


def test_a_worker_that_goes_puts_its_job_back(shop):
    """Another one begins it anew."""
    job = ask(shop, "Olga", WANTED)["id"]
    worker = Jobs(shop)
    worker.round(first_of_all=True)
    worker.stop()
    assert view(shop, job)["state"] == "waiting"
    Jobs(shop).stop()  # one without a job has nothing to put back


def test_a_cancelled_job_comes_to_its_end(shop):
    """At the next sign of life; nothing comes of it."""
    job = ask(shop, "Olga", WANTED)["id"]

    def stop_it(what, done, total):
        if view(shop, job)["state"] == "running":
            cancel(shop, "Pete", job)

    with pytest.raises(JobCancelled):
        run_here(shop, job, stop_it)
    assert (view(shop, job)["state"], view(shop, job)["model"]) == ("cancelled", None)
    with pytest.raises(Conflict, match="cancelled already"):
        cancel(shop, "Pete", job)
    assert ask(shop, "Olga", WANTED)["state"] == "waiting"


def test_what_cannot_be_learned_fails_with_its_reason(shop):
    """In words, for whoever asked."""
    job = ask(shop, "Olga", Wanted(SHOP, Recipe(Kind.VECTOR, votes=True), "no-such-way"))["id"]
    with pytest.raises(ServiceError):
        run_here(shop, job)
    assert view(shop, job)["state"] == "failed"
    assert "no-such-way" in view(shop, job)["why"]


def test_a_job_that_nobody_saw_for_long_is_given_up(shop, monkeypatch):
    """So that the workflow can be trained again."""
    job = ask(shop, "Olga", WANTED)["id"]
    shop.store.commit(lambda connection: jobs.take(connection, job, "wrk_gone", shop.clock()))
    monkeypatch.setattr(run_jobs, "_LOST", -run_jobs._LOST)
    assert ask(shop, "Olga", WANTED)["state"] == "waiting"
    assert view(shop, job)["state"] == "failed"


def test_an_unknown_job_is_not_found(shop):
    """As everywhere."""
    with pytest.raises(NotFound):
        view(shop, "job_nothing")
