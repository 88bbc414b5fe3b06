"""Dispositions of warnings, their steps, whom they concern, and attachments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attachment_content",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_attachment_content"),
    )
    op.create_table(
        "disposition",
        sa.Column("warning_id", sa.String(32), nullable=False),
        sa.Column("indicator_id", sa.String(40), nullable=False),
        sa.Column("rule_version", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("object_type", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("threshold", sa.Double()),
        sa.Column("sample_count", sa.Integer()),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime()),
        sa.Column("handler", sa.String(200)),
        sa.Column("reviewer", sa.String(200)),
        sa.Column("verdict", sa.String(40)),
        sa.Column("measure", sa.String(40)),
        sa.Column("rectify_by", sa.Date()),
        sa.Column("rectified_at", sa.DateTime()),
        sa.Column("disposed_at", sa.DateTime()),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("escalated_at", sa.DateTime()),
        sa.Column("escalated_to_unit_id", sa.String(32)),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawn_reason", sa.String(40)),
        sa.CheckConstraint(
            "measure IN ('supplement_data', 'reminder_talk', 'correction_by_deadline', 'summons_talk', 'refer_to_discipline_group')",
            name="ck_disposition_measure",
        ),
        sa.CheckConstraint(
            "object_type IN ('unit', 'staff', 'cell', 'retailer')", name="ck_disposition_object_type"
        ),
        sa.CheckConstraint(
            "state IN ('raised', 'assigned', 'verifying', 'disposed', 'reviewed', 'closed', 'reopened')",
            name="ck_disposition_state",
        ),
        sa.CheckConstraint(
            "verdict IN ('data_problem', 'reasonable', 'work_flaw', 'needs_rectification', 'transferred')",
            name="ck_disposition_verdict",
        ),
        sa.PrimaryKeyConstraint("warning_id", name="pk_disposition"),
    )
    op.create_index("ix_disposition_handler", "disposition", ["handler"], unique=False)
    op.create_index("ix_disposition_indicator_id", "disposition", ["indicator_id"], unique=False)
    op.create_index("ix_disposition_state", "disposition", ["state"], unique=False)
    op.create_index("ix_disposition_unit_id", "disposition", ["unit_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("attachment_id", sa.String(32), nullable=False),
        sa.Column("owner_kind", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["attachment_content.sha256"], name="fk_attachment_sha256"),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_owner_id", "attachment", ["owner_id"], unique=False)
    op.create_table(
        "concerned",
        sa.Column("warning_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["warning_id"], ["disposition.warning_id"], name="fk_concerned_warning_id"),
        sa.PrimaryKeyConstraint("warning_id", "staff_id", name="pk_concerned"),
    )
    op.create_index("ix_concerned_staff_id", "concerned", ["staff_id"], unique=False)
    op.create_table(
        "disposition_step",
        sa.Column("warning_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(
            ["warning_id"], ["disposition.warning_id"], name="fk_disposition_step_warning_id"
        ),
        sa.PrimaryKeyConstraint("warning_id", "number", name="pk_disposition_step"),
    )
