"""Links between the files of one import, as citations: who refers to whom is worth knowing when they are searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Final
from urllib.parse import unquote

from service.usecases.document_file import DocumentFile

_TARGET: Final = re.compile(r"\]\(([^()\s]{1,500})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:|//")
_INDEX: Final = "index"  #: the page that a folder shows


def with_links(files: Sequence[DocumentFile]) -> list[DocumentFile]:
    """The same documents, each citing the others that its text links to by their paths."""
    by_path = {_bare(file.source): file.id for file in files if ": " not in file.source}
    return [_linked(file, by_path) for file in files]


def _linked(file: DocumentFile, by_path: Mapping[str, str]) -> DocumentFile:
    cited = dict.fromkeys(file.citations)
    cited.update(dict.fromkeys(by_path[path] for path in _paths(file) if path in by_path))
    cited.pop(file.id, None)
    return replace(file, citations=tuple(cited)) if len(cited) != len(file.citations) else file


def _paths(file: DocumentFile) -> Iterator[str]:
    """What the links could mean: relative to the file or to the import's top, with or without an ending."""
    here = PurePosixPath(file.source).parent
    for target in _TARGET.findall(file.text):
        if _SCHEME.match(target) or target.startswith("#"):
            continue
        path = unquote(target.partition("#")[0].partition("?")[0])
        yield _bare(normpath(path.lstrip("/") if path.startswith("/") else str(here / path)))


def _bare(path: str) -> str:
    """A path without its ending; a folder's index page is the folder."""
    whole = PurePosixPath(path.removesuffix(".gz").rstrip("/"))
    bare = whole.with_suffix("") if whole.suffix and not whole.suffix[1:].isdigit() else whole
    return str(bare.parent if bare.name == _INDEX else bare)
