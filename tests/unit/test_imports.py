"""What a process loads when it starts: nothing that compiles or trains, and for the command line nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODELS_EXTRA = {"torch", "transformers", "sentence_transformers", "sklearn", "onnx"}
HEAVY = {"fastapi", "faiss", "onnxruntime", "sqlalchemy", "numpy", "scipy"} | MODELS_EXTRA


@cache
def loaded_by(statement: str) -> frozenset[str]:
    """Top-level modules that a fresh interpreter holds after this statement."""
    program = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", program]
    return frozenset(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("module", ["service.app, service.server", "service.cli", "service.client"])
def test_serving_loads_nothing_of_the_models_extra(module: str):
    """A server, the command line and the client start where neither torch nor scikit-learn is installed."""
    assert loaded_by(f"import {module}") & MODELS_EXTRA == set()


def test_the_command_line_starts_light():
    """`signoff --help` answers at once: what a command needs is imported by that command."""
    assert loaded_by("import service.cli") & HEAVY == set()


def test_the_client_needs_httpx_and_pydantic_alone():
    """Who only calls the service does not load it."""
    assert loaded_by("import service.client") & (HEAVY | {"uvicorn", "jinja2", "structlog"}) == set()


def test_libraries_load_nothing_of_the_service():
    """Rules and index can be used without the service, and without each other."""
    assert loaded_by("import rules.reading.reader, rules.evaluate, rules.compile") & {"service", "index"} == set()
    assert loaded_by("import index.search, index.build, index.encoder") & {"service", "rules"} == set()
