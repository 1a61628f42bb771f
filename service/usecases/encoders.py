"""The encoders that releases were made with: the instance's own, and those beside it by their digest."""

from __future__ import annotations

import threading
from pathlib import Path

from index.encoder import EncoderPool
from index.errors import IndexFault
from service.errors import CannotStart


class Encoders:
    """Opens each encoder once; its sessions are shared by all who ask for it."""

    def __init__(self, own: EncoderPool, folder: Path, *, sessions: int, cache: int) -> None:
        """`folder` holds the others, each in a folder named by its digest."""
        self.own = own
        self._folder = folder
        self._sessions = sessions
        self._cache = cache
        self._others: dict[str, EncoderPool] = {}
        self._opening = threading.Lock()

    def of(self, digest: str) -> EncoderPool:
        """The encoder with that digest; CannotStart says how to get it back."""
        if digest == self.own.digest:
            return self.own
        found = self._others.get(digest)
        if found is None:
            with self._opening:
                found = self._others.get(digest) or self._open(digest)
                self._others[digest] = found
        return found

    def forget(self) -> None:
        """Keep no text of a request in memory."""
        for pool in (self.own, *list(self._others.values())):
            pool.forget()

    def _open(self, digest: str) -> EncoderPool:
        folder = self._folder / digest
        remedy = f"put encoder {digest[:12]} back into {folder}, or fit the workflow anew: signoff workflow refit NAME"
        if not folder.is_dir():
            raise CannotStart(
                f"a release was made with encoder {digest[:12]}, installed is {self.own.digest[:12]}", remedy=remedy
            )
        try:
            pool = EncoderPool(folder, sessions=self._sessions, cache=self._cache)
        except IndexFault as fault:
            raise CannotStart(f"{fault.place}: {fault.reason}", remedy=remedy) from fault
        if pool.digest != digest:
            raise CannotStart(f"{folder} holds encoder {pool.digest[:12]}", remedy=remedy)
        return pool
