"""Policy, the one place that says who may what: which surface holds which column, and which role may do what where.

Pages, composed queries, the SQL editor, exports, reports, cache keys and the ledger all ask here. This package must
not open a database.
"""

from model.policy import screen
from model.policy.columns import (
    KEPT_OPEN,
    SMALL_COUNT,
    SUBJECTS,
    Exposure,
    analysis_columns,
    analysis_tables,
    exposure,
    sealed_columns,
)
from model.policy.composed import asked_columns, reached_rows, unit_column
from model.policy.refusal import RefusedError
from model.policy.roles import (
    ROLES,
    SINGLE_USER,
    SYSTEM,
    Action,
    Actor,
    Declared,
    Role,
    Scope,
    actions,
    allows,
    cache_key,
    declared,
    require,
    rows,
    scope,
    surfaces,
)

__all__ = [
    "KEPT_OPEN",
    "ROLES",
    "SINGLE_USER",
    "SMALL_COUNT",
    "SUBJECTS",
    "SYSTEM",
    "Action",
    "Actor",
    "Declared",
    "Exposure",
    "RefusedError",
    "Role",
    "Scope",
    "actions",
    "allows",
    "analysis_columns",
    "analysis_tables",
    "asked_columns",
    "cache_key",
    "declared",
    "exposure",
    "reached_rows",
    "require",
    "rows",
    "scope",
    "screen",
    "sealed_columns",
    "surfaces",
    "unit_column",
]
