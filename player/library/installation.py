"""Which installation this is: a random id made once, kept in the database. It names the keyring's item and lets a
server tell the listener's computers apart; it says nothing about the machine."""

from __future__ import annotations

import secrets

from player.library.database import LocalDatabase


def installation_id(database: LocalDatabase) -> str:
    """32 hex digits, the same at every start of this data folder. Two processes that start at once agree: the
    first insert wins and both read it."""
    database.write(
        "INSERT INTO facts (name, value) VALUES ('installation', ?) ON CONFLICT (name) DO NOTHING",
        (secrets.token_hex(16),),
    )
    ((value,),) = database.read("SELECT value FROM facts WHERE name = 'installation'")
    return str(value)
