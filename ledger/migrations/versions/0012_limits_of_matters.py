"""Within how many working days a matter is accepted and closed: its due dates may have to wait for the calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; of a matter that was taken in before, they are not known."""
    op.add_column("matter", sa.Column("accept_days", sa.Integer()))
    op.add_column("matter", sa.Column("close_days", sa.Integer()))
