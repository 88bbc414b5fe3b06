"""Sign-outs: of one session, or of all that began before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sign_out",
        sa.Column("sign_out_id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("session", sa.String(64)),
        sa.Column("signed_out_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sign_out_id", name="pk_sign_out"),
    )
    op.create_index("ix_sign_out_account", "sign_out", ["account"])
