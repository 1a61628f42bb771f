"""Work in the background that somebody at a terminal waits for: done here, unless a running service was quicker."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.errors import Conflict

if TYPE_CHECKING:
    from service.usecases.house import House
    from service.usecases.progress import Progress

_LOOK = 0.5  # seconds


def finished(house: House, job: str, progress: Progress) -> Mapping[str, Any]:
    """What the job found out. Conflict when it failed or was cancelled elsewhere; raises what it raises here."""
    from service.usecases import run_jobs

    try:
        run_jobs.run_here(house, job, progress)
    except Conflict:
        found = run_jobs.view(house, job)
        if found["state"] not in ("running", "waiting", "done"):
            raise
    while (found := run_jobs.view(house, job))["state"] in ("running", "waiting"):
        if found["progress"]:
            progress(found["progress"]["what"], found["progress"]["done"], found["progress"]["total"])
        time.sleep(_LOOK)
    if found["state"] != "done":
        raise Conflict(f"{job} was {found['state']}: {found['why'] or 'by somebody'}")
    report: Mapping[str, Any] = found["report"]
    return report
