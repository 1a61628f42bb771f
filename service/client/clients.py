"""The two clients: the same calls, for ordinary code and for asyncio."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

import httpx

from .audit_calls import AuditCalls
from .beside_calls import BesideCalls
from .bulk_calls import BulkCalls
from .calls import WorkCalls
from .case_calls import CaseCalls
from .document_calls import DocumentCalls
from .draft_calls import DraftCalls
from .erasure_calls import ErasureCalls
from .key_calls import KeyCalls
from .labelling_calls import LabellingCalls
from .model_calls import ModelCalls
from .people_calls import PeopleCalls
from .question_calls import QuestionCalls
from .replay_calls import ReplayCalls
from .rule_calls import RuleCalls
from .steps import Outcome, Pause, Steps, arguments
from .team_calls import TeamCalls
from .watch_calls import WatchCalls
from .webhook_calls import WebhookCalls

T = TypeVar("T")
P = ParamSpec("P")


class Calls(
    WorkCalls,
    AuditCalls,
    BesideCalls,
    BulkCalls,
    CaseCalls,
    DocumentCalls,
    DraftCalls,
    ErasureCalls,
    KeyCalls,
    LabellingCalls,
    ModelCalls,
    PeopleCalls,
    QuestionCalls,
    ReplayCalls,
    RuleCalls,
    TeamCalls,
    WatchCalls,
    WebhookCalls,
):
    """Every call, as steps."""

    __slots__ = ()


def _now(call: Callable[Concatenate[Calls, P], Steps[T]]) -> Callable[Concatenate[Signoff, P], T]:
    @functools.wraps(call)
    def method(self: Signoff, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._take(call(self._calls, *args, **kwargs))

    return method


def _soon(
    call: Callable[Concatenate[Calls, P], Steps[T]],
) -> Callable[Concatenate[AsyncSignoff, P], Coroutine[Any, Any, T]]:
    @functools.wraps(call)
    async def method(self: AsyncSignoff, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._take(call(self._calls, *args, **kwargs))

    return method


class Signoff:
    """The client for ordinary code. Threads may share one; use it with `with`, or close it.

    `timeout` is in seconds for one attempt, waiting not included; `retries` are attempts after the first.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 4,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, transport=transport)
        self._timeout = timeout
        self._calls = Calls(retries)

    decide = _now(Calls.decide)
    get = _now(Calls.get)
    wait = _now(Calls.wait)
    decisions = _now(Calls.decisions)
    explain_label = _now(Calls.explain_label)
    answer = _now(Calls.answer)
    ask_requester = _now(Calls.ask_requester)
    records = _now(Calls.records)
    verify_ledger = _now(Calls.verify_ledger)
    checkpoints = _now(Calls.checkpoints)
    write_checkpoint = _now(Calls.write_checkpoint)
    dossier = _now(Calls.dossier)
    beside = _now(Calls.beside)
    detach = _now(Calls.detach)
    cases = _now(Calls.cases)
    preview_bulk = _now(Calls.preview_bulk)
    do_bulk = _now(Calls.do_bulk)
    case = _now(Calls.case)
    claim = _now(Calls.claim)
    claim_case = _now(Calls.claim_case)
    renew = _now(Calls.renew)
    return_case = _now(Calls.return_case)
    decide_case = _now(Calls.decide_case)
    skip_case = _now(Calls.skip_case)
    hold_case = _now(Calls.hold_case)
    unhold_case = _now(Calls.unhold_case)
    escalate_case = _now(Calls.escalate_case)
    assign_case = _now(Calls.assign_case)
    undo_decision = _now(Calls.undo_decision)
    reopen_case = _now(Calls.reopen_case)
    cancel_case = _now(Calls.cancel_case)
    comment_on_case = _now(Calls.comment_on_case)
    case_events = _now(Calls.case_events)
    search = _now(Calls.search)
    documents = _now(Calls.documents)
    document = _now(Calls.document)
    save_document = _now(Calls.save_document)
    import_documents = _now(Calls.import_documents)
    submit_document = _now(Calls.submit_document)
    return_document = _now(Calls.return_document)
    approve_document = _now(Calls.approve_document)
    retire_document = _now(Calls.retire_document)
    compare_document = _now(Calls.compare_document)
    preview_document = _now(Calls.preview_document)
    labelling = _now(Calls.labelling)
    start_labelling = _now(Calls.start_labelling)
    choose_labelling = _now(Calls.choose_labelling)
    claim_label = _now(Calls.claim_label)
    give_label = _now(Calls.give_label)
    skip_label = _now(Calls.skip_label)
    return_label = _now(Calls.return_label)
    undo_label = _now(Calls.undo_label)
    correct_example = _now(Calls.correct_example)
    set_example_aside = _now(Calls.set_example_aside)
    take_example_in = _now(Calls.take_example_in)
    train_model = _now(Calls.train_model)
    job = _now(Calls.job)
    jobs = _now(Calls.jobs)
    wait_for_job = _now(Calls.wait_for_job)
    cancel_job = _now(Calls.cancel_job)
    models = _now(Calls.models)
    model = _now(Calls.model)
    releases = _now(Calls.releases)
    simulate_model = _now(Calls.simulate_model)
    shadow_model = _now(Calls.shadow_model)
    shadow_report = _now(Calls.shadow_report)
    promote_model = _now(Calls.promote_model)
    reject_model = _now(Calls.reject_model)
    roll_back_model = _now(Calls.roll_back_model)
    draft = _now(Calls.draft)
    ask_for_draft = _now(Calls.ask_for_draft)
    reply_figures = _now(Calls.reply_figures)
    watch = _now(Calls.watch)
    look = _now(Calls.look)
    resume_watched = _now(Calls.resume_watched)
    rules = _now(Calls.rules)
    check_rules = _now(Calls.check_rules)
    diff_rules = _now(Calls.diff_rules)
    reload_rules = _now(Calls.reload_rules)
    rollback_rules = _now(Calls.rollback_rules)
    unpin_rules = _now(Calls.unpin_rules)
    disable_rule = _now(Calls.disable_rule)
    enable_rule = _now(Calls.enable_rule)
    explain_rules = _now(Calls.explain_rules)
    explain_decision = _now(Calls.explain_decision)
    replay_rules = _now(Calls.replay_rules)
    rules_history = _now(Calls.rules_history)
    proposals = _now(Calls.proposals)
    proposal = _now(Calls.proposal)
    approve_proposal = _now(Calls.approve_proposal)
    reject_proposal = _now(Calls.reject_proposal)
    alarms = _now(Calls.alarms)
    acknowledge_alarm = _now(Calls.acknowledge_alarm)
    events = _now(Calls.events)
    event_types = _now(Calls.event_types)
    webhooks = _now(Calls.webhooks)
    webhook = _now(Calls.webhook)
    create_webhook = _now(Calls.create_webhook)
    change_webhook = _now(Calls.change_webhook)
    remove_webhook = _now(Calls.remove_webhook)
    pause_webhook = _now(Calls.pause_webhook)
    resume_webhook = _now(Calls.resume_webhook)
    rotate_webhook = _now(Calls.rotate_webhook)
    try_webhook = _now(Calls.try_webhook)
    webhook_deliveries = _now(Calls.webhook_deliveries)
    resend_event = _now(Calls.resend_event)
    resend_events = _now(Calls.resend_events)
    api_keys = _now(Calls.api_keys)
    api_key = _now(Calls.api_key)
    create_key = _now(Calls.create_key)
    rotate_key = _now(Calls.rotate_key)
    revoke_key = _now(Calls.revoke_key)
    people = _now(Calls.people)
    person = _now(Calls.person)
    create_person = _now(Calls.create_person)
    change_person = _now(Calls.change_person)
    reset_person = _now(Calls.reset_person)
    disable_person = _now(Calls.disable_person)
    enable_person = _now(Calls.enable_person)
    link_person = _now(Calls.link_person)
    sessions = _now(Calls.sessions)
    end_sessions = _now(Calls.end_sessions)
    erase_subject = _now(Calls.erase_subject)
    holds = _now(Calls.holds)
    place_hold = _now(Calls.place_hold)
    release_hold = _now(Calls.release_hold)
    purge = _now(Calls.purge)
    replay = _now(Calls.replay)
    replay_many = _now(Calls.replay_many)
    correct = _now(Calls.correct)
    appeal = _now(Calls.appeal)
    halt = _now(Calls.halt)
    resume = _now(Calls.resume)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def _take(self, steps: Steps[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("T", done.value)
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                outcome = None
                continue
            try:
                outcome = self._http.request(**arguments(step, self._timeout))
            except httpx.RequestError as error:
                outcome = error


class AsyncSignoff:
    """The client for asyncio, with the methods of `Signoff` to be awaited."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport)
        self._timeout = timeout
        self._calls = Calls(retries)

    decide = _soon(Calls.decide)
    get = _soon(Calls.get)
    wait = _soon(Calls.wait)
    decisions = _soon(Calls.decisions)
    explain_label = _soon(Calls.explain_label)
    answer = _soon(Calls.answer)
    ask_requester = _soon(Calls.ask_requester)
    records = _soon(Calls.records)
    verify_ledger = _soon(Calls.verify_ledger)
    checkpoints = _soon(Calls.checkpoints)
    write_checkpoint = _soon(Calls.write_checkpoint)
    dossier = _soon(Calls.dossier)
    beside = _soon(Calls.beside)
    detach = _soon(Calls.detach)
    cases = _soon(Calls.cases)
    preview_bulk = _soon(Calls.preview_bulk)
    do_bulk = _soon(Calls.do_bulk)
    case = _soon(Calls.case)
    claim = _soon(Calls.claim)
    claim_case = _soon(Calls.claim_case)
    renew = _soon(Calls.renew)
    return_case = _soon(Calls.return_case)
    decide_case = _soon(Calls.decide_case)
    skip_case = _soon(Calls.skip_case)
    hold_case = _soon(Calls.hold_case)
    unhold_case = _soon(Calls.unhold_case)
    escalate_case = _soon(Calls.escalate_case)
    assign_case = _soon(Calls.assign_case)
    undo_decision = _soon(Calls.undo_decision)
    reopen_case = _soon(Calls.reopen_case)
    cancel_case = _soon(Calls.cancel_case)
    comment_on_case = _soon(Calls.comment_on_case)
    case_events = _soon(Calls.case_events)
    search = _soon(Calls.search)
    documents = _soon(Calls.documents)
    document = _soon(Calls.document)
    save_document = _soon(Calls.save_document)
    import_documents = _soon(Calls.import_documents)
    submit_document = _soon(Calls.submit_document)
    return_document = _soon(Calls.return_document)
    approve_document = _soon(Calls.approve_document)
    retire_document = _soon(Calls.retire_document)
    compare_document = _soon(Calls.compare_document)
    preview_document = _soon(Calls.preview_document)
    labelling = _soon(Calls.labelling)
    start_labelling = _soon(Calls.start_labelling)
    choose_labelling = _soon(Calls.choose_labelling)
    claim_label = _soon(Calls.claim_label)
    give_label = _soon(Calls.give_label)
    skip_label = _soon(Calls.skip_label)
    return_label = _soon(Calls.return_label)
    undo_label = _soon(Calls.undo_label)
    correct_example = _soon(Calls.correct_example)
    set_example_aside = _soon(Calls.set_example_aside)
    take_example_in = _soon(Calls.take_example_in)
    train_model = _soon(Calls.train_model)
    job = _soon(Calls.job)
    jobs = _soon(Calls.jobs)
    wait_for_job = _soon(Calls.wait_for_job)
    cancel_job = _soon(Calls.cancel_job)
    models = _soon(Calls.models)
    model = _soon(Calls.model)
    releases = _soon(Calls.releases)
    simulate_model = _soon(Calls.simulate_model)
    shadow_model = _soon(Calls.shadow_model)
    shadow_report = _soon(Calls.shadow_report)
    promote_model = _soon(Calls.promote_model)
    reject_model = _soon(Calls.reject_model)
    roll_back_model = _soon(Calls.roll_back_model)
    draft = _soon(Calls.draft)
    ask_for_draft = _soon(Calls.ask_for_draft)
    reply_figures = _soon(Calls.reply_figures)
    watch = _soon(Calls.watch)
    look = _soon(Calls.look)
    resume_watched = _soon(Calls.resume_watched)
    rules = _soon(Calls.rules)
    check_rules = _soon(Calls.check_rules)
    diff_rules = _soon(Calls.diff_rules)
    reload_rules = _soon(Calls.reload_rules)
    rollback_rules = _soon(Calls.rollback_rules)
    unpin_rules = _soon(Calls.unpin_rules)
    disable_rule = _soon(Calls.disable_rule)
    enable_rule = _soon(Calls.enable_rule)
    explain_rules = _soon(Calls.explain_rules)
    explain_decision = _soon(Calls.explain_decision)
    replay_rules = _soon(Calls.replay_rules)
    rules_history = _soon(Calls.rules_history)
    proposals = _soon(Calls.proposals)
    proposal = _soon(Calls.proposal)
    approve_proposal = _soon(Calls.approve_proposal)
    reject_proposal = _soon(Calls.reject_proposal)
    alarms = _soon(Calls.alarms)
    acknowledge_alarm = _soon(Calls.acknowledge_alarm)
    events = _soon(Calls.events)
    event_types = _soon(Calls.event_types)
    webhooks = _soon(Calls.webhooks)
    webhook = _soon(Calls.webhook)
    create_webhook = _soon(Calls.create_webhook)
    change_webhook = _soon(Calls.change_webhook)
    remove_webhook = _soon(Calls.remove_webhook)
    pause_webhook = _soon(Calls.pause_webhook)
    resume_webhook = _soon(Calls.resume_webhook)
    rotate_webhook = _soon(Calls.rotate_webhook)
    try_webhook = _soon(Calls.try_webhook)
    webhook_deliveries = _soon(Calls.webhook_deliveries)
    resend_event = _soon(Calls.resend_event)
    resend_events = _soon(Calls.resend_events)
    api_keys = _soon(Calls.api_keys)
    api_key = _soon(Calls.api_key)
    create_key = _soon(Calls.create_key)
    rotate_key = _soon(Calls.rotate_key)
    revoke_key = _soon(Calls.revoke_key)
    people = _soon(Calls.people)
    person = _soon(Calls.person)
    create_person = _soon(Calls.create_person)
    change_person = _soon(Calls.change_person)
    reset_person = _soon(Calls.reset_person)
    disable_person = _soon(Calls.disable_person)
    enable_person = _soon(Calls.enable_person)
    link_person = _soon(Calls.link_person)
    sessions = _soon(Calls.sessions)
    end_sessions = _soon(Calls.end_sessions)
    erase_subject = _soon(Calls.erase_subject)
    holds = _soon(Calls.holds)
    place_hold = _soon(Calls.place_hold)
    release_hold = _soon(Calls.release_hold)
    purge = _soon(Calls.purge)
    replay = _soon(Calls.replay)
    replay_many = _soon(Calls.replay_many)
    correct = _soon(Calls.correct)
    appeal = _soon(Calls.appeal)
    halt = _soon(Calls.halt)
    resume = _soon(Calls.resume)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def _take(self, steps: Steps[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("T", done.value)
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                outcome = None
                continue
            try:
                outcome = await self._http.request(**arguments(step, self._timeout))
            except httpx.RequestError as error:
                outcome = error
