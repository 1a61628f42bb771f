"""The templates of documents and of the search page."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest

from index.model import Ranking
from service.console import words
from service.console.diff_views import diff_view, preview_view
from service.console.document_forms import Written, written
from service.console.document_views import Asked, document_row, document_rows
from service.console.import_views import report_view
from service.console.one_document_views import document_view
from service.console.render import page
from service.console.rooms import fields
from service.console.search_views import Wanted, found_views, weight_fields
from service.domain.access import Principal
from tests.unit.service.console.document_material import (
    APPROVER,
    READER,
    WRITER,
    approved,
    diff,
    hit,
    neighbour,
    preview,
    report,
    summary,
    whole,
)
from tests.unit.service.console.material import NOW
from tests.unit.service.console.test_render import EVIL, HOSTILE, _request
from tests.unit.service.console.test_rooms import SCHEMA, WORKFLOW

_NAMES: dict[str, Any] = dict.fromkeys(("collection", "id", "title", "owner", "source", "submitted_by"), EVIL)
_LISTS: dict[str, Any] = {"audience": [EVIL], "jurisdiction": [EVIL], "citations": [EVIL], "authors": [EVIL]}


def _body(template: str, principal: Principal = APPROVER, **shown: Any) -> str:
    return bytes(page(_request("/console/documents", principal=principal), template, **shown).body).decode()


def _list() -> str:
    rows = document_rows([summary(**_NAMES, audience=[EVIL], status=EVIL), approved(standing=EVIL)])
    return _body(
        "documents.html",
        documents=rows,
        following=Asked(text=EVIL).following(EVIL),
        wanted=Asked(*[EVIL] * 6),
        then=EVIL,
        notices=[EVIL],
        collections=[EVIL, "other"],
        statuses=words.DOCUMENT_STATUSES.values(),
        due=words.DUE,
        may_write=True,
    )


def _document(status: str = "submitted", principal: Principal = APPROVER, **changes: Any) -> str:
    view = whole(status=status, **changes)
    shown = document_view(view, principal, NOW, (0, 10_000))
    return _body("document.html", principal, document=shown, tried="return", why=EVIL)


def _evil_document() -> str:
    evil = f"# {EVIL}\n\n- {EVIL}\n\n`{EVIL}`\n\n| {EVIL} |\n| --- |\n| {EVIL} |\n\n> {EVIL}\n\n```\n{EVIL}\n```"
    around: dict[str, Any] = {
        "note": {"kind": EVIL, "by": EVIL, "at": "2026-11-21T08:00:00.000Z", "why": EVIL},
        "notices": [EVIL],
        "cites": [neighbour(id=EVIL, title=EVIL, status=EVIL)],
        "cited_by": [neighbour(id=EVIL, title=EVIL, collection=EVIL)],
        "names": [{"workflow": EVIL, "label": EVIL, "title": EVIL}],
        "similar": [{"id": EVIL, "version": 1, "similarity": 0.9}],
        "fields": {EVIL: [EVIL]},
    }
    return _document(**{**_NAMES, **_LISTS, **around, "text": evil})


def _form() -> str:
    evil = whole(text=EVIL, **_NAMES, **_LISTS, fields={EVIL: [EVIL]})
    return _body("document_form.html", form=written(evil), version=2, seen=EVIL, collections=[EVIL])


def _diff() -> str:
    evil = diff(
        ("changed", f"a *{EVIL}*", f"b *{EVIL}*"),
        ("same", EVIL, EVIL),
        changed=[{"field": EVIL, "older": EVIL, "newer": [EVIL]}],
    )
    evil |= {"newer": summary(title=EVIL)}
    return _body("document_diff.html", diff=diff_view(evil), versions=document_rows([summary(), approved()]))


def _preview() -> str:
    way = {"label": EVIL, "automatic": True, "documents": [EVIL]}
    evil = preview(workflow=EVIL, examples=[{"text": EVIL, "before": way, "after": way}])
    found = preview_view({**evil, "sentences": [EVIL]}, {})
    return _body("document_preview.html", row=document_row(summary(**_NAMES)), preview=found)


def _import() -> str:
    evil = report(
        collection=EVIL,
        documents=[{**report()["documents"][0], "id": EVIL, "title": EVIL, "source": EVIL, "notes": [EVIL]}],
        duplicates=[{"id": EVIL, "same_as": EVIL, "source": EVIL}],
        unreadable=[{"place": EVIL, "why": f"`{EVIL}`"}],
        notices=[EVIL],
    )
    return _importing(report=report_view(evil), collection=EVIL)


def _importing(**shown: Any) -> str:
    given = {"collection": "", "report": None, "most_files": 200, "most_bytes": 33_554_432, **shown}
    return _body("document_import.html", collections=[EVIL], **given)


def _search() -> str:
    evil = hit(title=EVIL, heading=EVIL, passage=EVIL, collection=EVIL, status=EVIL)
    evil = {**evil, "parts": {EVIL: 0.5}, "shares": {EVIL: 1.0}}
    ranked = dataclasses.replace(WORKFLOW, ranking=Ranking({"dense": 1.0, EVIL: 1.0}))
    return _searching(
        chosen=ranked,
        workflows=[ranked, dataclasses.replace(ranked, name=EVIL, title=EVIL)],
        wanted=Wanted(*[EVIL] * 6),
        then=EVIL,
        collections=[EVIL, "other"],
        weights=weight_fields(ranked, {"weight.dense": EVIL}),
        fields=fields(SCHEMA, {"attribute.note": EVIL}),
        found=found_views([evil]),
    )


def _searching(**shown: Any) -> str:
    given = {"chosen": WORKFLOW, "workflows": [WORKFLOW], "wanted": Wanted(), "then": "", "collections": []}
    given |= {"weights": weight_fields(WORKFLOW, {}), "fields": (), "max_chars": 8_000, "found": None, "notices": []}
    return _body("search.html", **{**given, **shown})


PAGES = (_list, _evil_document, _form, _diff, _preview, _import, _search)


@pytest.mark.parametrize("made", PAGES)
def test_no_text_of_others_becomes_markup(made: Callable[[], str]) -> None:
    """Titles, names of files, texts, notes and filters: each is shown, none is run."""
    body = made()
    assert "alert(1)" in body
    assert HOSTILE.search(body) is None
    assert "{{7*7}}" in body


@pytest.mark.parametrize("made", PAGES)
def test_pages_keep_to_a_strict_content_security_policy(made: Callable[[], str]) -> None:
    """No inline script, style or handler in what we write ourselves."""
    own = made().replace("onerror=alert", "")
    assert re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=\"/static/)|\son[a-z]+=|javascript:", own) is None


@pytest.mark.parametrize("made", PAGES)
def test_every_field_has_a_label(made: Callable[[], str]) -> None:
    """A screen reader names each control; no two elements have the same id."""
    body = made().replace(EVIL, "")
    for control in re.findall(r"<(?:input(?! type=\"hidden\")|select|textarea)\b[^>]*>", body):
        found = re.search(r'\sid="([^"]+)"', control)
        wrapped = f'<label class="tick">{control}' in body
        assert wrapped or (found and f'for="{found.group(1)}"' in body), control
    ids = re.findall(r'\sid="([^"]*)"', body)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "status, principal, buttons",
    [
        ("submitted", APPROVER, {"Approve version 2", "Return it", "Retire it"}),
        ("submitted", WRITER, {"Return it", "Retire it"}),
        ("draft", WRITER, {"Submit for approval", "Retire it"}),
        ("approved", WRITER, {"Retire it"}),
        ("retired", WRITER, set()),
        ("submitted", READER, set()),
    ],
)
def test_the_page_offers_what_may_be_done(status: str, principal: Principal, buttons: set[str]) -> None:
    """By right and by state; what is offered has a form that sends it."""
    body = _document(status, principal)
    offered = {
        re.sub(r" <kbd>.*", "", name)
        for name in re.findall(r"<button(?: class=\"\w+\")?(?: data-key=\"\w\")?>(.*?)</button>", body)
    }
    assert offered - {"Sign out", "Close"} == buttons
    assert ("somebody else has to approve it" in body) == (status == "submitted" and principal is WRITER)


def test_what_is_approved_is_what_was_read() -> None:
    """The form of the approval carries the digest of the version on the page."""
    assert f'name="seen" value="{summary()["digest"]}"' in _document()


def test_a_refused_form_keeps_what_was_typed() -> None:
    """In the form it was typed into, which is open; the others are empty."""
    body = _document(principal=APPROVER)
    (returning, retiring) = re.findall(
        r'<details class="deed"( open)?>.*?name="why"[^>]*>(.*?)</textarea>', body, re.DOTALL
    )
    assert returning[0]
    assert "alert" in returning[1]
    assert retiring == ("", "")


def test_an_empty_form_begins_a_document() -> None:
    """Collection and name are asked for then, and for nothing else are they."""
    new = _body("document_form.html", form=Written(), version=None, seen="", collections=["a"])
    assert 'name="id" value=""' in new
    assert 'type="hidden" name="id"' in _form()


def test_a_search_page_without_words_asks_for_them() -> None:
    """And one that finds nothing says so, with the day it looked at."""
    assert "Write what somebody would ask" in _searching()
    assert "as of 3 Mar 2026" in _searching(found=(), then="3 Mar 2026, 23:59 UTC")


def test_the_parts_of_a_score_are_a_table_with_bars() -> None:
    """Each part with what it fits, counts and gives; a bar says the same to who cannot see it."""
    body = _searching(
        found=found_views([hit(parts={"dense": 1.0, "lexical": 0.5}, shares={"dense": 0.6, "lexical": 0.4})])
    )
    row = re.search(r"<tr><th scope=\"row\">Words</th>.*?</tr>", body)
    assert row is not None
    assert re.findall(r'<td class="number">(.*?)</td>', row.group()) == ["0.50", "40%", "0.20"]
    assert 'aria-label="Words: fits 0.50, gives 0.20"' in row.group()


def test_why_nothing_is_found_as_of_a_day_is_shown() -> None:
    """In place of the sentence that nothing bears on it, on both pages that look back."""
    told = "Nothing that you may see was approved here before 3 March."
    assert told in _searching(found=(), then="2 March", notices=[told])
    given: dict[str, Any] = {"documents": (), "following": "", "wanted": Asked(), "then": "2 March", "notices": [told]}
    given |= {"collections": [], "statuses": (), "due": words.DUE, "may_write": False}
    assert told in _body("documents.html", **given)
