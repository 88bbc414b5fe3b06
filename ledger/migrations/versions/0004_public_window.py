"""Codes that rate a visit once, ratings, and what people say through the window."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "visit_code",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(40)),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(200), nullable=False),
        sa.Column("used_on", sa.Date()),
        sa.PrimaryKeyConstraint("code_hash", name="pk_visit_code"),
    )
    op.create_index("ix_visit_code_unit_id", "visit_code", ["unit_id"])
    op.create_table(
        "rating",
        sa.Column("rating_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(40)),
        sa.Column("rating", sa.String(40), nullable=False),
        sa.Column("efficiency_rating", sa.Integer()),
        sa.Column("integrity_rating", sa.Integer()),
        sa.Column("attitude_rating", sa.Integer()),
        sa.Column("convenience_rating", sa.Integer()),
        sa.Column("rated_at", sa.DateTime(), nullable=False),
        sa.Column("rectified_at", sa.DateTime()),
        sa.Column("revisited_at", sa.DateTime()),
        sa.CheckConstraint(
            "rating IN ('very_satisfied', 'satisfied', 'basically_satisfied', 'dissatisfied', 'very_dissatisfied')",
            name="ck_rating_rating",
        ),
        sa.PrimaryKeyConstraint("rating_id", name="pk_rating"),
    )
    op.create_index("ix_rating_unit_id", "rating", ["unit_id"])
    _matters()


def _matters() -> None:
    op.create_table(
        "matter",
        sa.Column("matter_id", sa.String(32), nullable=False),
        sa.Column("receipt_hash", sa.String(64), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("conduct_code", sa.String(40)),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("target_unit_id", sa.String(32)),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("accept_due_at", sa.DateTime()),
        sa.Column("accepted_at", sa.DateTime()),
        sa.Column("due_at", sa.DateTime()),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("answer", sa.Text()),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "category IN ('enquiry', 'report', 'complaint', 'suggestion')", name="ck_matter_category"
        ),
        sa.CheckConstraint(
            "conduct_code IN ('taking_or_extorting', 'rudeness', 'shirking_or_delay', 'leaking', 'relative_in_business', 'unfairness', 'other')",
            name="ck_matter_conduct_code",
        ),
        sa.CheckConstraint("state IN ('received', 'accepted', 'closed')", name="ck_matter_state"),
        sa.PrimaryKeyConstraint("matter_id", name="pk_matter"),
        sa.UniqueConstraint("receipt_hash", name="uq_matter_receipt_hash"),
    )
    op.create_index("ix_matter_unit_id", "matter", ["unit_id"])
    op.create_table(
        "matter_file",
        sa.Column("matter_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("media_type", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.matter_id"], name="fk_matter_file_matter_id"),
        sa.PrimaryKeyConstraint("matter_id", "number", name="pk_matter_file"),
    )
