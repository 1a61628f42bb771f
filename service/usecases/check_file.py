"""Check a file that was taken out, an export of the ledger or a dossier, with nothing but the file and a public key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.domain import dossier, ledger_file
from service.domain.checkpoint import read_checkpoint
from service.errors import InvalidRequest
from service.usecases.checkpoint_key import PublicKey, read_public_key
from service.usecases.document_digest import has_digest

_LONGEST_FIRST_LINE = 65_536


def check_file(path: Path, public_key: Path | None = None) -> dict[str, Any]:
    """{"file", "kind", "ok", "key", "trusted", "checks"}; `trusted`: the key was given, and is not the file's own.

    InvalidRequest when the file is neither.
    """
    given = read_public_key(public_key.read_text(), str(public_key)) if public_key is not None else None
    with path.open("rb") as file:
        first = file.readline(_LONGEST_FIRST_LINE)
    exported = first.startswith(b"{") and first.endswith(b"\n") and _format(first) == ledger_file.FORMAT
    kind, checks, key = _export(path, given) if exported else _dossier(path, given)
    return {
        "file": path.name,
        "kind": kind,
        "ok": all(each.ok for each in checks),
        "key": key.id if key else None,
        "trusted": given is not None,
        "checks": [{"check": each.name, "ok": each.ok, "detail": each.detail} for each in checks],
    }


def _format(line: bytes) -> Any:
    try:
        return json.loads(line).get("format")
    except (ValueError, AttributeError):
        return None


def _export(path: Path, given: PublicKey | None) -> tuple[str, list[dossier.Check], PublicKey | None]:
    with path.open("rb") as file:
        found = ledger_file.read(file)
    where = (
        f"line {found.line}: {found.why}" if found.why else f"{found.chain.sequence} records, head {found.chain.head}"
    )
    checks = [dossier.Check("records", not found.why, where)]
    manifest = found.manifest
    if manifest is None:
        return "ledger", checks, given
    key = given or _own_key(manifest, path)
    ok = key.signed(ledger_file.signed_bytes(manifest), str(manifest.get("signature", "")))
    said = f"signed by key {key.id}" if ok else "it was changed after it was signed, or another key signed it"
    checks += [dossier.Check("signature", ok, said), _covered(manifest, key)]
    return "ledger", checks, key


def _covered(manifest: Mapping[str, Any], key: PublicKey) -> dossier.Check:
    """The checkpoint that came along is of these very records."""
    try:
        checkpoint = read_checkpoint(manifest.get("checkpoint"))
    except ValueError as error:
        return dossier.Check("checkpoint", ok=False, detail=str(error))
    covers = (checkpoint.sequence, checkpoint.head, checkpoint.root)
    if covers != (manifest["records"], manifest["head"], manifest["root"]) or not key.vouches_for(checkpoint):
        return dossier.Check(
            "checkpoint", ok=False, detail="it is of other records, or its signature is none of this key"
        )
    return dossier.Check("checkpoint", ok=True, detail=f"{checkpoint.sequence} records, signed at {checkpoint.at}")


def _dossier(path: Path, given: PublicKey | None) -> tuple[str, list[dossier.Check], PublicKey | None]:
    try:
        told = json.loads(path.read_bytes())
    except ValueError as error:
        raise _neither(path) from error
    if not isinstance(told, dict) or told.get("format") != dossier.FORMAT:
        raise _neither(path)
    key = given or _own_key(told, path)
    try:
        return "dossier", dossier.check(told, key.signed, has_digest), key
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidRequest(
            f"{path.name} is no whole dossier: {type(error).__name__} {error}", remedy="take it out anew"
        ) from error


def _own_key(told: Mapping[str, Any], path: Path) -> PublicKey:
    return read_public_key(str(told.get("public_key", "")), path.name)


def _neither(path: Path) -> InvalidRequest:
    return InvalidRequest(
        f"{path.name} is neither an export of a ledger nor a dossier",
        remedy="give a file that `signoff audit export` or `signoff audit dossier` wrote",
    )
