"""What the reviewer's pages show: queues, the list of one queue, and a case. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.attached_views import AttachedView, attached_views
from service.console.case_story import Said, Told, assigned, hold_words, told
from service.console.draft_views import DraftView, draft_view
from service.console.findings import EvidenceView, RulesView, evidence_views, rules_view
from service.console.known_views import KnownOfCase, known_of_case
from service.console.marks import Marked, Piece, cut
from service.console.question_views import QuestionView, answer_texts, question_views, waiting_words
from service.console.words import Phrase, phrase
from service.domain.case import OPEN, CaseState

#: Number keys that choose a label.
KEYS = 9

#: What a form sends for "none of these labels"; a label's id cannot hold a space.
NO_LABEL = "no label"


_WITH_LEASE = frozenset({"skip", "hold", "escalate", "ask"})
_WITHOUT_LEASE = frozenset({"assign", "reopen", "cancel"})  # by whoever leads the queue, if not by its holder

#: Numbers the sentences of a text that head it; rules are numbered from one.
GIST = 0

#: What stands for a character that the rules oblige to redact.
BLOT = "\u2022"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue at a glance."""

    name: str
    open: int
    claimed: int
    overdue: int
    asked: int  #: waiting for their requesters
    oldest: str  #: age of the oldest open case in words
    oldest_at: str | None


def queue_views(queues: Iterable[Mapping[str, Any]], known: Iterable[str], now: datetime) -> tuple[QueueView, ...]:
    """A row for every queue with open cases and for every queue `known` by name, by name."""
    found = {queue["queue"]: queue for queue in queues}
    empty = {"open": 0, "claimed": 0, "overdue": 0, "asked": 0, "oldest_at": None}
    return tuple(_queue(name, found.get(name, empty), now) for name in sorted({*found, *known}))


def _queue(name: str, queue: Mapping[str, Any], now: datetime) -> QueueView:
    return QueueView(
        name=name,
        open=queue["open"],
        claimed=queue["claimed"],
        overdue=queue["overdue"],
        asked=queue["asked"],
        oldest=words.ago(instant(queue["oldest_at"]), now) if queue["oldest_at"] else words.NOTHING,
        oldest_at=queue["oldest_at"],
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list."""

    id: str
    kind: Phrase
    state: Phrase
    priority: int
    age: str
    created_at: str
    due: str
    due_at: str
    overdue: bool
    reasons: tuple[Phrase, ...]
    excerpt: str
    holder: str  #: empty when nobody holds it


def rows(cases: Iterable[Mapping[str, Any]], me: str, now: datetime) -> tuple[Row, ...]:
    return tuple(_row(case, me, now) for case in cases)


def _row(case: Mapping[str, Any], me: str, now: datetime) -> Row:
    lease = case["lease"]
    return Row(
        id=case["id"],
        kind=words.BLIND if case["blind"] else phrase(words.KINDS, case["kind"]),
        state=phrase(words.CASE_STATES, case["state"]),
        priority=case["priority"],
        age=words.ago(instant(case["created_at"]), now),
        created_at=case["created_at"],
        due=_due(case, now),
        due_at=case["due_at"],
        overdue=case["overdue"],
        reasons=tuple(phrase(words.REASONS, reason) for reason in case["reasons"]),
        excerpt=" ".join(case.get("excerpt", "").split()) or "(no text)",
        holder=("you" if lease["holder"] == me else lease["holder"]) if lease else "",
    )


def _due(case: Mapping[str, Any], now: datetime) -> str:
    if case["state"] not in OPEN:
        return "closed"
    return "clock stopped" if case["state"] == CaseState.NEEDS_INFORMATION else words.due(instant(case["due_at"]), now)


@dataclass(frozen=True, slots=True)
class Choice:
    """A label a person may choose."""

    id: str
    title: str
    definition: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    outcome: Phrase
    share: float  #: probability, 0 to 1
    percent: str  #: the same in words; empty when the classifier gave none
    key: str  #: the number key that chooses it, or empty
    suggested: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has the case, from where one stands."""

    who: str  #: `you`, `you_elsewhere`, `other`, `nobody`, `waits` (for a date, for whoever asked) or `closed`
    holder: str = ""
    until: str = ""  #: RFC 3339
    until_words: str = ""
    seconds_left: int = 0

    @property
    def yours(self) -> bool:
        return self.who == "you"

    @property
    def claimable(self) -> bool:
        return self.who in ("nobody", "you_elsewhere")


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided."""

    reviewer: str
    at: str
    when: str
    outcome: Phrase
    labels: tuple[str, ...]
    reason_code: str
    note: str
    reply: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreeOfNote:
    """What may be decided without a note."""

    labels: tuple[str, ...] | None  #: ids; None: whichever
    outcome: str  #: empty: nothing may be

    @property
    def when(self) -> str:
        """When one is needed, in words."""
        if not self.outcome:
            return "needed here"
        return "needed to block" if self.labels is None else "needed to block, and to decide otherwise than it stands"

    @staticmethod
    def of(free: Mapping[str, Any] | None) -> FreeOfNote | None:
        if free is None:
            return None
        return FreeOfNote(None if free["labels"] is None else tuple(free["labels"]), free["outcome"] or "")


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with everything a person needs to decide it."""

    row: Row
    queue: str
    workflow: str
    blind: bool  #: nothing of what was made of the request may be shown
    several: bool  #: more than one label may be chosen
    explainable: bool  #: why it has its label may be told
    decision: str
    text: tuple[Piece, ...]
    attributes: tuple[tuple[str, str], ...]
    suggested: tuple[Choice, ...]
    choices: tuple[Choice, ...]
    rules: RulesView
    documents: tuple[EvidenceView, ...]
    holding: Holding
    review: Review | None
    may: frozenset[str] = frozenset()  #: actions of the table that this person may take now
    story: tuple[Told, ...] = ()  #: what happened, newest first
    opinions: tuple[Said, ...] = ()  #: what people said of it that is not out, as far as one may hear it
    waits: str = ""  #: until when it is on hold, by whom and why
    assigned: str = ""  #: whom it is handed over to, in words
    masked: bool = False  #: something of the text is blotted out
    attached: tuple[AttachedView, ...] = ()  #: requests that are decided with it
    summary: tuple[str, ...] = ()  #: the sentences that head a long request
    replies: DraftView | None = None  #: drafts of a reply with the suggested labels; None where nobody is led
    questions: tuple[QuestionView, ...] = ()  #: what the requester was asked, and said
    without_note: FreeOfNote | None = None  #: None: nothing needs a note
    known: KnownOfCase | None = None  #: what is known of it, for leads and auditors

    @property
    def asked(self) -> bool:
        """It waits for its requester."""
        return self.row.state.value == CaseState.NEEDS_INFORMATION.value

    @property
    def verbs(self) -> frozenset[str]:
        """What may be done with it besides deciding and returning; what needs the lease only where the lease is."""
        return self.may & (_WITH_LEASE | _WITHOUT_LEASE if self.holding.yours else _WITHOUT_LEASE)

    @property
    def guess(self) -> str:
        """What the classifier would say, in words; empty where it is not to lead."""
        return ", ".join(choice.title for choice in self.suggested)


def case_view(case: Mapping[str, Any], me: str, has_token: bool, now: datetime) -> CaseView:
    """`has_token`: whether this browser carries a lease token of the case."""
    rules = rules_view(case["rules"])
    choices = choice_views(case["choices"], case["labels"], {each["label"] for each in case["suggestions"]})
    suggested = tuple(choice for choice in choices if choice.suggested)
    named = _named(case["choices"], suggested)
    titles = {choice.id: choice.title for choice in choices}
    led = not case["blind"] and case["rules"] is not None
    gist = [Marked(part["start"], part["end"], GIST) for part in case.get("summary") or ()]
    return CaseView(
        row=_row(case, me, now),
        queue=case["queue"],
        workflow=case["workflow"],
        blind=case["blind"],
        several=case["several"],
        explainable=bool(case["labels"]),
        decision=case["decision"],
        text=cut(case["text"], (*(Marked(s.start, s.end, s.number) for s in rules.spans), *gist)),
        attributes=words.attributes(case["attributes"]),
        suggested=suggested,
        choices=choices,
        rules=rules,
        documents=evidence_views(case["documents"], named),
        holding=holding(case["state"], case["lease"], me, has_token, now),
        review=_review(case.get("review"), titles, now),
        may=frozenset(case.get("allowed", ())),
        story=told(case.get("events", ()), now),
        opinions=tuple(Said.of(each, titles) for each in case.get("opinions", ()) if not case.get("review")),
        waits=hold_words(case.get("hold"), now) or waiting_words(case.get("questions", ()), now),
        assigned=assigned(case.get("assigned_to"), me),
        masked=any(BLOT in text for text in (case["text"], *answer_texts(case.get("questions", ())))),
        attached=attached_views(case.get("attached_requests", ()), now),
        summary=tuple(case["text"][each.start : each.end] for each in gist),
        replies=draft_view(case["id"], case, titles, [choice.id for choice in suggested]) if led else None,
        questions=question_views(case.get("questions", ()), now),
        without_note=FreeOfNote.of(case.get("without_note")),
        known=known_of_case(case.get("known_answer"), case["id"]),
    )


def choice_views(
    choices: Iterable[Mapping[str, Any]],
    labels: Sequence[Mapping[str, Any]],
    suggested: Collection[str],
) -> tuple[Choice, ...]:
    """Most probable first, the others in the policy's order; the first nine have a number key."""
    shares = {scored["label"]: scored["probability"] or 0.0 for scored in labels}
    ordered = sorted(choices, key=lambda choice: -shares.get(choice["id"], -1.0))
    return tuple(
        Choice(
            id=choice["id"],
            title=choice["title"],
            definition=choice["definition"],
            includes=tuple(choice["includes"]),
            excludes=tuple(choice["excludes"]),
            outcome=phrase(words.OUTCOMES, choice["outcome"]),
            share=shares.get(choice["id"], 0.0),
            percent=words.probability(shares[choice["id"]]) if choice["id"] in shares else "",
            key=str(place) if place <= KEYS else "",
            suggested=choice["id"] in suggested,
        )
        for place, choice in enumerate(ordered, start=1)
    )


def holding(state: str, lease: Mapping[str, Any] | None, me: str, has_token: bool, now: datetime) -> Holding:
    if state not in OPEN:
        return Holding("closed")
    if state in (CaseState.ON_HOLD, CaseState.NEEDS_INFORMATION):
        return Holding("waits")
    if lease is None:
        return Holding("nobody")
    mine = lease["holder"] == me
    who = ("you" if has_token else "you_elsewhere") if mine else "other"
    until = instant(lease["until"])
    left = max(0, int((until - now).total_seconds()))
    return Holding(who, lease["holder"], lease["until"], words.clock_time(until, now), left)


def _named(choices: Iterable[Mapping[str, Any]], suggested: Iterable[Choice]) -> frozenset[str]:
    led = {choice.id for choice in suggested}
    return frozenset(name for choice in choices if choice["id"] in led for name in choice["documents"])


def _review(review: Mapping[str, Any] | None, titles: Mapping[str, str], now: datetime) -> Review | None:
    if review is None:
        return None
    return Review(
        reviewer=review["reviewer"],
        at=review["at"],
        when=words.clock_time(instant(review["at"]), now),
        outcome=phrase(words.OUTCOMES, review["outcome"]),
        labels=tuple(titles.get(label, label) for label in review["labels"]),
        reason_code=review["reason_code"],
        note=review.get("note") or "",
        reply=review.get("reply") or "",
        passages=tuple(review.get("passages") or ()),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer has chosen and written but not yet decided; shown again when deciding was refused."""

    labels: tuple[str, ...] = ()
    outcome: str = ""
    reason_code: str = ""
    note: str = ""
    reply: str = ""
    passages: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        return self == UNWRITTEN


#: Nothing chosen, nothing written.
UNWRITTEN = Draft()
