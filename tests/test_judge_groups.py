"""Portraits of other subjects than units: groups recount to the units' facts, and few people are never a group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.judge import judge_marts
from etl.measure import measure_indicators
from model import warehouse
from model.indicators import DeclarationError, catalogue
from model.judgement import rules
from model.judgement.subjects import FILE, SubjectKind, check_against, subject_kinds
from tests.indicator_bureau import Bureau, build

KINDS = {kind.id: kind for kind in subject_kinds()}
INTEGRITY = {"integrity_cadre", "integrity_branch", "integrity_unit", "integrity_agency", "integrity_station",
             "integrity_window"}  # fmt: skip


def rows(connection: warehouse.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def bureau() -> Iterator[Bureau]:
    """O1 and O2 are one branch; D1 has cadres; O3 is a window; nothing is a station."""
    made = build(5)
    connection = made.connection
    connection.execute("CREATE TEMP MACRO keyed_hash(text) AS sha256(text)")
    for unit, branch, kinds, of in (
        ("O1", "B1", ["branch", "unit"], "management_office"), ("O2", "B1", ["branch", "unit"], "management_office"),
        ("D1", "B0", ["cadre", "agency"], "county_bureau"), ("O3", "B3", ["window"], "service_window"),
    ):  # fmt: skip
        connection.execute(
            "UPDATE snapshot.record.org_unit SET party_branch = ?, integrity_unit_kinds = ?, unit_type = ?"
            " WHERE unit_id = ?", [branch, kinds, of, unit],
        )  # fmt: skip
    made.finish()
    measure_indicators(connection)
    judge_marts(connection, rules(), catalogue())
    yield made
    connection.close()


def counted(bureau: Bureau, kind: SubjectKind) -> list[tuple[Any, ...]]:
    """Every count of a kind's groups, small ones included."""
    return rows(
        bureau.connection,
        "SELECT indicator_id, subject_id, month, numerator, denominator FROM snapshot.mart.group_fact"
        f" WHERE subject_kind = '{kind.id}'",
    )


def facts(bureau: Bureau, units: tuple[str, ...]) -> dict[tuple[str, date], tuple[float, float]]:
    found: dict[tuple[str, date], tuple[float, float]] = {}
    for name, month, numerator, denominator in rows(
        bureau.connection,
        "SELECT indicator_id, month, sum(numerator), sum(denominator) FROM snapshot.mart.indicator_fact"
        f" WHERE subject_kind = 'unit' AND unit_id IN {(*units, '')} GROUP BY ALL",
    ):
        found[name, month] = numerator, denominator
    return found


@pytest.mark.parametrize(
    ("name", "units"), [("post_group", ("R",)), ("cell", ("R",)), ("integrity_branch", ("O1", "O2"))]
)
def test_the_groups_of_a_kind_make_up_the_units_they_are_of(
    bureau: Bureau, name: str, units: tuple[str, ...]
) -> None:
    summed: dict[tuple[str, date], tuple[float, float]] = {}
    for indicator, _, month, numerator, denominator in counted(bureau, KINDS[name]):
        before = summed.get((indicator, month), (0.0, 0.0))
        summed[indicator, month] = before[0] + (numerator or 0), before[1] + (denominator or 0)
    known, checked = facts(bureau, units), 0
    for key, numbers in summed.items():
        # an application need not name its cell
        if name != "cell" or key[0] in ("I2", "I3", "I4", "Q10"):
            assert numbers == pytest.approx(known[key]), key
            checked += 1
    assert checked > 3


@pytest.mark.parametrize("name", ["post_group", "cell"])
def test_a_group_of_fewer_members_than_declared_is_never_formed(bureau: Bureau, name: str) -> None:
    kind = KINDS[name]
    assert kind.least_members >= 5
    connection = bureau.connection
    query = (
        "SELECT subject_id, month, observations FROM snapshot.mart.group_fact"
        f" WHERE subject_kind = '{name}' AND indicator_id = '{kind.members}'"
    )
    assert any(number < kind.least_members for *_, number in rows(connection, query))
    newest = rows(
        connection, "SELECT date_trunc('month', max(period_end))::DATE FROM snapshot.mart.portrait"
    )[0][0]
    one = rows(connection, query)[0][0]
    past = [month for name, month, _ in rows(connection, query) if name == one and month < newest][-2:]
    connection.execute("CREATE OR REPLACE TEMP TABLE told AS FROM snapshot.mart.group_fact")
    for month in (newest, past[-1]):
        connection.execute(
            "UPDATE snapshot.mart.group_fact SET observations = 20, denominator = 20"
            f" WHERE subject_kind = '{name}' AND subject_id = ? AND month = ?", [one, month],
        )  # fmt: skip
    judge_marts(connection, rules(), catalogue())
    for mart in ("portrait", "portrait_mover", "portrait_part"):
        shown = rows(
            connection,
            "SELECT DISTINCT subject_id, date_trunc('month', period_end)::DATE FROM"
            f" snapshot.mart.{mart} WHERE subject_kind = '{name}'",
        )
        large = {
            (one, month) for one, month, number in rows(connection, query) if number >= kind.least_members
        }
        assert set(shown) <= large and {one for one, _ in shown} <= {one for one, at in large if at == newest}
        assert mart == "portrait_mover" or {(one, newest), (one, past[-1])} <= set(shown)
    connection.execute("DELETE FROM snapshot.mart.group_fact; INSERT INTO snapshot.mart.group_fact FROM told")
    judge_marts(connection, rules(), catalogue())


def test_units_of_a_kind_are_those_that_carry_it(bureau: Bureau) -> None:
    found: dict[str, set[str]] = {}
    for kind, subject in rows(
        bureau.connection, "SELECT subject_kind, subject_id FROM snapshot.mart.portrait"
    ):
        found.setdefault(kind, set()).add(subject)
    assert found["integrity_unit"] == {"O1", "O2"} and found["integrity_agency"] == {"D1"}
    assert found["integrity_window"] == found["service_window"] == {"O3"}
    assert "integrity_station" not in found


def test_a_kind_without_subjects_says_why(bureau: Bureau) -> None:
    connection = bureau.connection
    states = dict(rows(connection, "SELECT subject_kind, state FROM snapshot.mart.portrait_kind"))
    assert set(states) == set(KINDS) and set(states) >= INTEGRITY
    assert states["integrity_station"] == "no_data" and states["integrity_unit"] == "value"
    connection.execute(
        "UPDATE snapshot.quality.batch SET recorded_columns = list_filter(recorded_columns,"
        " c -> c <> 'integrity_unit_kinds') WHERE table_name = 'org_unit'"
    )
    judge_marts(connection, rules(), catalogue())
    found = dict(
        rows(connection, "SELECT subject_kind, (state, missing_columns) FROM snapshot.mart.portrait_kind")
    )
    for name in INTEGRITY:
        assert found[name] == ("not_computable", ["org_unit.integrity_unit_kinds"])
    left = rows(connection, "SELECT DISTINCT subject_kind FROM snapshot.mart.portrait ORDER BY 1")
    assert not {kind for (kind,) in left} & INTEGRITY
    assert found["cell"][0] == "value" or found["cell"][0] == "no_data"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("least_members = 5", "least_members = 4", "five members"),
        ('by = "column"\ncolumn = "role"', 'by = "column"', "post_group"),
        ('needs = ["org_unit.unit_type"]', 'needs = ["org_unit.sort"]', "org_unit.sort"),
        ('unit_type = "service_window"', "", "service_window"),
        ('indicators = ["Q1", "Q2", "Q4", "Q9"]', 'indicators = ["Q1", "L14"]', "L14"),
    ],
)
def test_a_kind_that_cannot_be_right_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "subjects.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        check_against(subject_kinds(path), catalogue())
