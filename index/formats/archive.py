"""A zip archive of which only named parts are unpacked, and no more of them than can be meant."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from index.formats.model import CannotRead

_MOST_PART: Final = 64 * 1024 * 1024  #: bytes of one part, unpacked
_MOST_PARTS: Final = 20_000


class Archive:
    """The parts of a package by their names. CannotRead: it is damaged, locked, or grows without end."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise CannotRead(f"it is cut off or damaged ({error}); fetch it again") from error
        if len(self._zip.filelist) > _MOST_PARTS:
            raise CannotRead(f"it has more than {_MOST_PARTS:,} parts")

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """One part, unpacked; empty when there is none of that name."""
        if name not in self:
            return b""
        try:
            with self._zip.open(name) as part:
                data = part.read(_MOST_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
            raise CannotRead(f"its part {name} is cut off or damaged ({error}); fetch it again") from error
        except RuntimeError as error:  # the standard library's word for a password
            raise CannotRead("it has a password; save it without one") from error
        if len(data) > _MOST_PART:
            raise CannotRead(f"its part {name} unpacks to more than {_MOST_PART // 2**20} MiB")
        return data
