"""The secret of an instance: one, however many homes it has. What one replica digests another has to know again.

The database keeps a check value made with the secret, from which the secret cannot be worked out. A home with another
secret would sign webhooks wrongly, know nobody's browser again, and write digests into the ledger that nobody could
check; so it is refused before it does any of that.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from service.errors import CannotStart
from service.store import instance, ledger
from service.store.engine import Connection, Store

KEY_FILE = "secret.key"
_CHECK = "secret_check"


def make_secret(home: Path) -> None:
    """Write the instance's secret once, readable by its owner only."""
    path = home / KEY_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())


def read_secret(home: Path) -> bytes:
    """The instance's secret. CannotStart when it is not there, or not as it was written."""
    try:
        return bytes.fromhex((home / KEY_FILE).read_text().strip())
    except (OSError, ValueError) as error:
        raise CannotStart(
            f"{home / KEY_FILE} is missing or altered",
            remedy="restore it from a backup: the digests in the ledger are made with it",
        ) from error


def settle_secret(store: Store, home: Path) -> None:
    """At `signoff init`: make the first home of a database its secret, and let no later one have another.

    CannotStart where the database was begun with a secret already, and this home has none or another one.
    """
    with store.read() as connection:
        begun = instance.get(connection, _CHECK) is not None or ledger.head(connection)[0] > 0
    if begun and not (home / KEY_FILE).exists():
        raise CannotStart(
            f"the database belongs to an instance already, and there is no {home / KEY_FILE}",
            remedy=f"copy {KEY_FILE} from the home of another replica, or from a backup, into this one",
        )
    make_secret(home)
    secret = read_secret(home)

    def work(connection: Connection) -> None:
        if instance.get(connection, _CHECK) is None:
            instance.put(connection, _CHECK, _check(secret))
        refuse_other_secret(connection, home, secret)

    store.commit(work)


def refuse_other_secret(connection: Connection, home: Path, secret: bytes) -> None:
    """CannotStart when the database was begun with another secret than this home's."""
    known = instance.get(connection, _CHECK)
    if known is not None and not hmac.compare_digest(known, _check(secret)):
        raise CannotStart(
            f"{home / KEY_FILE} is not the secret of this database",
            remedy=f"copy {KEY_FILE} from the home of another replica, or from a backup; or name another database",
        )


def _check(secret: bytes) -> str:
    return hmac.new(secret, b"signoff: the secret of this database", hashlib.sha256).hexdigest()
