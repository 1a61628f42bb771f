"""`signoff rules …` on folders of packs: no home folder, no database, nothing heavy."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from service.cli import app

ROOT = Path(__file__).resolve().parents[5]
STARTER = ROOT / "rules" / "packs" / "retail-banking"
HEAVY = {"sqlalchemy", "faiss", "onnxruntime", "fastapi", "numpy", "scipy", "alembic"}
LIGHT = ("check", "test", "cover", "mutate", "lint")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack begun with `signoff rules new`."""
    made = run("new", str(tmp_path / "phone-bank"), "--owner", "O'Hara, compliance")
    assert made.exit_code == 0, made.output
    return tmp_path / "phone-bank"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments])


def edit(pack: Path, old: str, new: str) -> None:
    path = pack / "first.rule.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_new_pack_is_fine_from_the_start(pack: Path) -> None:
    """It checks, its tests pass, they decide every clause and notice every change."""
    assert "1 pack, 1 rule, 4 of 4 tests pass: fine" in run("check", str(pack)).stderr
    assert run("test", str(pack)).exit_code == 0
    assert run("cover", str(pack), "--strict").exit_code == 0
    assert run("mutate", str(pack), "--strict").exit_code == 0
    assert "O''Hara" in (pack / "pack.yaml").read_text()


def test_a_new_pack_does_not_overwrite_anything(pack: Path) -> None:
    """Nor does it take a name that no pack can have."""
    for path in (pack, pack.parent / "Phone Bank"):
        process = signoff("new", str(path))
        assert process.returncode == 2
        assert "remedy:" in process.stderr


def test_errors_are_told_with_place_reason_and_remedy(pack: Path) -> None:
    """All of them, one a line, as compilers do; exit code 1."""
    edit(pack, "severity: low", "severity: lov")
    edit(pack, "effect: flag", "efect: flag")
    found = run("check", str(pack))
    assert found.exit_code == 1
    lines = found.stdout.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{pack}/first.rule.yaml:") for line in lines)
    assert any(":5:13: " in line and "did you mean `low`" in line for line in lines), lines
    told = json.loads(run("check", str(pack), "--json").stdout)
    assert told["ok"] is False
    assert {entry["file"] for entry in told["errors"]} == {f"{pack}/first.rule.yaml"}
    assert all(entry["remedy"] for entry in told["errors"])


def test_a_failing_test_is_an_error_and_a_failure(pack: Path, tmp_path: Path) -> None:
    """`check` names its place, `test` what it got, and the JUnit report both."""
    edit(pack, "expect: no_match", "expect: match")
    report = tmp_path / "reports" / "junit.xml"
    checked = run("check", str(pack), "--junit", str(report))
    assert checked.exit_code == 1
    line = (pack / "first.rule.yaml").read_text().partition("asked in the app")[0].count("\n") + 1
    assert f"first.rule.yaml:{line}:" in checked.stdout
    assert "expects match and gets no_match" in checked.stdout
    tested = run("test", str(pack))
    assert tested.exit_code == 1
    assert "asked in the app" in tested.stdout
    assert "3 of 4 tests pass" in tested.stderr
    suite = ET.parse(report).getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("4", "1")
    assert [case["passed"] for case in json.loads(run("test", str(pack), "--json").stdout)["tests"]].count(False) == 1


def test_a_broken_file_is_in_the_junit_report(pack: Path, tmp_path: Path) -> None:
    """As a case in error."""
    (pack / "second.rule.yaml").write_text("- id: [oops\n")
    found = run("test", str(pack), "--junit", str(tmp_path / "junit.xml"))
    assert found.exit_code == 1
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]
    assert suite.attrib["errors"] == "1"
    assert "second.rule.yaml" in suite[1].attrib["classname"]


def test_a_folder_that_is_no_pack_is_told(tmp_path: Path) -> None:
    """With what would be one."""
    found = run("check", str(tmp_path / "nowhere"))
    assert found.exit_code == 1
    assert "nowhere:1:1:" in found.stdout
    assert "pack.yaml" in found.stdout


def test_what_no_test_decides_is_named_with_its_clause(pack: Path) -> None:
    """And what no test notices; exit 1 only when asked to be strict."""
    for name in ("asked in the app", "about something else", "channel not known"):
        edit(pack, f"    - {{name: {name},", f"    # - {{name: {name},")
    covered = run("cover", str(pack))
    assert covered.exit_code == 0
    assert "channel == 'phone' is never false" in covered.stdout
    assert run("cover", str(pack), "--strict").exit_code == 1
    mutated = run("mutate", str(pack), "--strict")
    assert mutated.exit_code == 1
    assert "channel == 'phone'" in mutated.stdout
    (measured,) = json.loads(run("mutate", str(pack), "--json").stdout)
    assert measured["survivors"]


def test_explain_shows_what_fired_and_what_stopped_the_rest(pack: Path) -> None:
    """With file:line:column, values and the words of the text."""
    asked = ("explain", "What is your PASSWORD?", "--pack", str(pack))
    fired = run(*asked, "-a", "channel=phone")
    assert fired.exit_code == 0, fired.output
    assert "1 of 1 rules fire" in fired.stdout
    assert "first.rule.yaml:13:9:  matched('secret_words') is true (secret_words found: “PASSWORD”)" in fired.stdout
    stopped = run(*asked, "-a", "channel=app")
    assert "first.rule.yaml:14:9:  channel == 'phone' is false (channel = app)" in stopped.stdout
    (trace,) = json.loads(run(*asked, "-a", "channel=app", "--json").stdout)
    assert trace["finding"] == "no_match"
    assert trace["clauses"][0]["column"] == 9


@pytest.mark.parametrize(
    "more, said",
    [
        (["-a", "chanel=app"], "did you mean"),
        (["--rule", "phone-bank-secrets-by-fone"], "did you mean"),
        (["--now", "noon"], "2026-11-21"),
        (["--workflow", "retail-banking"], "one of them"),
    ],
)
def test_explain_refuses_what_it_cannot_read(pack: Path, more: list[str], said: str) -> None:
    """Each with what would be taken."""
    found = run("explain", "a", "--pack", str(pack), *more)
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.replace("│", " ").split())


def test_two_folders_are_compared_by_what_they_mean(pack: Path, tmp_path: Path) -> None:
    """A comment is no change; another effect is one, and the one that lets more through is marked."""
    same = tmp_path / "same" / "phone-bank"
    same.parent.mkdir()
    subprocess.run(["cp", "-r", str(pack), str(same)], check=True)
    (same / "first.rule.yaml").write_text("# another comment\n" + (same / "first.rule.yaml").read_text())
    compared = run("diff", str(pack), str(same))
    assert (compared.exit_code, compared.stdout) == (0, "")
    assert "no rule means anything else" in compared.stderr
    edit(same, "status: draft", "status: enforce")
    edit(same, "effect: flag", "effect: block")
    assert "block" in run("diff", str(pack), str(same)).stdout
    assert run("diff", str(same), str(pack)).stdout.startswith("!")
    assert {change["rule"] for change in json.loads(run("diff", str(pack), str(same), "--json").stdout)} == {
        "phone-bank-secrets-by-phone"
    }
    assert run("diff", str(pack)).exit_code == 2


def test_lint_names_a_review_that_is_overdue(pack: Path) -> None:
    """With its place; strict makes it count."""
    edit(pack, "review_by: 2030-01-01", "review_by: 2020-01-01")
    edit(pack, "status: draft", "status: enforce")
    found = run("lint", str(pack), "--strict")
    assert found.exit_code == 1
    assert "first.rule.yaml:" in found.stdout
    assert "2020-01-01" in found.stdout
    assert run("lint", str(pack)).exit_code == 0
    assert run("lint", str(pack), "--silent-days", "30").exit_code == 2


@pytest.mark.parametrize("kind", ["pack", "rule", "workflow"])
def test_the_schemas_are_printed(kind: str) -> None:
    """As JSON Schema, for editors that complete the files."""
    printed = json.loads(run("schema", kind).stdout)
    assert "json-schema.org" in printed["$schema"]


def test_an_unknown_schema_is_refused() -> None:
    """With the ones there are."""
    found = run("schema", "rules")
    assert found.exit_code == 2
    assert "workflow" in found.stderr


@pytest.mark.parametrize("command", LIGHT)
def test_files_are_looked_at_without_a_home_a_database_or_anything_heavy(command: str, tmp_path: Path) -> None:
    """What a team runs in its own repository: nothing but the rules library is loaded, and nothing is written."""
    program = (
        "import sys; sys.argv = ['signoff', *sys.argv[1:]]\n"
        "import atexit; atexit.register(lambda: print(*{n.partition('.')[0] for n in sys.modules}, file=sys.stderr))\n"
        "from service.cli import main; main()"
    )
    process = subprocess.run(
        [sys.executable, "-c", program, "rules", command, str(STARTER)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SIGNOFF_HOME": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-2000:]
    assert HEAVY & set(process.stderr.split()) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_check_is_a_matter_of_a_moment() -> None:
    """Editors and hooks run it on every save: seconds of processor time, whole process, as others may be busy here."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert signoff("check", str(STARTER)).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(2)) < 2


def signoff(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", "rules", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
