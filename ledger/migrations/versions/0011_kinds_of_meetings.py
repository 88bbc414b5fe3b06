"""Kinds of meetings: which of 三会一课 a meeting of a branch is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; of a meeting that was planned before, it is not known."""
    op.add_column("activity", sa.Column("meeting_kind", sa.String(40)))
