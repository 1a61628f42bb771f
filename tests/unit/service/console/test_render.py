"""Templates, the frame and the static files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from service.api.examples import LABEL_EXPLANATION
from service.console import rule_words, words
from service.console.bulk_forms import DEEDS, BulkForm
from service.console.bulk_views import LIKENESSES, Fitting, bulk_address, candidates, not_done, plan
from service.console.case_pages import Undo
from service.console.change_views import FilesView, back_view, earlier_view, files_view, reckoned
from service.console.decision_views import decision_view
from service.console.label_views import label_view
from service.console.notices import Notice
from service.console.one_rule_views import rule_view
from service.console.queue_views import Filters, filter_links
from service.console.render import DOORS, STATIC, doors, folded, here, page, said, static_address
from service.console.replay_views import replay_view
from service.console.rooms import fields, way
from service.console.rule_pages import TABS
from service.console.rule_views import Wanted, status_view
from service.console.timeline_views import days, proposal_view
from service.console.trace_views import explained
from service.console.trouble import notice_of
from service.console.views import Draft, case_view, queue_views, rows
from service.domain.access import ROLES, Principal
from service.errors import FieldProblem, InvalidRequest
from service.usecases.choose_cases import MOST, Item
from service.usecases.preferences import Filter
from tests.unit.service.console.material import (
    FINDING,
    NOW,
    RULES,
    blind_case,
    case,
    choice,
    decision,
    document,
    lease,
    question,
    review,
)
from tests.unit.service.console.rule_material import (
    alarm,
    change,
    event,
    off,
    pack,
    proposal,
    release,
    reloaded,
    replayed,
    rule,
    status,
    trace,
    whole,
    workflow_diff,
)
from tests.unit.service.console.test_rooms import SCHEMA, WORKFLOW

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
HOSTILE = re.compile(r"<(script(?! src=\"/static/)|img)|onerror=alert\(1\)(?=>)", re.IGNORECASE)


def _request(path: str = "/console", query: str = "", principal: Principal | None = None) -> Request:
    request = Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []})
    request.state.principal = principal
    return request


def _reviewer(name: str = "Maya") -> Principal:
    return Principal("key_1", name, ROLES["reviewer"])


def _evil_case() -> dict[str, Any]:
    findings = [{**FINDING, "rule": EVIL, "reason": EVIL, "reason_code": EVIL}]
    return case(
        text=EVIL,
        attributes={EVIL: EVIL},
        reasons=[EVIL],
        rules={**RULES, "findings": findings, "unknown": [{**findings[0], "unknown": [EVIL]}]},
        documents=[document(title=EVIL, passage=EVIL, heading=EVIL, passage_id=EVIL, highlights=[[0, 3]])],
        draft={"text": EVIL, "citations": [EVIL], "by_model": True},
        quoted={"text": EVIL, "citations": [EVIL]},
        language_model={"state": EVIL, "why": EVIL, "loose_sentences": [EVIL], "model": EVIL, "may_be_asked": True},
        choices=[
            {**choice("charged_twice"), "title": EVIL, "definition": EVIL, "includes": [EVIL], "excludes": [EVIL]}
        ],
        questions=[question(EVIL)],
        allowed=["decide", "skip", "hold", "ask", "escalate", "assign", "comment"],
        without_note={"labels": [EVIL], "outcome": EVIL},
        queue=EVIL,
        workflow=EVIL,
        state="claimed",
        lease=lease(EVIL),
    )


#: What the page of a case shows besides the case.
BESIDE: dict[str, Any] = {
    "undo": Undo("case_0", 12),
    "revealed": None,
    "soonest": "2026-11-21T09:00",
    "tomorrow": "2026-11-22T09:00",
    "drafts": None,
    "drafting": False,
    "may_lead": True,
}


def _case_page() -> str:
    shown = case_view(_evil_case(), EVIL, has_token=True, now=NOW)
    draft = Draft((EVIL,), EVIL, EVIL, EVIL, EVIL, frozenset({EVIL}))
    notice = Notice(EVIL, EVIL, EVIL, problems=((EVIL, EVIL),), claim="case_1", link="/console", link_text=EVIL)
    return _body("case.html", **BESIDE, case=shown, draft=draft, may_claim=True, may_explain_label=True, notice=notice)


def _decided_page() -> str:
    evil = review(reviewer=EVIL, note=EVIL, reply=EVIL, reason_code=EVIL, labels=[EVIL], passages=[EVIL])
    shown = case_view({**_evil_case(), "state": "decided", "lease": None, "review": evil}, "Maya", False, NOW)
    return _body("case.html", **BESIDE, case=shown, draft=Draft(), may_claim=True, may_explain_label=True)


def _decision_page() -> str:
    evil = {"state": "final", **review(reviewer=EVIL, note=EVIL, reply=EVIL, reason_code=EVIL, labels=[EVIL])}
    shown = decision(labels=[{"label": EVIL, "probability": None}], public_reason=EVIL, release=EVIL, history=[evil])
    return _body(
        "decision.html",
        decision=decision_view(shown, {}, NOW),
        may_explain=True,
        may_explain_label=True,
        may_appeal=True,
    )


def _label_page() -> str:
    like = {"text": EVIL, "labels": [EVIL], "similarity": 0.5, "source": EVIL}
    lack = {"reason": EVIL, "words": EVIL, "found": None, "needed": None}
    named = dict.fromkeys(("decision", "workflow", "release", "label"), EVIL)
    listed = {"labels": [EVIL], "would_be_automatic": [lack], "nearest": [like]}
    told = {**LABEL_EXPLANATION, **named, **listed, "telling": [{"what": EVIL, "weight": -1.0}]}
    return _body("label_explanation.html", label=label_view(told, {EVIL: EVIL}))


def _try_page() -> str:
    evil = _evil_case()
    answer = {**decision(labels=[], public_reason=EVIL, rules=evil["rules"]), "documents": evil["documents"]}
    rooms = [{"name": "law", "ms": 1.0, "result": evil["rules"], "notes": [EVIL]}]
    rooms.append({"name": EVIL, "ms": 1.0, "result": {"clean": EVIL}, "notes": []})
    shown = way({"rooms": rooms, "answer": answer}, "other", WORKFLOW)
    typed = fields(SCHEMA, {"attribute.note": EVIL, "attribute.tags": EVIL})
    told = explained({"workflow": EVIL, "release": EVIL, "rules": [trace(rule=EVIL, title=EVIL)]})
    listed = {"workflows": [WORKFLOW], "chosen": WORKFLOW, "fields": typed, "max_chars": 8000}
    return _body("try.html", way=shown, explained=told, text=EVIL, may_explain=True, **listed)


def _queue_page() -> str:
    (queue,) = queue_views([], [EVIL], NOW)
    cases = rows([{**_evil_case(), "excerpt": EVIL}], "Maya", NOW)
    listed: dict[str, object] = {
        "states": words.CASE_STATES.values(),
        "reasons": words.REASONS.values(),
        "count_of": {EVIL: 3},
    }
    wanted = Filters(EVIL, EVIL, EVIL)
    kept = filter_links([Filter(EVIL, EVIL, EVIL, ""), Filter(EVIL, "another", EVIL, EVIL)], wanted)
    listed |= {"kept": kept, "wanted": wanted, "undo": Undo(EVIL, 3), "may_lead": True}
    return _body(
        "queue.html", queue=queue, cases=cases, next=EVIL, first=True, state=EVIL, reason=EVIL, may_claim=True, **listed
    )


def _bulk_page() -> str:
    fitting = Fitting(EVIL, EVIL, EVIL, EVIL)
    item = Item(EVIL, EVIL, EVIL, EVIL, EVIL, 0.9)
    form = BulkForm((EVIL,), EVIL, (EVIL,), EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)
    shown: dict[str, object] = {
        "cases": candidates([item], {EVIL: EVIL}, None),
        "left_out": not_done([{"case": EVIL, "why": EVIL}]),
        "choices": case_view(_evil_case(), EVIL, has_token=True, now=NOW).choices,
        "reasons": words.REASONS.values(),
    }
    listed = {"likenesses": LIKENESSES, "titles": {EVIL: EVIL}, "deeds": DEEDS, "several": False, "soonest": EVIL}
    where = {"queue": EVIL, "address": bulk_address(EVIL), "fitting": fitting, "likened": EVIL}
    return _body("bulk.html", form=form, more=True, most=MOST, **where, **listed, **shown)


def _bulk_preview_page() -> str:
    form = BulkForm((EVIL,), "decide", (EVIL,), EVIL, EVIL, EVIL, EVIL)
    refused = not_done([{"case": EVIL, "why": EVIL}])
    shown: dict[str, object] = {"items": [{"case": EVIL, "excerpt": EVIL}], "refused": refused, "left_out": refused}
    where = {"queue": EVIL, "address": bulk_address(EVIL), "title": "Decide", "count": 1, "confirm": EVIL}
    return _body("bulk_preview.html", form=form, plan=plan(form, {EVIL: EVIL}, NOW), **where, **shown)


def _bulk_done_page() -> str:
    refused = not_done([{"case": EVIL, "why": EVIL}])
    where = {"queue": EVIL, "address": bulk_address(EVIL), "what": "decided", "action": "hold", "seconds": 9}
    return _body("bulk_done.html", done=[EVIL], refused=refused, **where)


def _rules_page() -> str:
    evil = rule(id=EVIL, title=EVIL, status=EVIL, severity=EVIL, effect=EVIL, owner=EVIL, file=EVIL)
    evil["last_change"] = {"at": "2026-11-21T06:00:00.000Z", "by": EVIL, "kind": EVIL}
    exemption = {"id": EVIL, "rules": [EVIL], "owner": EVIL, "why": EVIL, "ticket": EVIL}
    packs = [pack(evil, id=EVIL, title=EVIL, owner=EVIL, exemptions=[{**pack()["exemptions"][0], **exemption}])]
    pinned = {"by": EVIL, "at": "2026-11-21T06:00:00.000Z"}
    releases = [
        release(workflow=EVIL, release=EVIL, ruleset=EVIL, pinned=pinned, certificate=None, refusal={"why": EVIL})
    ]
    found = status(packs=packs, workflows=releases, alarms=[alarm(rule=EVIL, workflow=EVIL, release=EVIL)], errors=[])
    disabled = off(rule=EVIL, by=EVIL, why=EVIL, certificates={EVIL: False})
    shown = status_view(found, [disabled], NOW)
    listed = {"statuses": words.RULE_STATUSES.values(), "effects": words.EFFECTS.values()}
    return _body("rules.html", status=shown, wanted=Wanted(text=EVIL, status=EVIL), tabs=TABS, **listed)


def _rule_page() -> str:
    test = {"name": EVIL, "text": EVIL, "attributes": {EVIL: EVIL}, "expect": EVIL, "now": EVIL}
    matcher = {"name": EVIL, "phrases": [EVIL], "regexes": [EVIL], "views": [EVIL], "whole_words": True}
    leaf = {"source": EVIL, "line": 1, "column": 1}
    evil = whole(
        **dict.fromkeys(("id", "title", "file", "reason", "reason_code", "public_reason", "owner"), EVIL),
        **{name: [EVIL] for name in ("citation", "jurisdiction", "requires", "tags")},
        when={"any": [leaf, {"none": [leaf]}]},
        tests=[test],
        matchers=[matcher],
        lists=[{"name": EVIL, "values": [EVIL]}],
        obligations={"redact": [EVIL], "narrow": {EVIL: [EVIL]}, "priority": 1, "queue": EVIL},
    )
    told = days([event(by=EVIL, workflow=EVIL, summary=EVIL, detail={"subject": EVIL, "note": EVIL, "why": EVIL})], NOW)
    shown = rule_view(evil, rule(), NOW)
    return _body("rule.html", rule=shown, off=None, last_hit=None, timeline=told, more=True)


def _change_page() -> str:
    error = {"file": EVIL, "line": 1, "column": 1, "message": f"`{EVIL}`", "remedy": EVIL}
    return _change(files_view({"workflows": [], "errors": [error]}, status(), []))


def _changed_page() -> str:
    evil = workflow_diff(workflow=EVIL, changes=[change(says=EVIL), change(before=EVIL, after=EVIL)], removed=[EVIL])
    pinned = status(workflows=[release(workflow=EVIL, pinned={"by": EVIL, "at": "2026-11-21T06:00:00.000Z"})])
    return _change(files_view({"workflows": [evil], "errors": []}, pinned, [EVIL]))


def _change(files: FilesView) -> str:
    example = {**replayed()["examples"][0], "decision": EVIL, "rules": {"gained": [EVIL], "lost": [EVIL]}}
    tried = replay_view(
        replayed(workflow=EVIL, by_rule=[{"rule": EVIL, "more": 1, "fewer": 1}], examples=[example]), NOW
    )
    return _body(
        "rule_change.html",
        tabs=TABS,
        files=files,
        workflows=[EVIL, "other"],
        chosen=EVIL,
        since=rule_words.SINCE,
        days=7,
        releases=[earlier_view(_earlier(), NOW)],
        replay=tried,
        reckoned=reckoned({"workflows": [reloaded(workflow=EVIL, certificate=None, refusal={"why": EVIL})]}),
        losing=True,
    )


def _earlier() -> dict[str, Any]:
    old: dict[str, Any] = {"id": EVIL, "created_at": "2026-11-20T08:00:00.000Z", "created_by": EVIL, "why": EVIL}
    return old | {"certificate": None, "refusal": {"why": EVIL}}


def _going_back_page() -> str:
    changed = workflow_diff(workflow=EVIL, changes=[change(says=EVIL)])
    back = back_view({"active": EVIL, "release": _earlier(), **changed}, NOW)
    body = _body("rule_rollback.html", back=back, why=EVIL, losing=True)
    assert 'name="accept_none"' in body
    return body


def _explained_page() -> str:
    seen = {**trace()["clauses"][0], "source": EVIL, "file": EVIL, "attributes": {EVIL: EVIL}, "failure": EVIL}
    evil = trace(rule=EVIL, title=EVIL, reason=EVIL, why_not=EVIL, exemption=EVIL, missing=[EVIL], clauses=[seen])
    rules = [evil, {**evil, "finding": "match", "effect": EVIL}, {**evil, "finding": "unknown", "effect": EVIL}]
    found = explained({"workflow": EVIL, "release": EVIL, "rules": rules})
    return _body("decision_rules.html", decision=EVIL, found=found, words=EVIL)


def _proposal_page() -> str:
    evil = proposal(by=EVIL, why=EVIL, workflows=[reloaded(workflow=EVIL, changes=[change(says=EVIL)])])
    return _body("rule_proposal.html", proposal=proposal_view(evil, "Maya", NOW), why=EVIL, losing=True)


def _body(template: str, **shown: Any) -> str:
    return bytes(page(_request(principal=_reviewer(EVIL)), template, **shown).body).decode()


@pytest.mark.parametrize(
    "made",
    [
        *(_case_page, _decided_page, _decision_page, _label_page, _try_page, _queue_page),
        *(_bulk_page, _bulk_preview_page, _bulk_done_page),
        *(_rules_page, _rule_page, _change_page, _changed_page, _explained_page, _proposal_page, _going_back_page),
    ],
)
def test_no_text_of_others_becomes_markup(made: Callable[[], str]) -> None:
    """Texts, notes, names of rules and documents, file errors: each is shown, none is run."""
    body = made()
    assert "alert(1)" in body
    assert HOSTILE.search(body) is None
    assert "{{7*7}}" in body


@pytest.mark.parametrize(
    "made",
    [
        *(_case_page, _decided_page, _decision_page, _label_page, _try_page, _queue_page),
        *(_bulk_page, _bulk_preview_page, _bulk_done_page),
        *(_rules_page, _rule_page, _change_page, _changed_page, _explained_page, _proposal_page, _going_back_page),
    ],
)
def test_pages_keep_to_a_strict_content_security_policy(made: Callable[[], str]) -> None:
    """No inline script, style or handler in what we write ourselves."""
    own = made().replace("onerror=alert", "")
    assert re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=\"/static/)|\son[a-z]+=|javascript:", own) is None


def test_a_case_form_keeps_what_was_written() -> None:
    """After a refusal the page shows the reviewer's own words again, chosen and ticked."""
    draft = Draft(("complaint",), "block", "FRD", "my note", "my reply", frozenset({"retail-banking/complaints@1#0"}))
    shown = case_view(case(), "Maya", has_token=False, now=NOW)
    body = _body("case.html", **BESIDE, case=shown, draft=draft, may_claim=True, may_explain_label=True)
    assert re.search(r'value="complaint" required checked', body)
    assert re.search(r'value="block" data-key="b" checked', body)
    assert re.search(r'complaints@1#0" data-passage="2" checked', body)
    assert "my note</textarea>" in body
    assert "my reply</textarea>" in body
    assert 'value="FRD"' in body


def test_several_labels_are_ticked_and_one_is_chosen() -> None:
    """Boxes where as many as fit may be given, and none of them is needed: none of these is an answer too."""
    held = case(state="claimed", lease=lease(), several=True)
    shown = case_view(held, "Maya", has_token=True, now=NOW)
    draft = Draft(("complaint", "bereavement"))
    body = _body("case.html", **BESIDE, case=shown, draft=draft, may_claim=True, may_explain_label=True)
    assert len(re.findall(r'<input type="checkbox" name="label"', body)) == 4
    assert len(re.findall(r'name="label"[^>]* checked', body)) == 2
    assert re.search(r'name="label"[^>]* required', body) is None
    one = case_view(case(state="claimed", lease=lease()), "Maya", has_token=True, now=NOW)
    body = _body("case.html", **BESIDE, case=one, draft=Draft(), may_claim=True, may_explain_label=True)
    assert len(re.findall(r'<input type="radio" name="label"[^>]* required', body)) == 4


def test_a_blind_case_shows_no_trace_of_what_was_made_of_it() -> None:
    """No section for rules, documents or the classifier, no way to the decision: there is only the request."""
    held = blind_case(state="claimed", lease=lease())
    shown = case_view(held, "Maya", has_token=True, now=NOW)
    body = _body("case.html", **BESIDE, case=shown, draft=Draft(), may_claim=True, may_explain_label=True)
    for made in ("Rules", "Approved documents", "classifier thinks", "Suggested", "dec_1", "explanation", 'percent">'):
        assert made not in body.partition("<main")[2].partition("<dialog")[0].replace('percent"></span>', "")
    assert "Blind check" in body
    assert "Decide and next" in body


def test_somebody_elses_case_can_be_read_but_not_decided() -> None:
    """The holder is named, and there is no form to send."""
    shown = case_view(case(state="claimed", lease=lease("Sam")), "Maya", has_token=False, now=NOW)
    body = _body("case.html", **BESIDE, case=shown, draft=Draft(), may_claim=True, may_explain_label=True)
    assert "<strong>Sam</strong> holds this case" in body
    assert 'name="label"' not in body
    assert "Decide and next" not in body


def test_a_reader_without_scope_review_is_not_offered_to_claim() -> None:
    """Reading a case is not deciding it."""
    shown = case_view(case(), "Ada", False, NOW)
    body = _body("case.html", **BESIDE, case=shown, draft=Draft(), may_claim=False, may_explain_label=True)
    assert "Claim this case" not in body
    assert "scope “review”" in body


def test_every_field_has_a_label() -> None:
    """A screen reader names each control of the form."""
    shown = case_view(case(state="claimed", lease=lease()), "Maya", has_token=True, now=NOW)
    body = _body("case.html", **BESIDE, case=shown, draft=Draft(), may_claim=True, may_explain_label=True)
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", body)
    for control in controls:
        found = re.search(r'\sid="([^"]+)"', control)
        wrapped = f"<label>{control}" in body or f'<label class="tick">{control}' in body or 'type="hidden"' in control
        assert wrapped or (found and f'for="{found.group(1)}"' in body), control


@pytest.mark.parametrize(
    "role, names",
    [
        ("reviewer", ["Queues", "Labelling", "Try it", "Decisions", "Documents", "Search"]),
        (
            "operations",
            [
                "Queues",
                "Team",
                "Labelling",
                "Try it",
                "Decisions",
                "Documents",
                "Search",
                "Rules",
                "Watch",
                "Webhooks",
                "People",
            ],
        ),
        ("caller", ["Decisions"]),
        ("auditor", ["Queues", "Team", "Labelling", "Try it", "Decisions", "Documents", "History of rules"]),
    ],
)
def test_the_navigation_offers_what_the_key_opens(role: str, names: list[str]) -> None:
    """Nobody is led to a page that refuses them."""
    assert [door.name for door in doors(Principal("k", "n", ROLES[role]))] == names


def test_too_many_entries_for_a_line_are_folded_and_none_is_lost() -> None:
    """What is not opened every day moves under “More”; a reviewer's few stay where they are."""
    reviewer, operations = (doors(Principal("k", "n", ROLES[role])) for role in ("reviewer", "operations"))
    assert folded(reviewer) == (reviewer, ())
    line, more = folded(operations)
    assert len(line) <= 9
    assert {*line, *more} == {*operations}
    assert [door.name for door in more] == ["Try it", "Webhooks", "People"]


def test_nobody_signed_in_sees_no_navigation() -> None:
    """The frame of the sign-in page is bare."""
    assert doors(None) == ()


@pytest.mark.parametrize(
    "path, name",
    [
        ("/console", "Queues"),
        ("/console/cases/c", "Queues"),
        ("/console/rules/check", "Rules"),
        ("/console/try", "Try it"),
        ("/console/documents/import", "Documents"),
        ("/console/search", "Search"),
        ("/console/labelling/w", "Labelling"),
    ],
)
def test_the_navigation_marks_where_one_is(path: str, name: str) -> None:
    """A case belongs to the queues."""
    found = here(path, DOORS)
    assert found is not None
    assert found.name == name


def test_an_address_can_only_make_the_page_say_what_we_prepared() -> None:
    """No words from a link are shown as ours."""
    told = said(_request(query="said=decided"))
    assert told is not None
    assert told.title == "Decided and recorded."
    assert said(_request(query="said=You+won")) is None


def test_pages_are_never_kept_by_a_cache() -> None:
    """They hold personal text."""
    assert page(_request(), "preferences.html", deeds=(), choices=()).headers["cache-control"] == "no-store"


def test_refusals_name_fields_in_words() -> None:
    """A problem's path becomes a label, its remedy follows its reason."""
    error = InvalidRequest("x", problems=(FieldProblem("attributes.customer_age", "not a number", "give a number"),))
    assert notice_of(error).problems == (("Customer age", "not a number: give a number"),)


def test_the_vendored_script_is_the_publishers_own() -> None:
    """Its digest is the one written beside it, and a page loads it under an address that changes with it."""
    digest = hashlib.sha256((STATIC / "vendor" / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (STATIC / "vendor" / "README.md").read_text()
    assert static_address("vendor/htmx.min.js") == f"/static/vendor/htmx.min.js?v={digest[:12]}"
