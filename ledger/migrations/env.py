"""How migrations run: on the connection that the caller gives. It exists for Alembic and must not open a database."""

from __future__ import annotations

from alembic import context

from ledger.schema import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
