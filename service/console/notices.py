"""Something to tell a person: what happened, why, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.words import phrase
from service.domain.case import WAITING, CaseState


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: what happened, why, what to do."""

    title: str
    text: str = ""
    remedy: str = ""
    tone: str = "plain"
    problems: tuple[tuple[str, str], ...] = ()  #: field in words, what is wrong with it
    claim: str = ""  #: id of a case that can be claimed again with what was written
    link: str = ""  #: where to read more
    link_text: str = ""


def lease_lost(case_id: str, extra: Mapping[str, Any], me: str, now: datetime) -> Notice:
    """The refusal of a write without the lease: who has the case now, and what to do. Nothing written is lost."""
    holder, until = extra.get("holder"), extra.get("until")
    kept = "What you wrote is still here."
    if holder:
        end = words.clock_time(datetime.fromisoformat(str(until)), now)
        if holder == me:
            return Notice(
                "You hold this case in another window",
                f"A newer claim of yours runs until {end}. Nothing was recorded from this page. {kept}",
                "Go on in the other window, or take the case over into this one.",
                "review",
                claim=case_id,
            )
        return Notice(
            f"{holder} holds this case now",
            f"Your lease ran out and {holder} has claimed it until {end}. Nothing was recorded from this page. {kept}",
            f"Leave it to {holder}, or speak to them before their lease ends.",
            "review",
        )
    if extra.get("state") in WAITING:
        return Notice(
            "Your lease has run out",
            f"The case is back in its queue and nobody has taken it. Nothing was recorded. {kept}",
            "Claim it again and decide.",
            "review",
            claim=case_id,
        )
    if until:
        end = words.clock_time(datetime.fromisoformat(str(until)), now)
        asked = extra.get("state") == CaseState.NEEDS_INFORMATION
        did = "asked them, and waits" if asked else "put it aside"
        return Notice(
            "This case waits for its requester" if asked else "This case is on hold",
            f"Somebody {did} until {end}. Nothing was recorded from this page. {kept}",
            "Take it off hold first if it cannot wait.",
            "review",
            link=f"/console/cases/{case_id}",
            link_text="See the case",
        )
    return Notice(
        f"This case is already {phrase(words.CASE_STATES, str(extra.get('state'))).short.lower()}",
        f"Somebody closed it before you. Nothing was recorded from this page. {kept}",
        "Open the case to see what was decided, by whom and why.",
        "review",
        link=f"/console/cases/{case_id}",
        link_text="See the case",
    )
