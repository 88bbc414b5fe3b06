"""Whether the program that judges is the one that judged before: where it is not, nothing of before stands.

What is judged follows from the records, from what is declared, and from the program. What rests on unchanged records
and declarations is kept from run to run; a program that was corrected since judges all of it anew.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from model import warehouse

_ROOT = Path(__file__).parents[2]
_PROGRAM = ("etl/judge/*.py", "etl/sql/judge_*.sql", "model/judgement/*.py", "model/statistics/*.py")
_RESTS = ("judged_fact", "portrait_rest", "pattern_rest", "breach_rule")
"""What earlier runs noted, so that what rests on the same need not be judged again."""


@cache
def program() -> str:
    """A fingerprint of all that judges."""
    found = sha256()
    for pattern in _PROGRAM:
        for path in sorted(_ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()


def forget_another(connection: warehouse.Connection) -> None:
    """Forget what another program noted, and note which one judges now."""
    if connection.execute("FROM snapshot.mart.judged_by").fetchall() == [(program(),)]:
        return
    for name in (*_RESTS, "judged_by"):
        connection.execute(f"TRUNCATE snapshot.mart.{name}")
    warehouse.insert(connection, "snapshot.mart.judged_by", [(program(),)])
