"""Accounts, units, the working calendar and the audit trail, which can only be added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROLES = "'display', 'public', 'field_staff', 'office_head', 'branch_secretary', 'manager', 'analyst', 'discipline', 'administrator'"
_SQLITE = """
CREATE TRIGGER audit_entry_{name} BEFORE {what} ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit trail is added to only'); END
"""
_POSTGRESQL = """
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is added to only'; END $$;
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse();
"""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("parent_unit_id", sa.String(32)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit"),
    )
    op.create_index("ix_unit_parent_unit_id", "unit", ["parent_unit_id"])
    op.create_table(
        "working_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_working_day", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("date", name="pk_working_day"),
    )
    op.create_table(
        "account",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32)),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
        sa.UniqueConstraint("staff_id", name="uq_account_staff_id"),
        sa.CheckConstraint(f"role IN ({_ROLES})", name="ck_account_role"),
    )
    op.create_index("ix_account_unit_id", "account", ["unit_id"])
    _trail()


def _trail() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("recorded_at", sa.String(40), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object_kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("unit_id", sa.String(40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_account", "audit_entry", ["account"])
    op.create_index("ix_audit_entry_object_id", "audit_entry", ["object_id"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(name=what.lower(), what=what))
    else:
        op.execute(_POSTGRESQL)
