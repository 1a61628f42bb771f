"""The page of licences, against the lock that servers are installed from."""

from __future__ import annotations

import re
from importlib import metadata

import pytest

from deploy import licences, lock

LOCK = licences.LOCK.read_text(encoding="utf-8")
PAGE = licences.PAGE.read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\w[\w.-]*) \| (\d\S*) \| (.+?) \| (.*?) ?\|$", PAGE, re.MULTILINE)

FREE = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Zlib",
}
OF_THE_PACKAGE_ALONE = {"LGPL-3.0-only", "MPL-2.0"}
IN_OTHER_WORDS = {"BSD-3-Clause, Apache-2.0, dependency licenses"}


def test_the_page_names_exactly_what_a_server_is_made_of():
    """Each package of the lock in its version, and no other one."""
    assert [f"{name}=={version}" for name, version, *_ in ROWS] == lock.pins(lock.without_gpu(LOCK))
    assert len(ROWS) > 50


@pytest.mark.parametrize("name, licence", [(name, licence) for name, _, licence, _ in ROWS])
def test_each_has_a_licence_that_binds_no_more_than_the_package(name: str, licence: str):
    """A licence is named, and none asks anything of what merely uses the package."""
    assert licence in IN_OTHER_WORDS or set(re.split(r" AND | OR ", licence)) <= FREE | OF_THE_PACKAGE_ALONE, name


def test_the_page_is_as_the_packages_here_say():
    """Nobody edits the page by hand: where the locked version is installed its own words stand there."""
    installed = [row for row in ROWS if _installed(row[0]) == row[1]]
    assert len(installed) > 50
    assert [(name, licence) for name, _, licence, _ in installed] == [
        (name, licences.licence_of(name)) for name, *_ in installed
    ]


def test_a_package_that_names_no_licence_stops_the_page():
    """Neither a blank nor a guess gets onto the list."""
    with pytest.raises(metadata.PackageNotFoundError):
        licences.page("no-such-package-at-all==1.0 \\\n    --hash=sha256:00\n")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
