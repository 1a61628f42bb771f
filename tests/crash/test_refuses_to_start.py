"""What is damaged is not served: the start is refused with what is wrong and how to mend it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests import forked
from tests import house as instance


def serve(home, **environment):
    """`signoff serve` where it must not come up; what it said."""
    done = forked.run(["serve", "--port", "0"], {**os.environ, "SIGNOFF_HOME": str(home), **environment})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def unlinked(path: Path) -> Path:
    """The file, no longer shared with the folder it was copied from."""
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    return path


def test_an_altered_model_file_is_refused(home):
    """One flipped byte in the encoder: named, with the command that makes it anew."""
    model = unlinked(home / "encoder" / "model.onnx")
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    said = serve(home)
    assert "model.onnx" in said
    assert "signoff encoder compile" in said


def test_a_missing_encoder_is_refused(home):
    """No encoder, no service."""
    shutil.rmtree(home / "encoder")
    assert "signoff encoder compile" in serve(home)


@pytest.mark.parametrize("damage", ["lose", "remove", "truncate"])
def test_a_damaged_snapshot_is_built_again_and_served(home, tmp_path, damage):
    """A snapshot that is gone, or lacks a file or a byte, is set aside and comes back with the same digest."""
    snapshot = next(path for path in (home / "snapshots").iterdir() if path.is_dir())
    largest = max(snapshot.iterdir(), key=lambda path: path.stat().st_size)
    match damage:
        case "lose":
            shutil.rmtree(snapshot)
        case "remove":
            largest.unlink()
        case "truncate":
            data = unlinked(largest)
            data.write_bytes(data.read_bytes()[:-100])
    with instance.serving(home, tmp_path) as server:
        said = server.log.read_text()
    assert (snapshot / "manifest.json").is_file()
    assert len(list(snapshot.parent.glob(f"{snapshot.name}.damaged-*"))) == (damage != "lose")
    assert ("snapshot_built" if damage == "lose" else "snapshot_mended") in said


def test_a_snapshot_that_cannot_be_built_again_is_refused(home):
    """What it was built from is not known: the sentence names the file and the command, and that mends it."""
    import pysqlite3

    database = pysqlite3.connect(str(home / "signoff.db"))
    database.execute("DELETE FROM snapshots")
    database.commit()
    database.close()
    snapshot = next(path for path in (home / "snapshots").iterdir() if path.is_dir())
    (snapshot / "manifest.json").unlink()
    said = serve(home)
    assert "manifest.json" in said
    assert "signoff index build" in said
    mended = forked.run(["index", "build"], {**os.environ, "SIGNOFF_HOME": str(home)})
    assert mended.returncode == 0, mended.stderr


@pytest.mark.parametrize(
    "variable, value, says",
    [
        ("SIGNOFF_PROT", "8000", "did you mean SIGNOFF_PORT"),
        ("SIGNOFF_MAX_IN_FLIGHT", "many", "SIGNOFF_MAX_IN_FLIGHT"),
        ("SIGNOFF_ENCODER_SESSIONS", "0", "SIGNOFF_ENCODER_SESSIONS"),
    ],
)
def test_wrong_settings_are_refused_by_name(tmp_path, variable, value, says):
    """A misspelt or impossible setting is told by its name."""
    assert says in serve(tmp_path, **{variable: value})


def test_an_empty_home_is_told_what_to_do(tmp_path):
    """Nothing there yet: the sentence names the command."""
    assert "signoff init" in serve(tmp_path / "nothing")


def test_a_lost_secret_is_refused(home):
    """Without its key the ledger's digests cannot be made."""
    (home / "secret.key").unlink()
    assert "secret.key" in serve(home)


def test_an_artefact_changed_in_the_database_is_refused(home):
    """A head, rule set or policy that is not what its digest says is not opened."""
    import pysqlite3

    database = pysqlite3.connect(str(home / "signoff.db"))
    database.execute("UPDATE artefacts SET data = x'00' WHERE kind = 'head'")
    database.commit()
    database.close()
    assert "altered" in serve(home)
