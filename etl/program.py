"""Whether the program that computes is the one that computed before: where it is not, nothing of before stands.

What is measured and judged follows from the records, from what is declared, and from the program. What rests on
unchanged records and declarations is kept from run to run; a program that was corrected since computes all of it anew.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from model import warehouse

_ROOT = Path(__file__).parents[1]
_FILES = (
    "etl/measure.py", "etl/groups.py", "etl/judge/*.py", "etl/sql/measure.sql", "etl/sql/indicator_*.sql",
    "etl/sql/group_*.sql", "etl/sql/judge_*.sql", "model/indicators/*.py", "model/indicators/sql/*/*.sql",
    "model/judgement/*.py", "model/statistics/*.py",
)  # fmt: skip
_RESTS = ("judged_fact", "portrait_rest", "pattern_rest", "breach_rule")
"""What earlier runs noted, so that what rests on the same need not be judged again."""


@cache
def fingerprint() -> str:
    """A fingerprint of all that measures and judges, apart from each view's own SQL."""
    found = sha256()
    for pattern in _FILES:
        for path in sorted(_ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()


def is_another(connection: warehouse.Connection) -> bool:
    """True where another program computed the snapshot under construction, or none did."""
    return bool(connection.execute("FROM snapshot.mart.computed_by").fetchall() != [(fingerprint(),)])


def forget_another(connection: warehouse.Connection) -> None:
    """Forget what another program noted, and note which one computes now."""
    if is_another(connection):
        for name in (*_RESTS, "computed_by"):
            connection.execute(f"TRUNCATE snapshot.mart.{name}")
        warehouse.insert(connection, "snapshot.mart.computed_by", [(fingerprint(),)])
