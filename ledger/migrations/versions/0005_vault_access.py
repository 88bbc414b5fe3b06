"""Reads of the vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "vault_access",
        sa.Column("access_id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("object_kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("unit_id", sa.String(32)),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("refusal", sa.String(40)),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.CheckConstraint("object_kind IN ('matter', 'ticket')", name="ck_vault_access_object_kind"),
        sa.PrimaryKeyConstraint("access_id", name="pk_vault_access"),
    )
    op.create_index("ix_vault_access_account", "vault_access", ["account"])
    op.create_index("ix_vault_access_object_id", "vault_access", ["object_id"])
