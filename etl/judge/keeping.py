"""The warnings of this run beside those of earlier ones.

The same finding is the same warning: it is updated, not repeated. One that is judged again and not found is withdrawn,
with the reason. This module must not judge anything.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl import sql
from etl.judge.court import WARNING, Court, Judged


def keep_warnings(court: Court, judged: Judged) -> None:
    """The same finding is the same warning: it is updated; one that is judged again and not found is withdrawn."""
    connection = court.connection
    names = (*WARNING[1:], "finding")
    found = pd.DataFrame({name: np.concatenate([part[name] for part in judged.warnings]) for name in names})
    versions = [(item.id, court.version(item)) for item in court.catalogue.indicators.values()]
    tables = {
        "found_row": found,
        "judged_row": pd.DataFrame(judged.periods, columns=["indicator_id", "kind", "period_end"]),
        "rule_row": pd.DataFrame(versions, columns=["indicator_id", "rule_version"]),
    }
    for name, rows in tables.items():
        connection.register(name, rows)
    connection.execute(sql.statement("judge_found"))
    for name in tables:
        connection.unregister(name)
    connection.execute(sql.statement("judge_deepest"))
    connection.execute(sql.statement("judge_withdraw"))
