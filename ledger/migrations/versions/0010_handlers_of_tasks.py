"""Handlers of tasks: whose a task is within its unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; a task that was set before is nobody's in person."""
    op.add_column("task", sa.Column("handler", sa.String(200)))
    op.create_index("ix_task_handler", "task", ["handler"])
