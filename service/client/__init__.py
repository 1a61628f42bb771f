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
    LabelExplanation,
    Lack,
    NearestExample,
    Passage,
    Review,
    ScoredLabel,
    Telling,
)
from .calls import Attributes
from .clients import AsyncSignoff, Signoff
from .document_answers import Document, DocumentDiff, DocumentPage, DocumentPreview, DocumentSummary, ImportReport
from .errors import SignoffError, Unreachable
from .labelling_calls import ExampleView, LabelItem, Labelled, LabellingChosen, LabellingProgress, LabellingStarted
from .model_answers import Job, Model, ModelReleased, ModelSummary, Release, ShadowReport, SimulatedPromise, Simulation
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
from .watch_calls import Watch, WatchResumed

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
    "ExampleView",
    "Explained",
    "Halted",
    "HistoryPage",
    "ImportReport",
    "Job",
    "LabelExplanation",
    "LabelItem",
    "Labelled",
    "LabellingChosen",
    "LabellingProgress",
    "LabellingStarted",
    "Lack",
    "Model",
    "ModelReleased",
    "ModelSummary",
    "NearestExample",
    "Passage",
    "Proposal",
    "ProposalView",
    "Release",
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
    "ShadowReport",
    "Signoff",
    "SignoffError",
    "SimulatedPromise",
    "Simulation",
    "Telling",
    "Unpinned",
    "Unreachable",
    "Watch",
    "WatchResumed",
    "WorkflowRules",
]
