"""Ask Signoff from Python: `Signoff` for ordinary code, `AsyncSignoff` for asyncio, with the same methods.

    with Signoff("http://127.0.0.1:8000", key) as signoff:
        decision = signoff.decide("I was charged twice", "retail-banking", {"channel": "app"}, wait=20)

Every call is written once, as steps (send this, pause so long) that the two clients take in their own way.
This folder needs httpx and pydantic only, so it can be taken along by itself.
"""

from .answers import (
    Case,
    CasePage,
    CaseSummary,
    Claimed,
    Decision,
    DecisionPage,
    DecisionSummary,
    Draft,
    Halted,
    Passage,
    Review,
    ScoredLabel,
)
from .calls import Attributes
from .clients import AsyncSignoff, Signoff
from .document_answers import Document, DocumentDiff, DocumentPage, DocumentPreview, DocumentSummary, ImportReport
from .errors import SignoffError, Unreachable
from .rule_answers import (
    Alarm,
    Disabled,
    Enabled,
    Event,
    Explained,
    HistoryPage,
    Proposal,
    ProposalView,
    Reloaded,
    Replayed,
    RolledBack,
    RuleError,
    RulePack,
    RulesDiff,
    RulesStatus,
    RuleStanding,
    Unpinned,
    WorkflowRules,
)

__all__ = [
    "Alarm",
    "AsyncSignoff",
    "Attributes",
    "Case",
    "CasePage",
    "CaseSummary",
    "Claimed",
    "Decision",
    "DecisionPage",
    "DecisionSummary",
    "Disabled",
    "Document",
    "DocumentDiff",
    "DocumentPage",
    "DocumentPreview",
    "DocumentSummary",
    "Draft",
    "Enabled",
    "Event",
    "Explained",
    "Halted",
    "HistoryPage",
    "ImportReport",
    "Passage",
    "Proposal",
    "ProposalView",
    "Reloaded",
    "Replayed",
    "Review",
    "RolledBack",
    "RuleError",
    "RulePack",
    "RuleStanding",
    "RulesDiff",
    "RulesStatus",
    "ScoredLabel",
    "Signoff",
    "SignoffError",
    "Unpinned",
    "Unreachable",
    "WorkflowRules",
]
