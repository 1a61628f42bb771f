"""The key that an instance signs its checkpoints with: Ed25519 (RFC 8032), made once, its private half kept at home."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.domain.checkpoint import Checkpoint
from service.errors import CannotStart, InvalidRequest

if TYPE_CHECKING:  # which brings a library along that most commands do not need
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FILE = "checkpoint.key"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a signature is checked with."""

    key: Ed25519PublicKey

    @property
    def id(self) -> str:
        """By which signatures name it: the first 16 hexadecimal digits of its SHA-256."""
        return hashlib.sha256(self.key.public_bytes_raw()).hexdigest()[:16]

    @property
    def pem(self) -> str:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, data: bytes, signature: str) -> bool:
        """Whether this key's other half signed these bytes; `signature` in hex."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(bytes.fromhex(signature), data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def vouches_for(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.key == self.id and self.signed(checkpoint.signed_bytes(), checkpoint.signature)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both halves."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key.public_key())

    def sign(self, data: bytes) -> str:
        return self.key.sign(data).hex()


def open_key(home: Path) -> SigningKey:
    """The instance's key, made if there is none yet. CannotStart when its file holds no such key."""
    path = home / FILE
    if not path.exists():
        _make(path)
    return SigningKey(_read_private(path))


def public_key_of(home: Path) -> PublicKey | None:
    """The public half, if the instance has signed anything yet."""
    path = home / FILE
    return PublicKey(_read_private(path).public_key()) if path.exists() else None


def read_public_key(pem: str, where: str) -> PublicKey:
    """InvalidRequest when `pem`, which stands in `where`, is no public key of this kind."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key: Any = None
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidRequest(
            f"{where} holds no Ed25519 public key", remedy="give the file that `signoff audit key` writes"
        )
    return PublicKey(key)


def _make(path: Path) -> None:
    """Written whole under another name and linked: of two processes that do so, one is first, and both read that."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first
    finally:
        draft.unlink()
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_private(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key: Any = None
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise CannotStart(f"{path} cannot be read as a key: {type(error).__name__}", remedy=_REMEDY) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotStart(f"{path} holds another kind of key", remedy=_REMEDY)
    return key


_REMEDY = "put the file back from a backup; a new key begins a new file of checkpoints, and says nothing of the old one"
