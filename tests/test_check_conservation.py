"""Whatever rows come, each goes exactly one way."""

from __future__ import annotations

from pathlib import Path

import pytest
from etl_helpers import SEEDS, Lab, fresh
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import publish
from model.contract import TABLES


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


DIRT = st.one_of(
    st.sampled_from([
        "", " ", "NA", "########", "0", "-1", "1,234", "2026-02-31", "2026/3/5", "5/3/2026", "2030-01-01 00:00:00",
        "true", "是", "no_such_code", ";", "P1;P2", "P404", "U1", "R1", "C1", "T1", "L1", "gcj02", "214.3", "王小明",
        'a "quoted" word', "two\nlines", "comma, here", "inspection_no", "staff_id", "'; DROP TABLE staged; --",
    ]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)  # fmt: skip
KEYS = st.sampled_from(["", "K1", "K2", "K3", "NA", "a\nb"])


def dirty(table: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """Rows of a table, lawful at heart, in which anything may stand anywhere."""
    columns = [column.name for column in TABLES[table].columns]
    key = next(iter(TABLES[table].primary_key.columns)).name
    one = st.builds(
        lambda name, dirt: {**dict.fromkeys(columns, ""), **SEEDS[table], key: name, **dirt},
        KEYS,
        st.dictionaries(st.sampled_from(columns), DIRT, max_size=5),
    )
    return st.lists(one, min_size=1, max_size=8)


@pytest.mark.parametrize("table", ["org_unit", "staff", "market_cell", "retailer", "inspection", "complaint"])
def test_every_dirty_row_goes_exactly_one_way(tmp_path: Path, table: str) -> None:
    lab = Lab(tmp_path)

    @settings(max_examples=15, deadline=None)
    @given(dirty(table))
    def holds(rows: list[dict[str, str]]) -> None:
        judged = lab.load(table, rows)
        outcome = judged.outcome
        assert outcome.read == len(rows)
        assert outcome.read == outcome.loaded + outcome.unchanged + outcome.superseding + outcome.quarantined
        lab.release(table)

    holds()
    assert_accounted(lab, table)


def assert_accounted(lab: Lab, table: str) -> None:
    """Versions and quarantined rows are as many as the batches say."""
    rows = publish.account(lab.connection, "snapshot")
    assert rows[table]["rows"] > 0


# --- the first rows of a table, which are written once ---


def test_the_first_rows_of_a_table_keep_their_numbers_and_are_all_accounted_for(tmp_path: Path) -> None:
    """So many that several threads read them: each row keeps its place in the file, those set apart as well."""
    rows, odd = 60_000, 997
    keys = [f"JC{number:07}" for number in range(1, rows + 1)]
    keys[500] = keys[400]  # a second version
    seed = fresh("inspection") | {"plan_id": "P" * 250, "retailer_id": "R1"}
    given = [
        seed | {"inspection_no": key, "issue_count": "many" if number % odd == 0 else "0"}
        | ({"retailer_id": "R404"} if number % odd == 1 else {})
        | ({"unit_id": "U404"} if number % odd == 2 else {})
        | ({"inspection_kind": ""} if number % odd == 3 else {})
        for number, key in enumerate(keys, start=1)
    ]  # fmt: skip
    given[500]["plan_id"] = "another"
    lab = Lab(tmp_path)
    outcome = lab.load("inspection", given).outcome
    refused = sum(number % odd in (2, 3) for number in range(1, rows + 1))
    fallen = sum(number % odd in (0, 1) for number in range(1, rows + 1))
    assert (outcome.quarantined, outcome.superseding, outcome.cells) == (refused, 1, fallen)
    assert (outcome.read, outcome.loaded) == (rows, rows - refused - 1)
    misplaced = "CAST(substr(inspection_no, 3) AS BIGINT) <> row_number AND row_number <> 501"
    assert lab.fetch(f"SELECT count(*) FROM snapshot.record.inspection WHERE {misplaced}") == [(0,)]
    assert lab.fetch("SELECT count(*), count(DISTINCT row_number) FROM snapshot.record.inspection") == [
        (outcome.loaded, outcome.loaded)
    ]
    nulls = "SELECT count(*) FILTER (issue_count IS NULL), count(*) FILTER (retailer_id IS NULL)"
    per_kind = tuple(sum(number % odd == kind for number in range(1, rows + 1)) for kind in (0, 1))
    assert lab.fetch(f"{nulls} FROM snapshot.record.inspection") == [per_kind]
    assert lab.fetch("SELECT row_number FROM snapshot.record.inspection_revision") == [(401,)]
