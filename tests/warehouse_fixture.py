"""A small published warehouse for the tests of the pages, written from etl/sql/schema.sql and the contract.

It exists so that pages can be tried without the loader, with every state that they must show: a late source,
a month in progress, quarantine, revisions of personal and other columns, a refused file. Names and numbers are
invented. It must not be used for anything but tests.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

import pandas as pd
from duckdb_sqlalchemy import Dialect

from model import warehouse
from model.contract import TABLES
from tests import judged_fixture

_SQL = Path(__file__).parent.parent / "etl" / "sql"
SCHEMA, RECORDS = _SQL / "schema.sql", _SQL / "create_record.sql"
MEASURES = {
    "applications_received": 40,
    "applications_decided": 38,
    "applications_granted": 33,
    "inspections_done": 310,
    "inspections_with_issues": 21,
    "tickets_received": 12,
    "tickets_closed": 11,
    "tickets_closed_in_time": 10,
}
DISTRICTS = {
    "420102": "江岸区局(营销部)",
    "420103": "江汉区局(营销部)",
    "420104": "硚口区局(营销部)",
    "420105": "汉阳区局(营销部)",
    "420106": "武昌区局(营销部)",
    "420107": "青山区局(营销部)",
    "420111": "洪山区局(营销部)",
    "420112": "东西湖区局(营销部)",
}
SECRET = "隐私值"
"""A value that stands in personal columns only: no page may ever show it."""
OFFICES = ("首义所(部)", "中南所(部)", "水果湖所(部)", "徐家棚所(部)", "积玉桥所(部)")
UNINSPECTED = "420112-S04"
"""An office of which no source has an inspection."""
SOURCES = (
    # source, zh, en, table, cadence in days, age of its as-of in hours
    ("licensing", "许可系统", "licensing system", "licence_application", 1, 3),
    ("inspection", "检查系统", "inspection system", "inspection", 1, 3),
    ("hotline", "12313 工单", "12313 tickets", "complaint", 1, 70),
    ("units", "机构名录", "unit register", "org_unit", 90, 30 * 24),
    ("retailers", "零售户名录", "retailer register", "retailer", 30, 100),
    ("staff", "人员名录", "staff register", "staff", 30, 100),
)


@dataclass(frozen=True)
class Clock:
    """The moment at which the fixture's loader is supposed to have run, Beijing time without zone."""

    now: datetime

    @classmethod
    def of_today(cls) -> Clock:
        return cls(datetime.now(ZoneInfo(warehouse.TIME_ZONE)).replace(tzinfo=None, second=0, microsecond=0))


def publish(
    directory: Path,
    *,
    sequence: int = 1,
    clock: Clock | None = None,
    scale: float = 1.0,
    previous: str | None = None,
    moved: float = 0.0,
) -> str:
    """Write one snapshot and point CURRENT at it; returns its id. `scale` multiplies every count.

    One that follows `previous` has a warning more; `moved` is added to the newest number of one indicator.
    """
    clock = clock or Clock.of_today()
    snapshot_id = f"s{sequence:06d}"
    target = directory / snapshot_id
    target.mkdir(parents=True)
    _write_full(target / "full.duckdb", clock, snapshot_id, scale)
    with warehouse.connect(target / "full.duckdb") as connection:
        judged_fixture.write(connection, clock.now.date(), moved=moved, is_warned=previous is not None)
    _write_screen(target / "screen.duckdb")
    (target / warehouse.MANIFEST).write_text(
        json.dumps(_manifest(clock, snapshot_id, sequence) | {"previous": previous}, ensure_ascii=False),
        encoding="utf-8",
    )
    point(directory, snapshot_id)
    return snapshot_id


def point(directory: Path, snapshot_id: str) -> None:
    """Let CURRENT name this snapshot, atomically, as the loader does."""
    temporary = directory / "CURRENT.new"
    temporary.write_text(snapshot_id + "\n", encoding="utf-8")
    os.replace(temporary, directory / warehouse.CURRENT)


def publish_broken(directory: Path) -> str:
    """A snapshot whose file cannot be opened, for the pages' error state."""
    snapshot_id = publish(directory, sequence=9)
    (directory / snapshot_id / "full.duckdb").write_bytes(b"not a database")
    return snapshot_id


def _manifest(clock: Clock, snapshot_id: str, sequence: int) -> dict[str, object]:
    return {
        "snapshot": snapshot_id,
        "sequence": sequence,
        "published_at": (clock.now - timedelta(hours=2)).isoformat(),
        "previous": None,
        "code_version": "0.1.0",
        "notices": [
            {
                "zh": "未配置举报信息公钥：举报人信息未保存。",
                "en": "No public key for reporter data is configured: reporter data was not kept.",
            }
        ],
        "sources": [
            {
                "source": source,
                "name_zh": zh,
                "name_en": en,
                "as_of": (clock.now - timedelta(hours=age)).isoformat(),
                "arrived_at": (clock.now - timedelta(hours=age - 1)).isoformat(),
                "cadence_days": cadence,
                "tables": [table],
            }
            for source, zh, en, table, cadence, age in SOURCES
        ],
        "tables": {
            "inspection": {"rows": 3, "revisions": 2, "quarantined": 4},
            "staff": {"rows": 1, "revisions": 1, "quarantined": 0},
            "complaint": {"rows": 0, "revisions": 0, "quarantined": 1},
        },
        "files": {},
    }


def _write_full(path: Path, clock: Clock, snapshot_id: str, scale: float) -> None:
    connection = warehouse.connect(path)
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    judged_fixture.create(connection)
    _create_records(connection)
    judged_fixture.create_cells(connection)
    _write_units(connection)
    _write_volume(connection, clock, scale)
    _write_quality(connection, clock, snapshot_id)
    _write_unit_sources(connection)
    _write_records(connection)
    connection.close()


def _write_screen(path: Path) -> None:
    """The tree alone: what the wall's routes ask the screen surface for."""
    with warehouse.connect(path) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        _write_units(connection)


def _create_records(connection: warehouse.Connection) -> None:
    dialect = Dialect()
    statement = Template(RECORDS.read_text(encoding="utf-8"))
    for name, item in TABLES.items():
        columns = ", ".join(f'"{one.name}" {one.type.compile(dialect)}' for one in item.columns)
        connection.execute(
            statement.substitute(record=f"record.{name}", revision=f"record.{name}_revision", columns=columns)
        )


def _units() -> list[tuple[str, str | None, str, str, int]]:
    units: list[tuple[str, str | None, str, str, int]] = [
        ("4201", None, "武汉市局(公司)", "municipal_bureau", 0)
    ]
    for code, name in DISTRICTS.items():
        units.append((code, "4201", name, "county_bureau", 1))
        offices = OFFICES if code == "420106" else tuple(f"第{n}所(部)" for n in "一二三四")
        units += [
            (f"{code}-S{number:02d}", code, office, "management_office", 2)
            for number, office in enumerate(offices, 1)
        ]
    return units


def _write_units(connection: warehouse.Connection) -> None:
    parents = {unit_id: parent for unit_id, parent, *_ in _units()}
    for unit_id, parent, name, unit_type, level in _units():
        connection.execute(
            "INSERT INTO mart.unit VALUES (?, ?, ?, ?, ?, true)", [unit_id, parent, name, unit_type, level]
        )
        ancestor: str | None = unit_id
        distance = 0
        while ancestor:
            connection.execute("INSERT INTO mart.unit_tree VALUES (?, ?, ?)", [unit_id, ancestor, distance])
            ancestor, distance = parents[ancestor], distance + 1


def _write_volume(connection: warehouse.Connection, clock: Clock, scale: float) -> None:
    """Leaves get counts with a season and a drift of their own; every ancestor gets the sum."""
    leaves = [unit_id for unit_id, *_, level in _units() if level == 2]
    rows = []
    for back in range(40):
        month = months_before(clock.now.date(), back)
        part = clock.now.day / 31 if back == 0 else 1.0
        for index, unit_id in enumerate(leaves):
            weight = 0.25 + ((index * 7 + 3) % 11) / 11
            for measure, size in MEASURES.items():
                came = measure.endswith("received")
                season = 1 + 0.2 * math.sin(month.month * 0.55 + (0.5 if came else 0))
                drift = 1 + 0.15 * math.sin(back * 0.9 + index * 2)
                rows.append((measure, unit_id, month, int(size * season * drift * weight * part * scale / 3)))
    connection.register("leaf", pd.DataFrame(rows, columns=["measure", "unit_id", "month", "n"]))
    connection.execute(
        "INSERT INTO mart.volume SELECT measure, ancestor_id, CAST(month AS DATE), sum(n) FROM leaf "
        "JOIN mart.unit_tree USING (unit_id) WHERE n > 0 GROUP BY ALL"
    )


def _write_unit_sources(connection: warehouse.Connection) -> None:
    """Every source of a kind that is counted speaks of every unit but of one office, which none inspects."""
    tables = ("licence_application", "inspection", "complaint")
    connection.execute(
        "INSERT INTO mart.unit_source SELECT unit_id, table_name, source, as_of FROM mart.unit, quality.batch "
        "WHERE list_contains(?, table_name) AND NOT (unit_id = ? AND table_name = 'inspection')",
        [tables, UNINSPECTED],
    )
    connection.execute(
        "DELETE FROM mart.volume WHERE unit_id = ? AND measure LIKE 'inspections%'", [UNINSPECTED]
    )


def months_before(day: date, count: int) -> date:
    """The first day of the month `count` months before this day's."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _insert(connection: warehouse.Connection, table: str, **values: object) -> None:
    """One row by column name, so that a column more in the schema is no matter."""
    places = ", ".join("?" for _ in values)
    names = ", ".join(f'"{name}"' for name in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))


def _write_quality(connection: warehouse.Connection, clock: Clock, snapshot_id: str) -> None:
    for number, (source, zh, en, table, cadence, age) in enumerate(SOURCES, 1):
        file = f"{source}/{table}.csv"
        clocks = {
            "as_of": clock.now - timedelta(hours=age),
            "arrived_at": clock.now - timedelta(hours=age - 1),
        }
        _insert(
            connection, "quality.source", source=source, name_zh=zh, name_en=en, producer="武汉市局(公司)",
            owner="信息中心", extent="full", cadence_days=cadence, row_count=10, **clocks,
        )  # fmt: skip
        _insert(
            connection, "quality.file", file=file, source=source, table_names=[table], status="loaded",
            snapshot_id=snapshot_id, **clocks,
        )  # fmt: skip
        quarantined = 4 if table == "inspection" else int(table == "complaint")
        _insert(
            connection, "quality.batch", batch_id=number, snapshot_id=snapshot_id, source=source,
            table_name=table, file=file, extent="full", role="primary", read_count=1240,
            loaded_count=1240 - 800 - 28 - 2 - quarantined, unchanged_count=800, superseding_count=28,
            quarantined_count=quarantined, merged_count=2, released_count=1,
            recorded_columns=[one.name for one in TABLES[table].columns], **clocks,
        )  # fmt: skip
    _insert(
        connection, "quality.file", file="hotline/tickets-old.csv", source="hotline", table_names=["complaint"],
        status="refused", unknown_columns=["流水号"],
        error="header: required columns of complaint are missing: ticket_no, received_at; found: 流水号",
        arrived_at=clock.now, snapshot_id=snapshot_id,
    )  # fmt: skip
    _write_findings(connection)


def _write_findings(connection: warehouse.Connection) -> None:
    inspection, orphan = "inspection/inspection.csv", "retailer_id: references retailer.retailer_id"
    hostile = '{"inspection_no": "JC-41", "inspection_kind": "<img src=x onerror=alert(1)>"}'
    personal = json.dumps(
        {"inspection_no": "JC-18", "officer_ids": SECRET, "longitude": SECRET}, ensure_ascii=False
    )
    quarantine = [
        ("inspection", inspection, 17, ["started_at: required"], '{"inspection_no": "JC-17"}', 2, False),
        ("inspection", inspection, 18, ["started_at: required"], personal, 2, False),
        ("inspection", inspection, 40, [orphan], '{"inspection_no": "JC-40"}', 2, True),
        ("inspection", inspection, 41, [orphan, "started_at: required"], hostile, 2, False),
        ("complaint", "hotline/complaint.csv", 5, ["ticket_no: required"], '{"channel": "12313"}', 3, False),
    ]
    for row in quarantine:
        connection.execute("INSERT INTO quality.quarantine VALUES (?, ?, ?, ?, ?, ?, ?, '420106')", list(row))
    cells = [
        ("inspection", inspection, 3, "longitude", "214.2", "longitude between -180 and 180", 2),
        ("inspection", inspection, 9, "longitude", "1181", "longitude between -180 and 180", 2),
        ("staff", "staff/staff.csv", 2, "certificate_no", SECRET, "unique where not null", 5),
    ]
    for cell in cells:
        connection.execute("INSERT INTO quality.cell VALUES (?, ?, ?, ?, ?, ?, ?)", list(cell))
    for table, key, batch in (("inspection", "JC-7", 2), ("staff", SECRET, 5)):
        connection.execute(
            "INSERT INTO quality.disappeared VALUES (?, ?, ?, ?, NULL)", [table, key, batch, batch]
        )


def _write_records(connection: warehouse.Connection) -> None:
    """An inspection revised twice (once in a personal column) and a member of staff revised once."""
    personal = next(one.name for one in TABLES["inspection"].columns if one.info["pii"] != "none")
    inspection = {"inspection_no": "JC-1", "row_number": 4}
    _insert(connection, "record.inspection", **inspection, unit_id="420106-S01", batch_id=2)
    _insert(
        connection, "record.inspection_revision", **inspection, unit_id="420106-S02", batch_id=1,
        superseded_by_batch_id=2, superseded_by_row_number=4, changed_columns=["unit_id"],
    )  # fmt: skip
    _insert(
        connection, "record.inspection_revision", **inspection, **{personal: SECRET}, unit_id="420106-S02",
        batch_id=0, superseded_by_batch_id=1, superseded_by_row_number=4, changed_columns=[personal],
    )  # fmt: skip
    staff = {"staff_id": SECRET, "row_number": 2}
    _insert(connection, "record.staff", **staff, name=SECRET, batch_id=5)
    _insert(
        connection, "record.staff_revision", **staff, name=SECRET, batch_id=1, superseded_by_batch_id=5,
        superseded_by_row_number=2, changed_columns=["name"],
    )  # fmt: skip
