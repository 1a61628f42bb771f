"""No change takes a workflow's whole automation away by accident: without a certificate people decide everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import LosesAutomation
from service.usecases.stage_release import Staged

#: What says that it is meant, with `signoff rules reload` and `signoff rules approve`; the API has it in its query.
ACCEPTED = "--accept-none"


def refuse_none(
    changes: Iterable[tuple[Mapping[str, Any], Staged]],
    remedy: str = f"look at what changed; if people are to decide everything, say {ACCEPTED} "
    "(`accept_no_automation` in the API, a tick in the console)",
) -> None:
    """LosesAutomation where a release has no certificate and the one before it (its row) had one."""
    lost = [
        f"{staged.release.workflow.name} would have no certificate and people would decide everything: {refusal.why}"
        for before, staged in changes
        if before["certificate"] and (refusal := staged.release.refusal) is not None
    ]
    if lost:
        raise LosesAutomation("with this, " + "; ".join(lost), remedy=remedy)
