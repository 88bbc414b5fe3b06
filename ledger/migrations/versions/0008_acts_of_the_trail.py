"""Acts of one kind are found in the audit trail without reading all of it."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "sequence"])
