"""Run by Alembic for each command: migrations run on the connection that `server/db/migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from server.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
