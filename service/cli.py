"""The command line: every verb of operations, model and document owners. Heavy parts are imported where used."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rules.errors import RuleErrors
from service.domain.access import ROLES, Principal
from service.errors import ServiceError

if TYPE_CHECKING:
    from service.settings import Settings
    from service.usecases.house import House

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Decide by rules, documents and a classifier.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
rules_app = typer.Typer(no_args_is_help=True, help="Rule and policy files.")
workflow_app = typer.Typer(no_args_is_help=True, help="Workflows.")
documents_app = typer.Typer(no_args_is_help=True, help="Approved documents.")
encoder_app = typer.Typer(no_args_is_help=True, help="The encoder.")
index_app = typer.Typer(no_args_is_help=True, help="Snapshots.")
audit_app = typer.Typer(no_args_is_help=True, help="The ledger.")
for name, group in (
    ("keys", keys_app),
    ("rules", rules_app),
    ("workflow", workflow_app),
    ("documents", documents_app),
    ("encoder", encoder_app),
    ("index", index_app),
    ("audit", audit_app),
):
    app.add_typer(group, name=name)

# Decided automatically by the starter workflow; a test keeps it so.
_EXAMPLE = "I was charged twice for the same card payment yesterday, please refund me."

say = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Entry point: errors are said in a sentence with their remedy, not as a traceback."""
    try:
        app()
    except ServiceError as error:
        _complain(error)
        sys.exit(2)
    except RuleErrors as error:
        from service.usecases.reload_rules import broken

        _complain(broken(error.problems))
        sys.exit(2)


def _complain(error: ServiceError) -> None:
    say.print(f"[bold red]error:[/] {_plain(error.detail)}")
    for problem in error.problems:
        say.print(f"  {_plain(problem.field)}: {_plain(problem.message)} [dim]{_plain(problem.remedy)}[/]")
    listed = error.extra.get("errors")
    for entry in listed if isinstance(listed, list) else []:
        place = f"{entry['file']}:{entry['line']}:{entry['column']}"
        say.print(f"  {_plain(place)}: {_plain(entry['message'])} [dim]({_plain(entry['remedy'])})[/]")
    if error.remedy:
        say.print(f"[bold]remedy:[/] {_plain(error.remedy)}")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(str(text))


def _by() -> str:
    """Who is at the command line, as the ledger will say."""
    return f"cli:{getpass.getuser()}"


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a kind of work; plain lines where there is no terminal."""
    if not say.is_terminal:
        yield _plain_progress()
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell


def _plain_progress() -> Callable[[str, int, int], None]:
    shown: dict[str, int] = {}

    def tell(what: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if shown.get(what) != tenth:
            shown[what] = tenth
            say.print(f"{what}: {done}/{total}")

    return tell


@contextlib.contextmanager
def _house() -> Iterator[House]:
    from service.settings import load_settings
    from service.usecases.house import open_house

    house = open_house(load_settings())
    try:
        yield house
    finally:
        house.close()


def _operator() -> Principal:
    return Principal("cli", _by(), ROLES["operations"])


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


# --- the service -----------------------------------------------------------------------------------------------------


@app.command()
def init(
    seed: Annotated[Path | None, typer.Option(help="Folder made by `signoff build-seed`.")] = None,
) -> None:
    """Prepare the home folder: schema, encoder, starter workflow, first keys. Repeating it does no harm."""
    from service.settings import load_settings
    from service.usecases.initialise import initialise

    settings = load_settings()
    with _progress() as progress:
        keys = initialise(settings, progress, seed=seed)
    if keys:
        _show_keys(settings, keys)


def _show_keys(settings: Settings, keys: list[dict[str, str]]) -> None:
    base = f"http://{settings.host}:{settings.port}"
    say.print("\n[bold]API keys, shown this once (stored as digests only):[/]")
    for key in keys:
        say.print(f"  {key['role']:<11} {key['key']}")
    caller = next(key["key"] for key in keys if key["role"] == "caller")
    say.print("\n[bold]Ask for a decision:[/]")
    body = json.dumps({"workflow": "retail-banking", "text": _EXAMPLE, "attributes": {"channel": "app"}})
    print(f"curl -s {base}/v1/decisions -H 'Authorization: Bearer {caller}' \\")
    print(f"  -H 'Content-Type: application/json' -d '{body}'\n")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Serve the API and the console."""
    from service.server import run
    from service.settings import load_settings

    run(load_settings(host=host, port=port), workers)


@app.command("build-seed")
def build_seed(target: Annotated[Path, typer.Argument(help="Folder to make.")]) -> None:
    """Make encoder and starter head in a folder, for an installation without the training libraries."""
    from service.usecases.initialise import build_seed as build

    target.mkdir(parents=True, exist_ok=True)
    with _progress() as progress:
        build(target, progress)


# --- keys ------------------------------------------------------------------------------------------------------------


@keys_app.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="caller, reviewer, operations, model-owner or auditor.")] = "caller",
    group: Annotated[list[str] | None, typer.Option(help="Audience of documents; may be repeated.")] = None,
) -> None:
    """Make a key and show it once."""
    from service.usecases.manage_keys import create

    with _house() as house:
        made = create(house, _by(), name=name, role=role, groups=group or ())
    say.print(f"{made['id']} ({made['role']}), shown this once:")
    print(made["key"])


@keys_app.command("list")
def keys_list() -> None:
    """Every key, without its secret."""
    from service.usecases.manage_keys import listing

    with _house() as house:
        for key in listing(house):
            state = f"revoked {key['revoked_at']}" if key["revoked_at"] else "good"
            groups = ",".join(key["groups"])
            print(f"{key['id']}  {key['role']:<12} {key['name']:<24} {key['created_at']}  {state}  {groups}")


@keys_app.command("revoke")
def keys_revoke(key_id: str) -> None:
    """From the next request on the key opens nothing."""
    from service.usecases.manage_keys import revoke

    with _house() as house:
        revoke(house, _by(), key_id)
    say.print(f"revoked {key_id}")


# --- rules -----------------------------------------------------------------------------------------------------------


@rules_app.command("check")
def rules_check() -> None:
    """Check the files as they lie there; every error as file:line:column."""
    from service.usecases.reload_rules import check

    with _house() as house:
        errors = check(house)
    for entry in errors:
        print(f"{entry['file']}:{entry['line']}:{entry['column']}: {entry['message']} ({entry['remedy']})")
    if errors:
        raise typer.Exit(1)
    say.print("rules and policies are fine")


@rules_app.command("reload")
def rules_reload(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
) -> None:
    """Load the edited files into the running service, all or none."""
    from service.usecases.reload_rules import reload

    with _house() as house:
        report = reload(house, _by(), dry_run=dry_run)
    if not report["changed"]:
        say.print("nothing changed: the files are what is in force")
    for each in report["workflows"]:
        before, after = each["before"]["coverage"], each["after"]["coverage"]
        verb = "would become" if dry_run else "is now"
        say.print(f"{each['workflow']} {verb} {each['release']}: automation {before:.0%} → {after:.0%}")


@rules_app.command("status")
def rules_status() -> None:
    """What is in force, and whether the files say something else."""
    from service.usecases.reload_rules import status

    with _house() as house:
        _print_json(status(house))


# --- workflows -------------------------------------------------------------------------------------------------------


@workflow_app.command("create")
def workflow_create(
    name: Annotated[str, typer.Argument(help="a-z, 0-9 and -")],
    examples: Annotated[Path, typer.Option(help="CSV: text,label[,outcome,documents]")],
    rules: Annotated[str, typer.Option(help="A pack of the home folder by name, or a folder.")],
    documents: Annotated[Path | None, typer.Option(help="JSON lines, or a folder of Markdown files.")] = None,
    outcome: Annotated[str | None, typer.Option(help="For labels without one: allow, block or review.")] = None,
    evidence: Annotated[str, typer.Option(help="when_named, required or off.")] = "when_named",
    autonomy: Annotated[str, typer.Option(help="auto, draft or people.")] = "auto",
    attested_by: Annotated[str | None, typer.Option(help="Who vouches that the documents are approved.")] = None,
    alpha: Annotated[float, typer.Option(help="Share of automatic decisions that may be wrong.")] = 0.05,
    delta: Annotated[float, typer.Option(help="Chance that the promise does not hold.")] = 0.10,
) -> None:
    """Make a workflow from your own files: it learns, is certified, and serves."""
    from service.domain.types import Autonomy, EvidencePolicy, Outcome
    from service.usecases.create_workflow import Plan, create_workflow

    plan = Plan(
        name=name,
        examples=examples,
        documents=documents,
        rules=rules,
        evidence=_one_of(EvidencePolicy, evidence, "--evidence"),
        outcome=_one_of(Outcome, outcome, "--outcome") if outcome else None,
        autonomy=_one_of(Autonomy, autonomy, "--autonomy"),
        attested_by=attested_by,
        alpha=alpha,
        delta=delta,
    )
    with _house() as house, _progress() as progress:
        made = create_workflow(house, plan, _by(), progress)
    from service.usecases.import_documents import sample

    say.print(f"\n[bold]{made.name}[/] serves as {made.release}: {made.labels} labels, {made.train} examples to learn")
    say.print(f"from, {made.calibration} kept for calibration only.")
    if made.filed:
        standing = (
            f"approved, attested by {_plain(attested_by)}" if attested_by else "submitted, nobody approved them yet"
        )
        say.print(f"{made.filed.added} documents filed ({standing}), {made.filed.unchanged} unchanged.")
    if made.bad_rows:
        say.print(f"[yellow]{len(made.bad_rows)} rows left out:[/] " + _plain("; ".join(map(str, made.bad_rows[:5]))))
    if made.unreadable:
        say.print(f"[yellow]{len(made.unreadable)} documents left out:[/]\n" + _plain(sample(made.unreadable)))
    for sentence in made.unknown_documents:
        say.print(f"[yellow]{_plain(sentence)}[/]")
    if made.too_few:
        say.print(f"[yellow]Labels with too few examples, left out:[/] {_plain(', '.join(made.too_few))}")
    if made.without_outcome:
        say.print(
            f"[yellow]{len(made.without_outcome)} labels have no outcome, so people decide them[/] (outcome: review). "
            "Name one in the CSV column `outcome`, or with --outcome."
        )
    _say_certificate(made.certified)
    _say_autonomy(autonomy)


def _say_autonomy(autonomy: str) -> None:
    if autonomy == "auto":
        say.print(f"Autonomy: auto, stepped up by {_by()} with this command (--autonomy draft leaves people deciding).")
    else:
        say.print(f"Autonomy: {autonomy}. Edit `autonomy` in workflow.yaml and reload to step up.")


def _say_certificate(certified: Any) -> None:
    from service.domain.types import Certificate

    if isinstance(certified, Certificate):
        say.print(
            f"Certificate: with confidence {1 - certified.delta:.0%} at most {certified.alpha:.0%} of automatic "
            f"decisions are wrong; {certified.coverage:.1%} of {certified.cases} calibration cases go through "
            f"({certified.errors} of {certified.accepted} wrong; {certified.sample})."
        )
    else:
        say.print(f"[yellow]No certificate, so people decide everything:[/] {_plain(certified.why)}")


def _one_of(kind: Any, word: str, option: str) -> Any:
    if word not in set(kind):
        raise typer.BadParameter(f"{word!r} is none of {', '.join(kind)}", param_hint=option)
    return kind(word)


@workflow_app.command("refit")
def workflow_refit(name: str) -> None:
    """Fit, build and certify a workflow anew from its files, as after a change of examples or encoder."""
    from service.usecases.establish import establish

    with _house() as house, _progress() as progress:
        staged = establish(house, name, _by(), "refit", progress=progress)
    say.print(f"\n{name} serves as {staged.release.id}")
    _say_certificate(staged.release.certificate or staged.release.refusal)


@workflow_app.command("list")
def workflow_list() -> None:
    """Every workflow with what answers for it."""
    from service.usecases.read_release import page

    with _house() as house:
        for release in page(house, _operator()):
            if release["active"]:
                granted = release["certificate"]
                automation = f"{granted['accepted'] / granted['cases']:.0%}" if granted else "none"
                print(f"{release['workflow']:<24} {release['id']}  automation {automation}  {release['created_at']}")


@app.command()
def decide(
    source: Annotated[Path, typer.Argument(help="CSV or JSON lines with a column `text`.")],
    workflow: Annotated[str, typer.Option(help="The workflow that decides.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Answers, one JSON object a line.")],
) -> None:
    """Decide every row of a file and record it all. Interrupted, it goes on where it stopped."""
    from service.usecases.decide_file import decide_file

    with _house() as house, _progress() as progress:
        report = decide_file(house, _operator(), workflow, source, out, progress)
    _say_report(report, out)
    if report.bad:
        raise typer.Exit(1)


def _say_report(report: Any, out: Path) -> None:
    done = report.decided or 1
    say.print(f"\n{report.decided} of {report.rows} rows decided ({report.repeated} by an earlier run), in {out}")
    say.print("outcomes: " + ", ".join(f"{name} {n} ({n / done:.1%})" for name, n in report.outcomes.most_common()))
    if report.reasons:
        say.print("reasons:  " + ", ".join(f"{name} {n}" for name, n in report.reasons.most_common()))
    say.print(f"decided automatically: {report.automatic / done:.1%}")
    if report.labelled:
        error = report.automatic_wrong / report.automatic_labelled if report.automatic_labelled else 0.0
        say.print(f"label accuracy over all {report.labelled}: {report.right / report.labelled:.4f}")
        say.print(f"error among the {report.automatic_labelled} automatic ones: {error:.4f}")
    if report.bad:
        say.print(f"[yellow]{len(report.bad)} rows not decided, kept in {out}.rejects:[/]")
        for bad in report.bad[:10]:
            say.print(f"  {_plain(str(bad))}")


# --- documents, encoder, snapshots, ledger ---------------------------------------------------------------------------


@documents_app.command("import")
def documents_import(
    source: Annotated[Path, typer.Argument(help="JSON lines, or a folder of Markdown files.")],
    collection: Annotated[str, typer.Option(help="The collection they belong to.")],
    attested_by: Annotated[str | None, typer.Option(help="Who vouches that they are approved.")] = None,
) -> None:
    """Take documents in, as submitted or attested ones."""
    from service.usecases.file_documents import file_documents
    from service.usecases.import_documents import read_documents, sample
    from service.usecases.rebuild_snapshot import refresh_collections

    with _house() as house, _progress() as progress:
        files, unreadable = read_documents(source)
        filed = file_documents(house, collection, files, _by(), attested_by=attested_by)
        if filed.added and attested_by:
            refresh_collections(house, {collection}, _by(), "documents imported", progress)
    say.print(f"{filed.added} documents filed, {filed.unchanged} unchanged")
    if unreadable:
        say.print(_plain(sample(unreadable)))
        raise typer.Exit(1)


@documents_app.command("approve")
def documents_approve(collection: str, document_id: str, version: int) -> None:
    """Approve a submitted version; not one that you submitted yourself."""
    from service.usecases.publish_document import approve

    with _house() as house:
        approve(house, _operator(), collection, document_id, version)
    say.print(f"approved {document_id}@{version}")


@documents_app.command("retire")
def documents_retire(
    collection: str, document_id: str, version: int, why: Annotated[str, typer.Option(help="The reason.")] = ""
) -> None:
    """Take a version out of use from the next request on."""
    from service.usecases.publish_document import retire

    with _house() as house:
        retire(house, _operator(), collection, document_id, version, why)
    say.print(f"retired {document_id}@{version}")


@encoder_app.command("compile")
def encoder_compile(
    source: Annotated[Path | None, typer.Option(help="Folder of a sentence-transformers model.")] = None,
) -> None:
    """Compile the encoder to ONNX and certify it against the original."""
    from index.compile import compile_encoder, pretrained_folder
    from service.settings import load_settings
    from service.usecases.house import encoder_folder

    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    with _progress() as progress:
        made = compile_encoder(source or pretrained_folder(), encoder_folder(settings), progress=progress)
    say.print(f"encoder {made.digest[:16]} in {encoder_folder(settings)}")


@index_app.command("build")
def index_build(
    workflow: Annotated[str | None, typer.Option(help="One workflow; all if not named.")] = None,
) -> None:
    """Build the snapshots anew from the database and release them."""
    from service.usecases.rebuild_snapshot import rebuild

    with _house() as house, _progress() as progress:
        for release in rebuild(house, workflow, _by(), progress):
            say.print(f"released {release}")


@audit_app.command("verify")
def audit_verify() -> None:
    """Check the chain from the first record to the last."""
    from service.usecases.verify_ledger import verify

    with _house() as house:
        found = verify(house)
    _print_json(found)
    if not found["ok"]:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
