"""No change takes automation away by accident: without a certificate people decide.

Every release that begins to answer passes here on its way (`stage_release.activate`), whoever staged it and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.domain.types import Certificate, Workflow, strictest
from service.errors import LosesAutomation
from service.usecases.house import House
from service.usecases.shelf import OpenRelease

#: What says that it is meant, at the command line; the API has it beside what it asks for.
ACCEPTED = "--accept-none"

_REMEDY = (
    f"look at what changed; if people are to decide that, say {ACCEPTED} "
    "(`accept_no_automation` in the API, a tick in the console)"
)


def refuse_none(house: House, changes: Iterable[tuple[Mapping[str, Any], OpenRelease]], remedy: str = _REMEDY) -> None:
    """LosesAutomation where a release has no certificate, or none for some labels, and the one before it (its row)
    had."""
    ends = [lost for before, release in changes if (lost := ended(house, before, release))]
    if ends:
        raise LosesAutomation("with this, " + "; ".join(ends), remedy=remedy)


def ended(house: House, before: Mapping[str, Any], release: OpenRelease) -> str:
    """Which automation ends where `release` takes the place of the one of that row, in words; empty: none does.

    What the policy itself leaves to people ends by its own words. Where the certificate before does not count any more,
    as it was made under other settings, there is nothing to lose.
    """
    if not before["certificate"] or before["route"] != house.settings.route:
        return ""
    name, certificate = release.workflow.name, release.certificate
    if certificate is None:
        why = f": {release.refusal.why}" if release.refusal else ""
        return f"{name} would have no certificate and people would decide everything{why}"
    granted = Certificate.from_json(before["certificate"])
    if not certificate.bounds:
        return ""
    lost = tuple(_lost(granted, house.shelf.policy(before["id"]), certificate, release.workflow))
    if not lost:
        return ""
    why = "; ".join(dict.fromkeys(_why(certificate, label) for label in lost))
    return f"{name} would have no certificate for {', '.join(lost)} and people would decide these: {why}"


def _lost(granted: Certificate, old: Workflow, certificate: Certificate, new: Workflow) -> Iterator[str]:
    """Labels that may go alone before and after, and had a threshold, and have none."""
    for label in new.labels:
        before = old.label(label.id)
        alone = label.automatic and before is not None and before.automatic
        if alone and granted.threshold_for((label.id,)) is not None and certificate.threshold_for((label.id,)) is None:
            yield label.id


def _why(certificate: Certificate, label: str) -> str:
    bound = strictest(certificate.bounds, (label,))
    return bound.why if bound is not None else "no group of labels has it"
