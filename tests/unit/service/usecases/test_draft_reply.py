"""Replies are drafted from approved passages, and what people make of the drafts is kept."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.case import CaseState
from service.errors import BlindCheck, Conflict, InvalidRequest, NotFound
from service.usecases import publish_document
from service.usecases.ask_for_draft import ask, drafts_of
from service.usecases.read_decision import view
from service.usecases.reply_figures import figures
from tests.unit.service.usecases.document_desk import BOB
from tests.unit.service.usecases.reply_desk import CALLER, DELIVERY, LEA, REFUND, REFUNDS, RITA, SHOP


def test_a_draft_follows_the_labels_template_and_cites_document_and_version(replies):
    """Greeting and closing are the policy's; the sentences are the document's own, word for word."""
    draft = replies.read(replies.case())["draft"]
    assert draft["text"].startswith("Thank you for your message.\n\nYou get your money back.\n\n")
    assert draft["text"].endswith("\n\nKind regards\nThe shop")
    quoted = draft["text"].split("\n\n")[2]
    assert quoted in REFUNDS
    assert (draft["citations"], draft["passages"]) == (["doc_refunds@1"], ["shop/refunds@1#0"])
    assert draft["by_model"] is False


def test_another_label_has_another_draft(replies):
    """Whoever relabels finds the reply of the label they give; a label without documents has none."""
    case = replies.case()
    assert drafts_of(replies.house, RITA, case, ["refund"])["draft"] == replies.read(case)["draft"]
    assert drafts_of(replies.house, RITA, case, ["repair"])["draft"] is None
    other = drafts_of(replies.house, RITA, case, ["delivery"])["draft"]
    assert other["citations"] == ["doc_parcels@1"]
    with pytest.raises(InvalidRequest, match="no label 'refunds'"):
        drafts_of(replies.house, RITA, case, ["refunds"])


def test_what_was_retired_is_not_quoted_any_more(replies):
    """From the moment that it is not approved, also for cases that came before; and so a newer version is not taken
    for the one that was found."""
    case = replies.case()
    assert replies.read(case)["draft"]
    publish_document.retire(replies.house, BOB, SHOP, "refunds", 1, "no longer so")
    assert replies.read(case)["draft"] is None
    replies.approve("refunds", REFUNDS.replace("14", "30"))
    assert replies.read(case)["draft"] is None


def test_a_reply_sent_as_drafted_counts_as_unedited(replies):
    """The figure is by label; what was changed says how much."""
    first, second, third, fourth = (replies.case(f"{REFUND} No. {number}") for number in range(4))
    text = replies.read(first)["draft"]["text"]
    replies.decide(first, text.replace("\n", " "))  # spaces do not count
    replies.decide(second, text.replace("The shop", "Rita of the shop"))
    replies.decide(third, None)
    replies.decide(fourth, "No.", ("repair",))
    found = figures(replies.house, SHOP)
    assert (found["sent"], found["drafted"], found["unedited"]) == (3, 3, 1)
    assert found["share_unedited"] == pytest.approx(1 / 3, abs=1e-4)
    by_label = {each["label"]: each for each in found["by_label"]}
    assert (by_label["refund"]["sent"], by_label["refund"]["share_unedited"]) == (2, 0.5)
    assert 0.0 < by_label["refund"]["mean_changed"] < 0.1
    assert by_label["repair"]["mean_changed"] > 0.8
    assert found["language_model"]["sent"] == 0
    with pytest.raises(NotFound):
        figures(replies.house, "nowhere")


def test_a_reply_reaches_the_caller_and_is_no_language_models(replies):
    """It travels with the decision; the words lie with the payloads alone."""
    case = replies.case()
    replies.decide(case, "Your money is on its way to Rita Meyer.")
    replies.clock.now = replies.clock.now.replace(hour=12)
    seen = view(replies.house, CALLER, replies.read(case)["decision"])
    assert seen["review"]["reply"] == "Your money is on its way to Rita Meyer."
    assert seen["review"]["reply_by_model"] is False
    with replies.house.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM replies").mappings().all()
    assert len(rows) == 1
    assert "Meyer" not in str(rows)


def test_nothing_is_drafted_for_whoever_decides_first(replies):
    """A blind check shows no draft, and asking for one is refused."""
    replies.house.shelf.put(_drawn(replies))
    case = replies.case(DELIVERY)
    shown = replies.read(case)
    assert (shown["draft"], shown["quoted"], shown["language_model"]) == (None, None, None)
    for step in (drafts_of, ask):
        with pytest.raises(BlindCheck):
            step(replies.house, RITA, case, ["delivery"])


def test_without_a_language_model_asking_says_what_is_missing(replies):
    """An operator's setting, the policy, or passages."""
    case = replies.case()
    with pytest.raises(Conflict) as error:
        ask(replies.house, RITA, case, [])
    assert "SIGNOFF_WRITER_URL" in error.value.remedy
    replies.asking("http://127.0.0.1:9/v1")
    with pytest.raises(Conflict) as error:
        ask(replies.house, RITA, case, ["repair"])
    assert "write the reply yourself" in error.value.remedy
    with pytest.raises(NotFound):
        ask(replies.house, CALLER, case, ["refund"])
    assert replies.read(case, LEA)["language_model"]["state"] == "not_asked"
    assert CaseState(replies.read(case)["state"]) is CaseState.QUEUED


def _drawn(replies):
    release = replies.house.shelf.open(replies.pointer.release)
    return dataclasses.replace(release, workflow=dataclasses.replace(release.workflow, random_check=1.0))
