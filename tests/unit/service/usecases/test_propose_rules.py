"""Two people: what one proposes another approves, byte for byte, under the policy in force."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.errors import LosesAutomation, NotFound, ProposalClosed, ProposalStale, SamePerson
from service.store import pointers, proposals
from service.usecases.propose_rules import approve, page, reject, view
from service.usecases.reload_rules import reload
from service.usecases.stage_release import activate, current_parts, stage
from tests.unit.service.usecases.edits import (
    ANN,
    BEN,
    NAME,
    edit,
    edit_rule,
    pointer_now,
    policy,
    records,
    rule_now,
    two_people,
)


@pytest.fixture
def guarded(house):
    """A house whose policy asks for a second person, and a change that waits for one."""
    two_people(house.home)
    reload(house, "Ann")
    edit_rule(house.home, "press", "status: enforce", "status: retired")
    return house


def parts_now(house):
    with house.store.read() as connection:
        row = pointers.release(connection, pointer_now(house).release)
        assert row is not None
        return current_parts(connection, row)


def test_a_change_waits_for_somebody_else(guarded):
    """Nothing changes until another person approves; then exactly what was proposed, whatever the files say by then."""
    before = pointer_now(guarded).release
    proposed = reload(guarded, "Ann")
    assert (proposed["changed"], pointer_now(guarded).release) == (False, before)
    assert [change["kind"] for change in proposed["workflows"][0]["changes"]] == ["retired"]
    assert reload(guarded, "Ann")["proposal"] == proposed["proposal"], "the same change is proposed once"
    (listed,) = page(guarded, "proposed")
    assert (listed["by"], listed["workflows"]) == ("Ann", [NAME])
    edit_rule(guarded.home, "press", "status: retired", "status: draft")
    for same in (ANN, Principal("cli", "cli:ann", ROLES["operations"])):
        with pytest.raises(SamePerson):
            approve(guarded, same, proposed["proposal"])
    done = approve(guarded, BEN, proposed["proposal"])
    assert (done["changed"], rule_now(guarded, "press").status) == (True, "retired")
    assert done["workflows"][0]["release"] == pointer_now(guarded).release
    (body,) = records(guarded, "rules.approved")
    assert (body["by"], body["proposed_by"], body["proposal"]) == ("Ben", "Ann", proposed["proposal"])
    assert body["changes"]["demoted"] == {"press": "enforce → retired"}
    with pytest.raises(ProposalClosed):
        approve(guarded, BEN, proposed["proposal"])
    assert view(guarded, proposed["proposal"])["state"] == "approved"


def test_an_approval_takes_no_certificate_away_by_accident(guarded):
    """A proposal may say it; whoever approves it has to mean it, and may still do so after the refusal."""
    edit(policy(guarded.home), "alpha: 0.05", "alpha: 0.0001")
    before, proposed = pointer_now(guarded).release, reload(guarded, "Ann")
    assert proposed["workflows"][0]["refusal"] is not None
    with pytest.raises(LosesAutomation, match="no certificate"):
        approve(guarded, BEN, proposed["proposal"])
    assert (pointer_now(guarded).release, view(guarded, proposed["proposal"])["state"]) == (before, "proposed")
    assert approve(guarded, BEN, proposed["proposal"], accept_none=True)["workflows"][0]["certificate"] is None


def test_the_policy_in_force_decides(guarded):
    """Taking the second person out of the policy takes a second person; a dry run takes none."""
    edit(policy(guarded.home), "changes: {second_person: true}\n", "")
    assert reload(guarded, "Ann", dry_run=True)["proposal"] is None
    assert reload(guarded, "Ann")["proposal"] is not None
    assert guarded.shelf.open(pointer_now(guarded).release).workflow.changes.second_person
    assert reload(guarded, "start", automatic=True)["proposal"] is None, "nobody in particular proposes nothing"


def test_what_was_proposed_on_other_rules_is_proposed_again(guarded):
    """Rules that changed since make it stale: the approver saw another difference. Documents and classifier do not."""
    proposal = reload(guarded, "Ann")["proposal"]
    parts = parts_now(guarded)
    activate(guarded, [stage(guarded, parts, "tests", "another release of the same rules")])
    assert view(guarded, proposal)["stale"] is None
    edit_rule(guarded.home, "press", "status: retired", "status: shadow")
    newer = reload(guarded, "Ann")["proposal"]
    assert view(guarded, proposal)["state"] == "superseded"
    with pytest.raises(ProposalClosed):
        approve(guarded, BEN, proposal)
    approve(guarded, BEN, newer)
    edit_rule(guarded.home, "press", "status: shadow", "status: draft")
    third = reload(guarded, "Ann")["proposal"]
    activate(guarded, [stage(guarded, replace(parts, base=parts_now(guarded).base), "tests", "other rules meanwhile")])
    assert "changed since" in view(guarded, third)["stale"]
    with pytest.raises(ProposalStale):
        approve(guarded, BEN, third)
    assert view(guarded, third)["state"] == "superseded"


def test_a_rejection_says_why_in_a_note(guarded):
    """Decided once; the reason is shown with the proposal and not in the chain."""
    proposal = reload(guarded, "Ann")["proposal"]
    assert reject(guarded, BEN, proposal, "Mrs Smith objects")["why"] == "Mrs Smith objects"
    with pytest.raises(ProposalClosed):
        reject(guarded, BEN, proposal, "again")
    (body,) = records(guarded, "rules.rejected")
    assert "Smith" not in str(body)
    with pytest.raises(NotFound):
        view(guarded, "prop_none")


def test_the_database_takes_no_approval_of_ones_own(guarded):
    """Whatever the code does: proposed and approved by the same name is no row."""
    proposal = reload(guarded, "Ann")["proposal"]
    with pytest.raises(sa.exc.IntegrityError, match="approved_by_somebody_else"):
        guarded.store.commit(
            lambda connection: proposals.close(connection, proposal, "approved", guarded.clock(), by="Ann")
        )
