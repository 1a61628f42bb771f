"""What can go wrong, each with the HTTP status it means and a sentence a person can act on.

The class says what kind of trouble it is (`code`, `title`); the instance says what exactly (`detail`), which
field, and the remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.errors import did_you_mean

__all__ = ["did_you_mean"]  # one way to guess at a misspelt word, for those who may not ask the rules library


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field of a request."""

    field: str  #: dotted path, as in `attributes.amount`
    message: str
    remedy: str = ""


class ServiceError(Exception):
    """The request could not be served."""

    status = 500
    code = "internal"

    def __init__(
        self,
        detail: str = "",
        *,
        remedy: str = "",
        problems: tuple[FieldProblem, ...] = (),
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.title()
        self.remedy = remedy
        self.problems = problems
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The docstring's first line is the title."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]


class BadRequest(ServiceError):
    """The request is not well-formed."""

    status, code = 400, "bad_request"


class InvalidRequest(ServiceError):
    """The request is well-formed but a field is not acceptable."""

    status, code = 422, "invalid_request"


class Unauthenticated(ServiceError):
    """No valid API key or session was given."""

    status, code = 401, "unauthenticated"


class Forbidden(ServiceError):
    """Your key does not carry the scope this needs."""

    status, code = 403, "forbidden"


class NotFound(ServiceError):
    """There is no such thing, or it is not yours to see."""

    status, code = 404, "not_found"


class Conflict(ServiceError):
    """The state of the thing has changed or does not admit this."""

    status, code = 409, "conflict"


class LeaseLost(Conflict):
    """You do not hold the lease of this case."""

    code = "lease_lost"


class BlindCheck(Conflict):
    """This decision is being checked blind, so reviewers do not see it yet."""

    code = "blind_check"


class RulesPinned(Conflict):
    """Somebody rolled these rules back, so the files are not taken over."""

    code = "rules_pinned"


class SamePerson(Conflict):
    """Somebody else than the one who proposed this has to approve it."""

    code = "same_person"


class ProposalStale(Conflict):
    """The rules in force have changed since this was proposed."""

    code = "proposal_stale"


class ProposalClosed(Conflict):
    """This proposal was decided already."""

    code = "proposal_closed"


class BulkChanged(Conflict):
    """Other cases fit now than the preview showed."""

    code = "bulk_changed"


class ReplayRunning(Conflict):
    """A replay is under way in this process."""

    code = "replay_running"


class LosesAutomation(Conflict):
    """A workflow would lose its certificate by this, and nobody said that it may."""

    code = "loses_automation"


class NotPromotable(Conflict):
    """Something is missing that a model has to bring before it may answer."""

    code = "not_promotable"


class Erased(ServiceError):
    """What this was about is erased, for good."""

    status, code = 410, "erased"


class LegalHold(Conflict):
    """A legal hold keeps this from being erased."""

    code = "legal_hold"


class KeyReused(ServiceError):
    """This Idempotency-Key was used with another request."""

    status, code = 422, "idempotency_key_reused"


class TooLarge(ServiceError):
    """The request is larger than this service accepts."""

    status, code = 413, "too_large"


class RulesBroken(ServiceError):
    """The rule files do not load; the rules in force stay in force."""

    status, code = 422, "rules_broken"


class TooManyTries(ServiceError):
    """Too many wrong guesses; wait before the next one."""

    status, code = 429, "too_many_tries"


class TooManyRequests(ServiceError):
    """You send more requests a minute than your key may."""

    status, code = 429, "rate_limited"


class Busy(ServiceError):
    """The service is at capacity."""

    status, code = 503, "busy"


class ReleaseOpening(ServiceError):
    """This worker is opening the release that answers now."""

    status, code = 503, "release_opening"


class LedgerUnavailable(ServiceError):
    """The decision could not be recorded, so it was not made."""

    status, code = 503, "ledger_unavailable"


class LedgerBroken(ServiceError):
    """The ledger is not what was signed of it before."""

    status, code = 500, "ledger_broken"


class KeysUnavailable(ServiceError):
    """The keys that texts are sealed under cannot be had."""

    status, code = 503, "keys_unavailable"


class CannotStart(ServiceError):
    """The service refuses to start."""

    code = "cannot_start"
