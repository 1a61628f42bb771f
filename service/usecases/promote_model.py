"""Let a model answer, turn it down, or take it back. Nothing that was learned answers before a person says so here.

What has to be there: a certificate that is not worse than that of what answers, a comparison with enough live
decisions in which no kind of request fares worse, a card that says who answers for the model, what it learned from, by
what right and what it is not for. What a person may waive is named, and stands on the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from service.domain.access import Principal, same_person
from service.errors import Conflict, FieldProblem, NotPromotable, SamePerson
from service.store import artefacts, events, ledger, models, payloads
from service.store.engine import Connection, Row
from service.usecases.answering_model import follow
from service.usecases.ask import find_pointer
from service.usecases.earlier_release import Undoing, again, places, release_row
from service.usecases.house import House
from service.usecases.kept_automation import ended
from service.usecases.model_card import NEEDED, Said, completed, missing
from service.usecases.model_states import OPEN, PROMOTABLE, found_model
from service.usecases.note import Note, check_why, note_of
from service.usecases.progress import Progress, silent
from service.usecases.release_tuned import Released, told_of
from service.usecases.reload_report import coverage
from service.usecases.shadow_report import shadow_report, worse_slices
from service.usecases.stage_release import DEMO_SAMPLE, Parts, Staged, calibration_id, current_parts, settle, stage

PROMOTED, TAKEN_BACK = "release.promoted", "release.model_taken_back"

#: Less automation than this is no less: so much comes of which cases were drawn.
_SLACK = 0.01


@dataclass(frozen=True, slots=True)
class Waived:
    """What a person lets a model answer without. Each is named on the ledger."""

    accept_less: bool = False  #: it decides less alone than what answers, or nothing
    without_shadow: bool = False  #: it was not compared with enough live decisions
    despite_doubts: bool = False  #: the labels it learned from look wrong more often than before

    @property
    def named(self) -> list[str]:
        return [name for name, waived in asdict(self).items() if waived]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model that is to answer."""

    model: str
    why: str
    waived: Waived = field(default_factory=Waived)
    said: Said = field(default_factory=Said)  #: what its card does not say yet


def promote(house: House, principal: Principal, asked: Promotion, progress: Progress = silent) -> Released:
    """Certify the model under today's rules, policy and documents, and let it answer.

    NotPromotable names everything that is missing. SamePerson for whoever trained it, where the policy wants a second
    person. Conflict for a model that answers or was rejected.
    """
    note = note_of(house, check_why(asked.why))
    with house.store.read() as connection:
        model = found_model(connection, asked.model)
        pointer = find_pointer(connection, model.workflow)
    _refuse_unless(PROMOTABLE, model)
    policy = house.shelf.policy(pointer.release)
    if policy.changes.second_person and same_person(model.created_by, principal.name):
        raise SamePerson(f"{model.created_by} had it trained", remedy="somebody else has to promote it")
    card = completed(model.card, asked.said.or_else(policy))
    report = shadow_report(house, model.id)
    _refuse(_missing_of(card, report, asked.waived))
    told: list[Released] = []
    made: list[Staged] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            row = release_row(connection, find_pointer(connection, model.workflow).release)
            parts = _with_model(connection, current_parts(connection, row), model)
        staged = stage(house, parts, principal.name, f"promoted {model.id}", progress)
        _refuse(_less(house, row, staged, asked.waived))
        said = {"before": row["id"], "model": model.id, "waived": asked.waived.named, **note.told}
        made[:], told[:] = [replace(staged, told=said)], [told_of(staged, row)]
        return list(made)

    def also(connection: Connection) -> None:
        _keep(house, connection, principal.name, model, made[0], card, note)

    settle(house, make, PROMOTED, also, accept_none=asked.waived.accept_less)
    return told[0]


def reject(house: House, principal: Principal, model_id: str, why: str) -> None:
    """Turn it down for good. Conflict when it was decided already."""
    note, now = note_of(house, check_why(why)), house.clock()

    def work(connection: Connection) -> None:
        row = found_model(connection, model_id)
        _refuse_unless(OPEN, row)
        note.keep(connection, now)
        decided = {"state": models.REJECTED, "decided_by": principal.name, "decided_at": now, "note": note.id}
        models.move(connection, model_id, OPEN, decided)
        body = {"workflow": row.workflow, "by": principal.name, **note.told}
        ledger.append(connection, "model.rejected", model_id, now, body)
        heard = {"model": model_id, "workflow": row.workflow}
        events.add(connection, house.new_id("evt"), "model.rejected", model_id, heard, now)

    house.store.commit(work)


def _mixed(old: Parts, current: Parts) -> Parts:
    """The earlier head with the cases it was certified on, and the encoder that it judges the vectors of."""
    mixed = replace(current, head=old.head, calibration=old.calibration, sample=old.sample)
    return mixed if old.encoder == current.encoder else replace(mixed, encoder=old.encoder, adapter=old.adapter)


_MODEL = Undoing(
    of=lambda row: (row["head"], row["calibration"]),
    kind=TAKEN_BACK,
    certified_by=("rules", "policy", "encoder", "adapter"),
    mixed=_mixed,
)


def roll_back(
    house: House,
    principal: Principal,
    model_id: str,
    why: str,
    progress: Progress = silent,
    *,
    accept_none: bool = False,
) -> Released:
    """Let the model before `model_id` answer again; under the same rules and policy with its own certificate.

    Conflict when `model_id` does not answer, or nothing answered before it; LosesAutomation when that would end
    automation and `accept_none` is not given.
    """
    note = note_of(house, check_why(why))
    told: list[Released] = []
    made: list[Staged] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            model = found_model(connection, model_id)
            if model.state != models.ACTIVE:
                raise Conflict(f"{model_id} is {model.state}: it does not answer", remedy="see signoff model list")
            found = places(connection, model.workflow, _MODEL)
        if found is None:
            raise Conflict(
                f"no model answered for {model.workflow} before {model_id}",
                remedy="promote another one, or let people decide everything: POST /v1/halt",
            )
        said = {"by": principal.name, "why": "model taken back", "model": model_id, **note.told}
        staged = again(house, found, _MODEL, principal.name, "model taken back", said, progress)
        made[:], told[:] = [staged], [told_of(staged, found.now)]
        return [staged]

    def also(connection: Connection) -> None:
        now, row = house.clock(), made[0].release.row
        note.keep(connection, now)
        back = follow(connection, row["workflow"], row["head"], row["id"], now, principal.name)
        heard = {"model": back or "", "workflow": row["workflow"], "instead_of": model_id}
        events.add(connection, house.new_id("evt"), "model.rolled_back", model_id, heard, now)

    settle(house, make, TAKEN_BACK, also, accept_none=accept_none)
    return told[0]


def _with_model(connection: Connection, parts: Parts, model: Row[Any]) -> Parts:
    """Today's release with the model in the place of its own."""
    certified: Mapping[str, Any] = model.certificate or model.refusal or {}
    return replace(
        parts,
        head=artefacts.get(connection, model.head),
        calibration=payloads.get(connection, calibration_id(model.calibration)),
        sample=certified.get("sample", DEMO_SAMPLE),
    )


def _missing_of(card: Mapping[str, Any], report: Mapping[str, Any], waived: Waived) -> list[FieldProblem]:
    """What speaks against it before it is certified once more."""
    problems = [
        FieldProblem(name, f"its card does not say {NEEDED[name]}", f"say it with --{name} or in workflow.yaml: models")
        for name in missing(card)
    ]
    done, needed = report["decisions"], report["needed"]
    if done < needed and not waived.without_shadow:
        said = f"it was compared with {done} of {needed} live decisions"
        remedy = "put it into shadow and wait, or promote it --without-shadow"
        problems.append(FieldProblem("without_shadow", said, remedy))
    worse = worse_slices(report)
    if worse:
        said = f"it is wrong more often than what answers, and not by chance, for {'; '.join(worse)}"
        problems.append(FieldProblem("slices", said, "label more such requests and train again"))
    if card.get("doubts") and not waived.despite_doubts:
        remedy = "see signoff label doubts, put them right and train again; or promote it --despite-doubts"
        problems.append(FieldProblem("despite_doubts", str(card["doubts"]), remedy))
    return problems


def _less(house: House, row: Mapping[str, Any], staged: Staged, waived: Waived) -> list[FieldProblem]:
    """Whether it would decide less alone than what answers, at what the policy promises now; nothing of some labels is
    less, however much it gains elsewhere."""
    before, after, lost = coverage(row), coverage(staged.release.row), ended(house, row, staged.release)
    if waived.accept_less or (after >= before - _SLACK and not lost):
        return []
    said = f"it would decide {after:.1%} of the calibration cases alone, what answers decides {before:.1%}"
    said += f": with it, {lost}" if lost else ""
    return [FieldProblem("accept_less", said, "keep what answers, or promote it --accept-less")]


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        said = "; ".join(problem.message for problem in problems)
        raise NotPromotable(said, remedy=problems[0].remedy, problems=tuple(problems))


def _refuse_unless(states: Collection[str], model: Row[Any]) -> None:
    if model.state not in states:
        by = f" by {model.decided_by}" if model.decided_by else ""
        raise Conflict(
            f"{model.id} is {model.state}{by}", remedy=f"a model in one of these states: {', '.join(states)}"
        )


def _keep(
    house: House,
    connection: Connection,
    by: str,
    model: Row[Any],
    staged: Staged,
    card: Mapping[str, Any],
    note: Note,
) -> None:
    """The model answers from this commit on."""
    now, row = house.clock(), staged.release.row
    note.keep(connection, now)
    granted = {"certificate": row["certificate"], "refusal": row["refusal"]}
    decided = {"decided_by": by, "decided_at": now, "note": note.id, "card": dict(card), **granted}
    if not models.move(connection, model.id, PROMOTABLE, decided):
        _refuse_unless(PROMOTABLE, found_model(connection, model.id))
    follow(connection, model.workflow, model.head, row["id"], now, by)
    heard = {"model": model.id, "workflow": model.workflow, "release": row["id"]}
    events.add(connection, house.new_id("evt"), "model.promoted", model.id, heard, now)
