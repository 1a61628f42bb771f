"""The forms that names and texts in rule files may have: read by the readers, shown to editors by the JSON Schemas."""

from __future__ import annotations

from typing import Final, NamedTuple


class Form(NamedTuple):
    """What a text must look like. The pattern holds for the whole text; an empty one for any."""

    most: int = 2_000  #: characters
    pattern: str = ""
    remedy: str = ""


ANY: Final = Form()
TITLE: Final = Form(200)
OWNER: Final = Form(200)
TEST_NAME: Final = Form(200)
REASON: Final = Form(500)
CONDITION: Final = Form(10_000)
FILE: Final = Form(200)
ID: Final = Form(64, r"[a-z0-9]+(-[a-z0-9]+)*", "use a-z and 0-9, parts joined by single hyphens")
PACK_ID: Final = Form(64, r"[a-z0-9][a-z0-9-]*", "use a-z, 0-9 and hyphens")
CODE: Final = Form(32, r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*", "write it like SANC-01")
#: Names of the author's choice: lists, matchers, attributes, fields of documents.
NAME: Final = Form(64, r"[a-z][a-z0-9_]{0,63}", "use a-z, 0-9 and _, beginning with a letter")
