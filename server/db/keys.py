"""Random keys that the backend makes for itself at its first start and keeps in its database."""

from __future__ import annotations

import secrets

from server.db.models import ServerSecret
from server.db.session import Database

_KEY_BYTES = 32


def server_key(database: Database, name: str) -> bytes:
    """The 32-byte key called `name`, made when first asked for. Each use has a name of its own."""
    with database.session() as session:
        row = session.get(ServerSecret, name)
        if row is None:
            row = ServerSecret(name=name, value=secrets.token_bytes(_KEY_BYTES))
            session.add(row)
        return row.value
