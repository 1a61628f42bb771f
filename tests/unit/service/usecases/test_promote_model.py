"""Nothing learned answers before a person says so, with everything there that has to be; and it can be taken back."""

from __future__ import annotations

import json

import pytest

from service.errors import Conflict, InvalidRequest, NotFound, NotPromotable, SamePerson
from service.store import pointers
from service.usecases import shadow
from service.usecases.establish import establish
from service.usecases.explain_label import explain_label
from service.usecases.make_decision import Ask, decide
from service.usecases.model_card import Said
from service.usecases.promote_model import Promotion, Waived, promote, reject, roll_back
from service.usecases.read_model import page, view
from service.usecases.read_release import page as releases
from service.usecases.reload_rules import reload
from tests.unit.service.usecases.edits import edit, records
from tests.unit.service.usecases.model_desk import CALLER, OLGA, PETE, SHOP, ask, candidate

UNSHADOWED = Waived(without_shadow=True, accept_less=True)


def answering(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, SHOP)
    assert found is not None
    return found.release


def states(house):
    return {each["id"]: each["state"] for each in page(house, workflow=SHOP)["items"]}


def policy(house):
    return house.home / "workflows" / SHOP / "workflow.yaml"


def test_everything_that_is_missing_is_named_at_once(shop):
    """The card and the comparison; nothing changes."""
    model, before = candidate(shop, said=Said()), answering(shop)
    with pytest.raises(NotPromotable) as refused:
        promote(shop, OLGA, Promotion(model, "better"))
    assert [problem.field for problem in refused.value.problems] == ["owner", "licence", "without_shadow"]
    assert answering(shop) == before
    assert states(shop)[model] == "candidate"


def test_a_promoted_model_answers_and_every_decision_names_it(shop):
    """With what was waived and the note on the ledger, and the one before retired."""
    (first,) = states(shop)
    model = candidate(shop, said=Said())
    asked = Promotion(model, "it knows more", UNSHADOWED, Said("Olga", "own records"))
    released = promote(shop, OLGA, asked)
    assert answering(shop) == released.id
    assert states(shop) == {first: "retired", model: "active"}
    found = view(shop, model)
    assert (found["release"], found["decided_by"], found["why"]) == (released.id, "Olga", "it knows more")
    assert (found["card"]["owner"], found["card_missing"]) == ("Olga", [])
    (answer,) = ask(shop, 1)
    assert answer["release"] == released.id
    assert explain_label(shop, OLGA, str(answer["id"]))["model"] == model
    named = {each["id"]: each["model"] for each in releases(shop, OLGA, SHOP)}
    assert named == {released.before: first, released.id: model}
    (told,) = records(shop, "release.promoted")
    assert (told["model"], told["waived"]) == (model, ["accept_less", "without_shadow"])
    assert "it knows more" not in json.dumps(told)


def test_less_automation_has_to_be_meant(shop, monkeypatch):
    """A certificate that lets less through than the one that answers refuses, unless it is accepted."""
    model = candidate(shop)
    monkeypatch.setattr(
        "service.usecases.promote_model.coverage", lambda row: 0.9 if row["why"] == "workflow created" else 0.5
    )
    with pytest.raises(NotPromotable) as refused:
        promote(shop, OLGA, Promotion(model, "why not", Waived(without_shadow=True)))
    assert [problem.field for problem in refused.value.problems] == ["accept_less"]
    assert "50.0%" in refused.value.detail


def test_enough_decisions_in_shadow_spare_the_waiver(shop):
    """The policy says how many are enough."""
    edit(policy(shop), "labels:", "models: {shadow_decisions: 5}\nlabels:")
    reload(shop, "ann")
    model = candidate(shop)
    shadow.start(shop, OLGA, model)
    ask(shop, 6)
    assert shadow.catch_up(shop, model) == 6
    assert promote(shop, OLGA, Promotion(model, "compared", Waived(accept_less=True))).id == answering(shop)


def test_who_had_it_trained_does_not_promote_it_where_it_takes_two(shop):
    """`second_person` holds for what is learned as it does for rules."""
    edit(policy(shop), "labels:", "changes: {second_person: true}\nlabels:")
    reload(shop, "ann")
    model = candidate(shop)
    with pytest.raises(SamePerson):
        promote(shop, OLGA, Promotion(model, "mine", UNSHADOWED))
    assert promote(shop, PETE, Promotion(model, "looked at it", UNSHADOWED)).id == answering(shop)


def test_rolling_back_is_one_step_to_the_earlier_certificate(shop):
    """The very release from before answers again."""
    first, before = next(iter(states(shop))), answering(shop)
    model = candidate(shop)
    promote(shop, OLGA, Promotion(model, "a try", UNSHADOWED))
    released = roll_back(shop, OLGA, model, "complaints")
    assert released.id == answering(shop) == before
    assert states(shop) == {first: "active", model: "retired"}
    (told,) = records(shop, "release.model_taken_back")
    assert told["to"] == before
    with pytest.raises(Conflict, match="no model answered") as refused:
        roll_back(shop, OLGA, first, "further")
    assert "/v1/halt" in str(refused.value.remedy)
    with pytest.raises(Conflict, match="does not answer"):
        roll_back(shop, OLGA, model, "twice")


def test_what_was_taken_back_may_answer_again(shop):
    """When the complaint was about something else; with all that was asked of it the first time."""
    first, model = next(iter(states(shop))), candidate(shop)
    promote(shop, OLGA, Promotion(model, "a try", UNSHADOWED))
    roll_back(shop, OLGA, model, "complaints")
    with pytest.raises(NotPromotable, match="live decisions"):
        promote(shop, OLGA, Promotion(model, "it was the rules"))
    released = promote(shop, OLGA, Promotion(model, "it was the rules", UNSHADOWED))
    assert released.id == answering(shop)
    assert states(shop) == {first: "retired", model: "active"}
    with pytest.raises(Conflict, match="is active"):
        promote(shop, OLGA, Promotion(model, "twice", UNSHADOWED))


def test_rolling_back_after_the_policy_changed_keeps_the_policy(shop):
    """Then a release is made of the earlier model and today's rules, and certified."""
    first, before = next(iter(states(shop))), answering(shop)
    old = shop.shelf.open(before)
    model = candidate(shop)
    promote(shop, OLGA, Promotion(model, "a try", UNSHADOWED))
    edit(policy(shop), "name: shop", "name: shop\n  lease_minutes: 20")
    reload(shop, "ann")
    released = roll_back(shop, OLGA, model, "complaints")
    row = shop.shelf.open(released.id).row
    assert row["head"] == old.row["head"]
    assert shop.shelf.policy(released.id).queue.lease_minutes == 20
    assert states(shop)[first] == "active"


def test_the_model_that_answers_names_the_release_of_today(shop):
    """Rules and policy may have changed since it was promoted."""
    edit(policy(shop), "name: shop", "name: shop\n  lease_minutes: 20")
    reload(shop, "ann")
    (active,) = page(shop, workflow=SHOP)["items"]
    assert active["release"] == view(shop, active["id"])["release"] == answering(shop)
    assert {each["model"] for each in releases(shop, OLGA, SHOP)} == {active["id"]}


def test_a_rejected_model_stays_rejected(shop):
    """For good, with its reason; what answers stays."""
    model, before = candidate(shop), answering(shop)
    reject(shop, OLGA, model, "it takes repairs for refunds")
    assert answering(shop) == before
    assert (view(shop, model)["state"], view(shop, model)["why"]) == ("rejected", "it takes repairs for refunds")
    with pytest.raises(Conflict, match="rejected by Olga"):
        promote(shop, PETE, Promotion(model, "after all", UNSHADOWED))
    with pytest.raises(Conflict, match="rejected"):
        shadow.start(shop, OLGA, model)


def test_a_reason_is_asked_for(shop):
    """Nobody can say later why, else."""
    model = candidate(shop)
    for work in (
        lambda: promote(shop, OLGA, Promotion(model, " ", UNSHADOWED)),
        lambda: reject(shop, OLGA, model, ""),
        lambda: roll_back(shop, OLGA, model, ""),
    ):
        with pytest.raises(InvalidRequest):
            work()


def test_an_unknown_model_is_not_found(shop):
    """As everywhere."""
    with pytest.raises(NotFound):
        promote(shop, OLGA, Promotion("mod_nothing", "it is good", UNSHADOWED))


def test_doubtful_labels_have_to_be_known_of(shop, monkeypatch):
    """A candidate whose labels look flipped is promoted by nobody who does not say so."""
    from service.usecases import train_model
    from service.usecases.doubted_labels import Doubts

    monkeypatch.setattr(train_model, "doubts_of", lambda *_: Doubts(True, (1, 100), (9, 40)))
    model = candidate(shop)
    assert view(shop, model)["doubtful"]
    with pytest.raises(NotPromotable) as refused:
        promote(shop, OLGA, Promotion(model, "better", UNSHADOWED))
    assert [problem.field for problem in refused.value.problems] == ["despite_doubts"]
    assert "9 of 40" in refused.value.detail
    known = Waived(without_shadow=True, accept_less=True, despite_doubts=True)
    assert promote(shop, OLGA, Promotion(model, "checked by hand", known)).id == answering(shop)


def test_fitting_anew_is_no_way_round_the_second_person(shop):
    """Where it takes two, what was learned has to be promoted; the same examples may be fitted again."""
    from tests.unit.service.usecases.model_desk import label

    edit(policy(shop), "labels:", "changes: {second_person: true}\nlabels:")
    reload(shop, "ann")
    establish(shop, SHOP, "ann", "refit")
    before = answering(shop)
    label(shop, [("Where does the courier have my sofa?", "delivery"), ("Mend my sofa", "repair")])
    with pytest.raises(Conflict, match="second person"):
        establish(shop, SHOP, "ann", "refit")
    assert answering(shop) == before
    assert decide(shop, CALLER, Ask(SHOP, "Mend my sofa")).status in (200, 202)
