"""Lists of responsibilities: which of 四责协同 (both variants) and 三张清单 a list is."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column. Written out, because SQLite takes a new column with its constraint, but no constraint by itself."""
    op.execute(
        "ALTER TABLE duty_list ADD COLUMN task_list VARCHAR(40) CONSTRAINT ck_duty_list_task_list"
        " CHECK (task_list IN ('four_responsibilities_bureau', 'four_responsibilities_branch', 'three_lists'))"
    )
