"""Jobs: work of minutes that somebody asked for, done by a process of its own at low priority.

A request writes a job down. The steward of one worker takes it and starts a child, which opens the same instance, does
the work and says how far it is. A child that dies leaves a job that failed and says why; a worker that stops takes its
child along and puts the job back, so that another worker begins it anew. The command line may do its own job itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any

import structlog

from service.domain.answer import timestamp
from service.errors import Conflict, NotFound, ServiceError
from service.settings import Settings
from service.store import events, jobs, ledger
from service.store.engine import Connection, Row
from service.usecases import settle_doubts
from service.usecases.ask import find_pointer
from service.usecases.correct_decisions import Fault, How, correct
from service.usecases.house import House, open_house
from service.usecases.note import Note, check_why, note_of
from service.usecases.progress import Progress, silent
from service.usecases.replay_many import Which, replay_many
from service.usecases.resume_cases import rerun
from service.usecases.start_labelling import at_hand
from service.usecases.train_model import Wanted, train

TRAIN, DOUBTS, REPLAY, RESUME, CORRECT = "train", "doubts", "replay", "resume", "correct"

_NICE = 10
_TELL = 0.5  # seconds between two figures of one kind of work
_LOST = timedelta(minutes=30)  # without a sign of life: some work has nothing to tell for minutes
_LAST_WORDS = 2_000  # characters
_GIVEN_UP = "the process that ran it gave no sign of life any more"

log = structlog.get_logger(__name__)


class JobCancelled(ServiceError):
    """Somebody cancelled this job."""

    status, code = 409, "job_cancelled"


def ask(house: House, by: str, wanted: Wanted) -> dict[str, Any]:
    """Have a model trained in the background; the job. Conflict while another training of the workflow is under way."""
    with house.store.read() as connection:
        find_pointer(connection, wanted.workflow)
    told = {"kind": wanted.recipe.kind.value, "tune": wanted.tune}
    return _ask(house, by, TRAIN, wanted.workflow, wanted.to_json(), told)


def ask_doubts(house: House, by: str, workflow: str) -> dict[str, Any]:
    """Have the labels of a workflow looked through in the background, also before anything answers there; the job.
    NotFound without the workflow, Conflict while that is under way."""
    at_hand(house, workflow)
    return _ask(house, by, DOUBTS, workflow, {}, {"kind": DOUBTS})


def ask_replay(house: House, by: str, which: Which) -> dict[str, Any]:
    """Have decisions made again in the background; the job, whose `report` says what came of it.

    InvalidRequest for a workflow that there is not or a time that is none, Conflict while another replay of it is under
    way.
    """
    which.check()
    with house.store.read() as connection:
        find_pointer(connection, which.workflow)
    told = {"kind": REPLAY} | ({"release": which.release} if which.release else {})
    return _ask(house, by, REPLAY, which.workflow, which.as_dict(), told)


def ask_resume(house: House, by: str, workflow: str) -> dict[str, Any]:
    """Have made again what waits only because the service could not decide; the job. Conflict while that is under
    way."""
    return _ask(house, by, RESUME, workflow, {}, {"kind": RESUME})


def ask_correct(house: House, by: str, fault: Fault, *, why: str, how: How, dry_run: bool) -> dict[str, Any]:
    """Have decisions corrected in the background, or with `dry_run` find out what would come of it; the job.

    InvalidRequest for a fault that names nothing, Conflict while another correction of the workflow is under way.
    """
    fault.check()
    note = note_of(house, check_why(why))
    with house.store.read() as connection:
        find_pointer(connection, fault.workflow)
    told = {"kind": CORRECT, "how": how.value, "dry_run": dry_run, **note.told}
    told |= {name: value for name in ("rule", "document", "release") if (value := getattr(fault, name))}
    asked = {**fault.as_dict(), "note": note.id, "how": how.value, "dry_run": dry_run}
    return _ask(house, by, CORRECT, fault.workflow, asked, told, note)


def _ask(
    house: House,
    by: str,
    kind: str,
    workflow: str,
    asked: Mapping[str, Any],
    told: Mapping[str, Any],
    note: Note | None = None,
) -> dict[str, Any]:
    job, now = house.new_id("job"), house.clock()

    def work(connection: Connection) -> Row[Any]:
        jobs.give_up(connection, now - _LOST, now, _GIVEN_UP)
        other = jobs.under_way(connection, kind, workflow)
        if other is not None:
            raise Conflict(
                f"{other.id} is {_DOING[kind]} {workflow} already",
                remedy="wait until it has ended, or cancel it",
                extra={"job": other.id},
            )
        if note is not None:
            note.keep(connection, now)
        values = {"id": job, "kind": kind, "workflow": workflow, "asked": asked, "by": by, "created_at": now}
        jobs.add(connection, values)
        ledger.append(connection, "job.asked", job, now, {"workflow": workflow, "by": by, **told})
        return found(connection, job)

    return shown(house.store.commit(work))


def cancel(house: House, by: str, job: str) -> dict[str, Any]:
    """Stop a job that waits or runs; what it has made so far is gone. Conflict when it has ended."""
    now = house.clock()

    def work(connection: Connection) -> Row[Any]:
        row = found(connection, job)
        if not jobs.cancel(connection, job, now):
            raise Conflict(f"{job} is {row.state} already")
        ledger.append(connection, "job.cancelled", job, now, {"workflow": row.workflow, "by": by})
        return found(connection, job)

    return shown(house.store.commit(work))


def page(
    house: House, workflow: str | None = None, state: str | None = None, limit: int = 50, *, kind: str = TRAIN
) -> list[dict[str, Any]]:
    """Those of a kind, newest first."""
    with house.store.read() as connection:
        return [shown(row) for row in jobs.page(connection, kind, workflow=workflow, state=state, limit=limit)]


def last_doubts(house: House, workflow: str) -> dict[str, Any] | None:
    """The job that looked through the labels of this workflow last; None before any."""
    with house.store.read() as connection:
        row = jobs.latest(connection, DOUBTS, workflow)
    return None if row is None else shown(row)


def view(house: House, job: str) -> dict[str, Any]:
    with house.store.read() as connection:
        return {**shown(found(connection, job)), "report": jobs.report(connection, job)}


def run_here(house: House, job: str, progress: Progress = silent) -> str:
    """Take a job that waits and do it in this process; the model that came of it, or nothing. Raises what it raises."""
    if not house.store.commit(lambda connection: jobs.take(connection, job, house.worker, house.clock())):
        raise Conflict(f"{job} is not waiting any more", remedy="see signoff model jobs")
    return _run(house, job, progress)


class Jobs:
    """The jobs of one worker: at most one child at a time. `round` never waits."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._child: subprocess.Popen[str] | None = None
        self._job = ""
        self._said: IO[str] | None = None

    def round(self, *, first_of_all: bool) -> None:
        """See to the child, if there is one; else start one for the job that has waited longest."""
        if self._child is not None:
            self._look()
        elif first_of_all:
            self._begin()

    def stop(self) -> None:
        """End the child; its job waits for another worker."""
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        self._last_words()
        self._child = None
        self._house.store.commit(lambda connection: jobs.put_back(connection, self._job, self._house.worker))

    def _begin(self) -> None:
        house = self._house

        def work(connection: Connection) -> str | None:
            now = house.clock()
            jobs.give_up(connection, now - _LOST, now, _GIVEN_UP)
            job = jobs.first_waiting(connection)
            return job if job is not None and jobs.take(connection, job, house.worker, now) else None

        with house.store.read() as connection:
            if jobs.first_waiting(connection) is None:
                return
        job = house.store.commit(work)
        if job is None:
            return
        asked = {"settings": house.settings.model_dump(mode="json"), "job": job, "worker": house.worker}
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - read when the child has ended
        child = subprocess.Popen(
            [sys.executable, "-m", "service.usecases.run_jobs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert child.stdin is not None, "asked for above"
        child.stdin.write(json.dumps(asked))
        child.stdin.close()
        self._child, self._job = child, job
        log.info("job_begun", job=job)

    def _look(self) -> None:
        child = self._child
        assert child is not None, "looked at by whoever has one"
        code = child.poll()
        if code is None:
            with self._house.store.read() as connection:
                state = found(connection, self._job).state
            if state in (jobs.CANCELLED, jobs.FAILED):  # by somebody, or given up by another worker
                child.kill()
            return
        said = self._last_words()
        self._child = None
        if code != 0:
            why = f"the process that ran it ended with {code}" + (f": {said}" if said else "")
            house, job = self._house, self._job
            house.store.commit(
                lambda connection: jobs.end(connection, job, house.worker, jobs.FAILED, house.clock(), why=why)
            )
        log.info("job_ended", job=self._job, code=code)

    def _last_words(self) -> str:
        """The last line that the child said on its standard error."""
        said, self._said = self._said, None
        if said is None:
            return ""
        with said:
            said.seek(0)
            lines = said.read().strip()[-_LAST_WORDS:].splitlines()
        return lines[-1] if lines else ""


def _run(house: House, job: str, progress: Progress) -> str:
    """Do the job that is this worker's, and write down what came of it."""
    with house.store.read() as connection:
        row = found(connection, job)
    telling = _Telling(house, job, progress)
    try:
        made = _WORK[row.kind](house, row, telling)
    except JobCancelled:
        raise
    except BaseException as error:
        why = error.detail if isinstance(error, ServiceError) else type(error).__name__
        _end(house, job, jobs.FAILED, why=why)
        raise
    _end(house, job, jobs.DONE, made=made or None)
    return made


def _end(house: House, job: str, state: str, *, made: str | None = None, why: str | None = None) -> None:
    now = house.clock()

    def work(connection: Connection) -> None:
        if jobs.end(connection, job, house.worker, state, now, made=made, why=why):
            row = found(connection, job)
            told = {"job": job, "workflow": row.workflow, "state": state} | ({"model": made} if made else {})
            events.add(connection, house.new_id("evt"), "job.ended", job, told, now)

    house.store.commit(work)


class _Telling:
    """Writes down how far a job is, now and then, and notices that it was cancelled."""

    def __init__(self, house: House, job: str, progress: Progress) -> None:
        self._house = house
        self._job = job
        self._progress = progress
        self._last = ("", 0.0)

    def __call__(self, what: str, done: int, total: int) -> None:
        self._progress(what, done, total)
        now, (last, at) = time.monotonic(), self._last
        if what == last and now - at < (_TELL if done < total else 0.0):
            return
        self._last = (what, now)
        house, told = self._house, {"what": what, "done": done, "total": total}
        if not house.store.commit(
            lambda connection: jobs.tell(connection, self._job, house.worker, told, house.clock())
        ):
            raise JobCancelled(f"{self._job} was cancelled")


def _train(house: House, row: Row[Any], progress: Progress) -> str:
    return train(house, Wanted.from_json(row.workflow, row.asked), row.by, progress)


def _look_for_doubts(house: House, row: Row[Any], progress: Progress) -> str:
    settle_doubts.look(house, row.workflow, progress)
    return ""


def _replay(house: House, row: Row[Any], progress: Progress) -> str:
    return _report(house, row, replay_many(house, Which.from_dict(row.asked), progress=progress))


def _resume(house: House, row: Row[Any], progress: Progress) -> str:
    return _report(house, row, rerun(house, row.by, row.workflow, dry_run=False, progress=progress))


def _correct(house: House, row: Row[Any], progress: Progress) -> str:
    said = dict(row.asked)
    note, how, dry_run = said.pop("note"), How(said.pop("how")), said.pop("dry_run")
    fault = Fault.from_dict(said)
    return _report(house, row, correct(house, row.by, fault, note=note, how=how, dry_run=dry_run, progress=progress))


def _report(house: House, row: Row[Any], report: Mapping[str, Any]) -> str:
    """What it found out is kept; nothing else came of it."""
    house.store.commit(lambda connection: jobs.keep_report(connection, row.id, report))
    return ""


#: Kind -> the work, which gives the model that came of it, or nothing.
_WORK: Mapping[str, Callable[[House, Row[Any], Progress], str]] = {
    TRAIN: _train,
    DOUBTS: _look_for_doubts,
    REPLAY: _replay,
    RESUME: _resume,
    CORRECT: _correct,
}
_DOING = {
    TRAIN: "training a model of",
    DOUBTS: "looking through the labels of",
    REPLAY: "replaying decisions of",
    RESUME: "deciding again what waits in",
    CORRECT: "correcting decisions of",
}


def found(connection: Connection, job: str) -> Row[Any]:
    row = jobs.get(connection, job)
    if row is None:
        raise NotFound(f"there is no job {job}", remedy="see signoff model jobs")
    return row


def shown(row: Row[Any]) -> dict[str, Any]:
    """A job as the API shows it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "workflow": row.workflow,
        "state": row.state,
        "asked": row.asked,
        "progress": row.progress or None,
        "by": row.by,
        "created_at": timestamp(row.created_at),
        "ended_at": timestamp(row.ended_at) if row.ended_at else None,
        "model": row.made,
        "why": row.why,
        "report": None,
    }


def main() -> None:
    """What the child does."""
    os.nice(_NICE)
    asked = json.load(sys.stdin)
    settings = Settings(**asked["settings"]).model_copy(update={"decision_threads": 1})
    house = replace(open_house(settings), worker=asked["worker"])  # it acts for the worker that took the job
    try:
        _run(house, asked["job"], silent)
    except ServiceError as error:
        sys.stderr.write(f"{error.detail}\n")
        sys.exit(3)
    finally:
        house.close()


if __name__ == "__main__":
    main()
