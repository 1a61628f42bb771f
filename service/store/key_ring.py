"""The keys at work: made ahead, unwrapped once, kept in memory in bounded number, destroyed for good.

AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits. One key seals far fewer than the 2^32 messages that this
allows: it is one person's, or one workflow's for a day. A key's own id is authenticated with whatever it seals.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from service.errors import CannotStart, Erased, KeysUnavailable
from service.ids import new_id
from service.store import key_store, sealed
from service.store.engine import Connection, Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SPARE: Final = 64  # keys made in one commit, so that hardly any decision waits for one
_KEPT: Final = 4_096  # keys in memory: about a kilobyte each
_DAYS: Final = 256  # workflows and days whose keys are known without being looked up
_NONCE: Final = 12  # bytes
_KEY: Final = 32  # bytes
_NAME, _CHECK = "name", "check"


@dataclass(frozen=True, slots=True)
class _Opened:
    store: Store
    wrap: AESGCM  #: wraps the others
    owners: bytes  #: what digests of owners are keyed with
    name: str


class KeyRing:
    """The keys of one instance: for all threads, opened when the first is needed, or by `check`."""

    def __init__(self, url: str, master: Callable[[bool], bytes], clock: Callable[[], datetime]) -> None:
        """`master` gives the master key of 32 bytes; called with True it may make one, because nothing needs it yet."""
        self._url, self._master, self._clock = url, master, clock
        self._gate = threading.RLock()
        self._opened: _Opened | None = None
        self._spare: list[str] = []
        self._kept: OrderedDict[str, AESGCM] = OrderedDict()
        self._days: dict[str, str] = {}  # owner -> key

    def check(self) -> str:
        """The name of the key store, which is opened if it is not yet. `CannotStart` when it is not fit."""
        return self._open().name

    def owner(self, subject: str) -> str:
        """What stands for somebody in the database; without the master key it tells nothing of them."""
        digest = hmac.new(self._open().owners, subject.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"subject:{digest.hexdigest()}"

    def new(self) -> str:
        """A key that nothing is sealed under; durable before it is given out."""
        with self._gate:
            if not self._spare:
                self._spare = self._make(_SPARE)
            return self._spare.pop()

    def day(self, owner: str) -> str | None:
        """The key of a workflow and day, where it was noted."""
        return self._days.get(owner)

    def note_day(self, owner: str, key: str) -> None:
        """It need not be looked up again: it stays the same as long as anything is written for that day."""
        if len(self._days) >= _DAYS:
            self._days = {}
        self._days[owner] = key

    def seal(self, key: str, data: bytes) -> bytes:
        """The form to be stored. Erased when the key is destroyed; KeysUnavailable when it is nowhere."""
        cipher = self._cipher(key)
        if cipher is None:
            raise Erased("what this belongs to is erased", remedy="nothing can be added to it")
        return sealed.joined(key, _encrypted(cipher, key, data))

    def open(self, key: str, body: bytes) -> bytes | None:
        """What was sealed, or None when the key is destroyed. KeysUnavailable when it is nowhere, or another one."""
        from cryptography.exceptions import InvalidTag

        cipher = self._cipher(key)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], key.encode())
        except InvalidTag as error:
            raise KeysUnavailable(f"what key {key} sealed was altered", remedy=_RESTORE) from error

    def destroy(self, keys: Collection[str]) -> int:
        """For good, and out of the store's files as well; how many were still there. Other processes forget it within
        seconds (`forget`)."""
        if not keys:
            return 0
        opened, now = self._open(), self._clock()
        count = opened.store.commit(lambda connection: key_store.destroy(connection, keys, now))
        opened.store.empty_log("keys")
        self.forget(keys)
        return count

    def destroyed(self, after: str = "") -> list[str]:
        """Some ids of destroyed keys after that one, in order; none are left when it is empty."""
        with self._open().store.read() as connection:
            return key_store.destroyed(connection, after)

    def forget(self, keys: Iterable[str] | None = None) -> None:
        """Out of this process's memory; None: all of them. What is still there is read anew."""
        with self._gate:
            if keys is None:
                self._kept.clear()
            else:
                for key in keys:
                    self._kept.pop(key, None)

    def close(self) -> None:
        """Keys that were made ahead and not used go again."""
        with self._gate:
            opened, self._opened = self._opened, None
            self._kept.clear()
            spare, self._spare = self._spare, []
        if opened is not None:
            if spare:
                opened.store.submit(lambda connection: key_store.remove_unused(connection, spare))
            opened.store.close()

    def _open(self) -> _Opened:
        with self._gate:
            if self._opened is None:
                self._opened = self._unlocked()
            return self._opened

    def _unlocked(self) -> _Opened:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        store = key_store.open_key_store(self._url)
        try:
            with store.read() as connection:
                new = key_store.fact(connection, _NAME) is None
            master = self._master(new)
            wrap, owners = (hmac.digest(master, use, "sha256") for use in (b"wrapping keys", b"naming owners"))
            cipher = AESGCM(wrap)
            name, check = store.commit(lambda connection: _introduced(connection, cipher)) if new else _facts(store)
            cipher.decrypt(check[:_NONCE], check[_NONCE:], name)
        except InvalidTag as error:
            store.close()
            raise CannotStart("the master key is not the one that these keys are wrapped by", remedy=_MASTER) from error
        except BaseException:
            store.close()
            raise
        return _Opened(store, cipher, owners, name.decode())

    def _make(self, count: int) -> list[str]:
        opened, now = self._open(), self._clock()
        made = {new_id("key"): os.urandom(_KEY) for _ in range(count)}
        wrapped = {key: _encrypted(opened.wrap, key, secret) for key, secret in made.items()}
        opened.store.commit(lambda connection: key_store.add(connection, wrapped, now))
        for key, secret in made.items():
            self._keep(key, secret)
        return sorted(made, reverse=True)

    def _cipher(self, key: str) -> AESGCM | None:
        with self._gate:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
            opened = self._open()
        with opened.store.read() as connection:
            known, own = key_store.find(connection, key)
            beside = key_store.near(connection, key) if own is not None else {}
        if not known:
            raise KeysUnavailable(f"key {key} is not in the key store", remedy=_RESTORE)
        if own is None:
            return None
        with self._gate:
            for each, data in beside.items():
                if each not in self._kept:
                    self._keep(each, _unwrapped(opened, each, data))
            return self._keep(key, _unwrapped(opened, key, own))

    def _keep(self, key: str, secret: bytes) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        kept = self._kept[key] = AESGCM(secret)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept


_RESTORE = "restore the newest copy of the key store (docs/erasure.md); without it these texts cannot be read"
_MASTER = "put back the master key that this key store was made with (SIGNOFF_MASTER_KEY, or master.key in the home)"


def _unwrapped(opened: _Opened, key: str, data: bytes) -> bytes:
    return opened.wrap.decrypt(data[:_NONCE], data[_NONCE:], key.encode())


def _encrypted(cipher: AESGCM, key: str, data: bytes) -> bytes:
    """Nonce, then cipher text with its tag."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, data, key.encode())


def _introduced(connection: Connection, cipher: AESGCM) -> tuple[bytes, bytes]:
    """Name and check of a store that is new; of one that another process introduced meanwhile, as they are."""
    if key_store.fact(connection, _NAME) is None:
        name = new_id("kst")
        key_store.state(connection, _NAME, name.encode())
        key_store.state(connection, _CHECK, _encrypted(cipher, name, b""))
    return _said(connection)


def _facts(store: Store) -> tuple[bytes, bytes]:
    with store.read() as connection:
        return _said(connection)


def _said(connection: Connection) -> tuple[bytes, bytes]:
    name, check = key_store.fact(connection, _NAME), key_store.fact(connection, _CHECK)
    if name is None or check is None:
        raise CannotStart("the key store is damaged", remedy=_RESTORE)
    return name, check
