"""Making the ledger's tables and bringing them up to date: Alembic's migrations, run from here.

A migration runs in one transaction on both databases, and stands in line with whoever writes. It must not touch what
people decided: tables change their shape, the audit trail never.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from ledger.schema import Base
from ledger.storage import Ledger, stand_in_line
from model.owner import require_owner

FOLDER = Path(__file__).parent / "migrations"
VIEWS = Path(__file__).parent / "sql"
"""One view a file: what the loader reads. They hold nothing, so each upgrade makes them anew."""


def upgrade(ledger: Ledger) -> str | None:
    """Bring the tables to the newest version, and give the one that they had; None where there were none."""
    database = ledger.engine.url.database
    if ledger.engine.dialect.name == "sqlite" and database:
        require_owner(Path(database))
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        Path(database).touch(mode=0o600)  # what people decide is read through the pages alone
    with ledger.engine.begin() as connection:
        stand_in_line(connection)
        views = {path.stem: path.read_text(encoding="utf-8") for path in sorted(VIEWS.glob("*.sql"))}
        for name in views:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(_config(connection), "head")
        for name, query in views.items():
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
    return before


def version(ledger: Ledger) -> str | None:
    """The version of the tables; None where there are none."""
    with ledger.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest version that there is."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def differences(ledger: Ledger) -> list[object]:
    """What the tables of the database have other than what is declared; empty where migrations are complete."""
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_declared})
        return list(compare_metadata(context, Base.metadata))


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
