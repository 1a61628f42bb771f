"""What a past request meets today: the release that answers, today's documents, and the rules that are off."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.decide import Circumstances
from service.domain.types import DecidedBy, State
from service.store.pointers import Pointer
from service.usecases.ask import Asked, find_pointer
from service.usecases.house import House
from service.usecases.past_decision import Past, Setting, again
from service.usecases.recheck_documents import certificate_stands
from service.usecases.shelf import OpenRelease


@dataclass(frozen=True, slots=True)
class Today:
    """A workflow as it stands now."""

    pointer: Pointer
    release: OpenRelease

    @property
    def stopped(self) -> bool:
        """Nothing is automatic, whatever comes."""
        return self.pointer.halted or self.pointer.watched_by is not None


def today(house: House, workflow: str) -> Today:
    """InvalidRequest when there is no such workflow."""
    with house.store.read() as connection:
        pointer = find_pointer(connection, workflow)
    return Today(pointer, house.shelf.open(pointer.release))


def made_today(house: House, past: Past, here: Today, *, drawn: bool = False) -> Asked:
    """The request considered as it would be today, whether or not it is halted; the rules' clock is the request's own.

    InvalidRequest when its attributes do not fit today's policy.
    """
    now, pointer, release = house.clock(), here.pointer, here.release
    off = house.disables.off(pointer, now)
    stands = not off.doubtful and certificate_stands(house, pointer, release, now)
    setting = Setting(
        release,
        pointer.document_sequence,
        now,
        off.rules,
        release.certificate if stands else None,
        Circumstances(random_check=drawn),
        house.settings.route,
    )
    return again(house, past, setting)


def automatic(asked: Asked) -> bool:
    """Whether it is decided, and nobody has to look at it: neither before nor afterwards."""
    found = asked.considered.automatic
    return found.state is State.FINAL and not found.after_the_fact


def by_classifier(asked: Asked) -> bool:
    """Whether a halt would keep it from being decided."""
    return asked.considered.automatic.decided_by is DecidedBy.CLASSIFIER
