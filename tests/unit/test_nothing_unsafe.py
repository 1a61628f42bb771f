"""What must not stand in this code, read from its syntax: doors by which stored bytes or other machines come in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("service", "rules", "index")
HELD = (*SHIPPED, "deploy")

#: Reading what these wrote runs what is in it.
RUN_WHAT_THEY_READ = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
SAFE_LOADERS = {"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
#: Modules that open connections, or bring something from a hub by themselves.
CONNECTING = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpcore",
    "httpx",
    "huggingface_hub",
    "requests",
    "smtplib",
    "urllib.request",
    "urllib3",
}
HUBS = {"from_pretrained", "hf_hub_download", "snapshot_download", "load_state_dict_from_url", "load_dataset"}

#: Some part of whatever is looked for below.
WORDS = re.compile(
    r"pickle|dill|joblib|marshal|shelve|\beval\(|\bexec\(|__import__|torch|yaml|shell|os\.system|popen|getoutput"
    r"|getstatusoutput|verify=|unverified|pretrained|hub|snapshot_download|load_dataset|load_state_dict"
    r"|import (aiohttp|ftplib|http|requests|smtplib|url)|from (aiohttp|ftplib|http|requests|smtplib|url)"
)

#: Who talks to other machines, and to which: each only to what the operator named.
MAY_CONNECT = {
    "service/client": "callers use it to reach a service of ours",
    "service/usecases/guarded_network.py": "receivers of webhooks, each address judged",
    "service/usecases/manage_webhooks.py": "reads the address of a webhook, connects to nothing",
    "service/usecases/post_webhook.py": "receivers of webhooks",
    "service/usecases/provider.py": "the identity provider of SIGNOFF_OIDC_FILE",
    "service/writer/endpoint.py": "the language model of SIGNOFF_WRITER_URL",
}


def unsafe(source: str) -> Iterator[str]:
    """What is wrong with a module, as `line: what`."""
    for node in spoken(source):
        yield from (f"{node.lineno}: {what}" for what in _wrong(node))


def spoken(source: str) -> Iterator[ast.Call | ast.Import | ast.ImportFrom]:
    """What a module imports and what it calls, if it has any word in it that is looked for: parsing takes its time."""
    if WORDS.search(source):
        yield from (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call | ast.Import | ast.ImportFrom))


def _wrong(node: ast.Call | ast.Import | ast.ImportFrom) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        yield from sorted({f"imports {top}" for top in map(_top, _imported(node)) if top in RUN_WHAT_THEY_READ})
        return
    name, given = _dotted(node.func), {each.arg: _dotted(each.value) for each in node.keywords}
    last = name.rpartition(".")[2]
    if name in {"eval", "exec", "__import__", "builtins.eval", "builtins.exec"}:
        yield f"{name}()"
    if name in {"np.load", "numpy.load"} and given.get("allow_pickle", "False") != "False":
        yield f"{name} opens pickles"
    if name == "torch.load" and given.get("weights_only") != "True":
        yield "torch.load without weights_only=True"
    if name.startswith("yaml.") and last in {"load", "load_all", "unsafe_load", "full_load", "unsafe_load_all"}:
        loader = given.get("Loader") or (_dotted(node.args[1]) if len(node.args) > 1 else "")
        if last not in {"load", "load_all"} or loader.rpartition(".")[2] not in SAFE_LOADERS:
            yield f"{name} without a safe loader"
    if name in SHELLS or given.get("shell", "False") != "False":
        yield f"{name} through a shell"
    if given.get("verify") == "False" or name == "ssl._create_unverified_context":
        yield f"{name} without looking at certificates"
    if last in HUBS or name.startswith("torch.hub."):
        yield f"{name} fetches from a hub"


def _dotted(node: ast.expr) -> str:
    """A name with its dots or a constant, as written; anything else is "…", with what is asked of it."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else repr(node.value) if isinstance(node, ast.Constant) else "…"


def _top(module: str) -> str:
    return module.partition(".")[0]


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{each.name}" for each in node.names)


@cache
def sources(*folders: str) -> tuple[tuple[str, str], ...]:
    files = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files)


def test_nothing_unsafe_stands_in_the_code() -> None:
    """No pickle, no evaluated text, no shell, no unverified connection, no hub, anywhere that is shipped."""
    read = sources(*HELD)
    assert len(read) > 500
    assert [f"{name}:{what}" for name, text in read for what in unsafe(text)] == []


def test_whoever_connects_to_somewhere_is_on_the_list() -> None:
    """Nothing but these modules can reach another machine over HTTP, and each of them still needs its line."""
    connecting = {
        name
        for name, text in sources(*SHIPPED)
        if any(module in CONNECTING for node in spoken(text) for module in _imported(node))
    }
    assert {_place(name) for name in connecting} == set(MAY_CONNECT)


def _place(name: str) -> str:
    return next((place for place in MAY_CONNECT if name == place or name.startswith(place + "/")), name)


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import marshal",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "eval(said)",
        "exec(said)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.full_load(text)",
        "subprocess.run(said, shell=True)",
        "os.system(said)",
        "httpx.Client(verify=False)",
        "AutoModel.from_pretrained(name)",
        "torch.hub.load(name)",
    ],
)
def test_each_of_them_would_be_found(text: str) -> None:
    """The walk above is not blind."""
    assert len(list(unsafe(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "np.load(path, mmap_mode='r', allow_pickle=False)",
        "torch.load(path, weights_only=True)",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "yaml.safe_load(text)",
        "network.eval()",
        "subprocess.run([sys.executable, '-m', 'x'], shell=False)",
    ],
)
def test_what_is_safe_is_left_alone(text: str) -> None:
    """Nor does it see what is not there."""
    assert list(unsafe(text)) == []
