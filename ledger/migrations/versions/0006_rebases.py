"""From which months the limits of a series begin anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rebase",
        sa.Column("rebase_id", sa.String(32), nullable=False),
        sa.Column("indicator_id", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("takes_back", sa.String(32)),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["takes_back"], ["rebase.rebase_id"], name="fk_rebase_takes_back"),
        sa.PrimaryKeyConstraint("rebase_id", name="pk_rebase"),
        sa.UniqueConstraint("takes_back", name="uq_rebase_takes_back"),
    )
    op.create_index("ix_rebase_indicator_id", "rebase", ["indicator_id"])
