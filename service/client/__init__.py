"""Ask Signoff from Python: `Signoff` for ordinary code, `AsyncSignoff` for asyncio, with the same methods.

    with Signoff("http://127.0.0.1:8000", key) as signoff:
        decision = signoff.decide("I was charged twice", "retail-banking", {"channel": "app"}, wait=20)

Every call is written once, as steps (send this, pause so long) that the two clients take in their own way.
This folder needs httpx and pydantic only, so it can be taken along by itself.
"""

from .answers import (
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
from .case_answers import Case, CaseComment, CaseEvent, CasePage, CaseSummary, Claimed, DecidedCase, HandedOver
from .clients import AsyncSignoff, Signoff
from .document_answers import Document, DocumentDiff, DocumentPage, DocumentPreview, DocumentSummary, ImportReport
from .draft_calls import Drafts, LanguageModelDraft, ReplyFigures
from .errors import SignoffError, Unreachable
from .labelling_calls import ExampleView, LabelItem, Labelled, LabellingChosen, LabellingProgress, LabellingStarted
from .model_answers import Job, Model, ModelReleased, ModelSummary, Release, ShadowReport, SimulatedPromise, Simulation
from .people_calls import OpenSession, Person
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
from .webhook_answers import (
    Delivery,
    DeliveryPage,
    EventMessage,
    EventPage,
    EventType,
    NewWebhook,
    Webhook,
    WebhookTest,
)

__all__ = [
    "Alarm",
    "AsyncSignoff",
    "Attributes",
    "Case",
    "CaseComment",
    "CaseEvent",
    "CasePage",
    "CaseSummary",
    "Claimed",
    "DecidedCase",
    "Decision",
    "DecisionPage",
    "DecisionSummary",
    "Delivery",
    "DeliveryPage",
    "Disabled",
    "Document",
    "DocumentDiff",
    "DocumentPage",
    "DocumentPreview",
    "DocumentSummary",
    "Draft",
    "Drafts",
    "Enabled",
    "Event",
    "EventMessage",
    "EventPage",
    "EventType",
    "ExampleView",
    "Explained",
    "Halted",
    "HandedOver",
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
    "LanguageModelDraft",
    "Model",
    "ModelReleased",
    "ModelSummary",
    "NearestExample",
    "NewWebhook",
    "OpenSession",
    "Passage",
    "Person",
    "Proposal",
    "ProposalView",
    "Release",
    "Reloaded",
    "Replayed",
    "ReplyFigures",
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
    "Webhook",
    "WebhookTest",
    "WorkflowRules",
]
