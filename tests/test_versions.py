"""The versions of a record: what a source told last is current, in whatever order its deliveries arrive."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from etl_helpers import SEEDS, Judged, Lab, fresh
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import load, publish

_KEYS = itertools.count(1)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(laboratory: Lab) -> Iterator[Lab]:
    """What is loaded is accounted for when a test ends."""
    yield laboratory
    publish.account(laboratory.connection, "snapshot")


class Visit:
    """One inspection, told by several deliveries."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.key = lab, f"V{next(_KEYS)}"

    def told(self, day: int, *contents: str, **values: object) -> Judged:
        """A delivery that speaks for a day and holds the record, once for each content of its recording."""
        row = SEEDS["inspection"] | {"inspection_no": self.key} | values
        return self.lab.load(
            "inspection", [row | {"recording_id": one} for one in contents] or [row], day=day
        )

    def current(self, column: str = "recording_id") -> Any:
        (row,) = self.lab.fetch(
            f"SELECT {column} FROM snapshot.record.inspection WHERE inspection_no = ?", [self.key]
        )
        return row[0]

    def chain(self, column: str = "recording_id") -> list[tuple[Any, ...]]:
        """Each version and what the next one changed, in order of what they speak for."""
        return self.lab.fetch(
            f"SELECT {column}, day(as_of), changed_columns FROM (SELECT *, NULL AS changed_columns"
            " FROM snapshot.record.inspection UNION ALL BY NAME FROM snapshot.record.inspection_revision)"
            " JOIN snapshot.quality.batch USING (batch_id) WHERE inspection_no = ?"
            " ORDER BY as_of, batch_id, row_number",
            [self.key],
        )


@pytest.fixture
def visit(lab: Lab) -> Visit:
    return Visit(lab)


def ways(judged: Judged) -> tuple[int, int, int]:
    return judged.outcome.loaded, judged.outcome.unchanged, judged.outcome.superseding


def test_an_older_delivery_does_not_overwrite_what_a_newer_one_told_again(lab: Lab, visit: Visit) -> None:
    visit.told(1, "a")
    again = visit.told(9, "a")
    assert ways(again) == (0, 1, 0)
    assert ways(visit.told(5, "b")) == (0, 0, 1)
    assert visit.chain() == [("a", 1, ["recording_id"]), ("b", 5, ["recording_id"]), ("a", 9, None)]
    counts = "SELECT unchanged_count, superseding_count FROM snapshot.quality.batch WHERE batch_id = ?"
    assert lab.fetch(counts, [again.batch_id]) == [(0, 1)], "its row stands as a version now"
    visit.told(7, "c")
    assert [content for content, *_ in visit.chain()] == ["a", "b", "c", "a"]


def test_of_several_deliveries_that_tell_the_same_the_last_counts(visit: Visit) -> None:
    for day in (1, 9, 4):
        visit.told(day, "a")
    visit.told(8, "b")
    assert visit.current() == "a"
    visit.told(10, "b")
    visit.told(12, "b")
    visit.told(11, "c")
    assert visit.current() == "b"


def test_what_was_so_before_is_a_version_of_its_own_when_it_comes_late(visit: Visit) -> None:
    visit.told(5, "b")
    visit.told(9, "a")
    assert ways(visit.told(1, "a")) == (0, 0, 1)
    assert [content for content, *_ in visit.chain()] == ["a", "b", "a"]


def test_what_was_told_before_is_a_version_of_its_own_once_other_content_comes_between(
    lab: Lab, visit: Visit
) -> None:
    visit.told(9, "a")
    before = visit.told(1, "a")
    assert ways(before) == (0, 1, 0)
    assert ways(visit.told(5, "b")) == (0, 0, 1)
    assert visit.chain() == [("a", 1, ["recording_id"]), ("b", 5, ["recording_id"]), ("a", 9, None)]
    counts = "SELECT unchanged_count, superseding_count FROM snapshot.quality.batch WHERE batch_id = ?"
    assert lab.fetch(counts, [before.batch_id]) == [(0, 1)], "its row stands as a version now"


def test_a_row_that_stands_twice_in_an_older_file_is_no_revision_of_itself(visit: Visit) -> None:
    visit.told(5, "a")
    assert ways(visit.told(1, "a", "a")) == (0, 2, 0)
    assert visit.chain() == [("a", 5, None)]


@settings(max_examples=16, deadline=None)
@given(st.lists(st.sampled_from("ab"), min_size=2, max_size=4).flatmap(
    lambda told: st.permutations(list(enumerate(told, start=1)))
), st.sampled_from([0, load.FEW]))  # fmt: skip
def test_the_versions_do_not_depend_on_the_order_of_arrival(
    laboratory: Lab, told: list[tuple[int, str]], few: int
) -> None:
    visit = Visit(laboratory)
    with mock.patch.object(load, "FEW", few):
        for day, content in told:
            visit.told(day, content)
    assert visit.current() == dict(told)[len(told)], told
    in_order = [content for content, _ in itertools.groupby(content for _, content in sorted(told))]
    assert [content for content, *_ in visit.chain()] == in_order, told
    publish.account(laboratory.connection, "snapshot")


# --- a reference whose parent is missing ---


def shop() -> str:
    """A shop that no register knows yet."""
    return str(fresh("retailer")["retailer_id"])


def arrives(lab: Lab, number: str) -> None:
    lab.load("retailer", [SEEDS["retailer"] | {"retailer_id": number}])


def test_a_reference_that_a_later_delivery_adds_before_its_parent_comes_back(lab: Lab, visit: Visit) -> None:
    number = shop()
    visit.told(1)
    assert ways(visit.told(2, retailer_id=number)) == (0, 0, 1)
    assert ways(visit.told(3, retailer_id=number)) == (0, 1, 0), "nothing new is said"
    arrives(lab, number)
    lab.heal("inspection")
    assert visit.chain("retailer_id") == [(None, 1, ["retailer_id"]), (number, 2, None)]


def test_a_record_that_is_told_again_beside_its_parent_is_no_revision(lab: Lab, visit: Visit) -> None:
    number = shop()
    visit.told(1, retailer_id=number)
    arrives(lab, number)
    assert ways(visit.told(2, retailer_id=number)) == (0, 1, 0)
    lab.heal("inspection")
    assert visit.chain("retailer_id") == [(number, 1, None)]


def test_a_version_without_the_column_takes_over_what_fell(lab: Lab, visit: Visit) -> None:
    number = shop()
    visit.told(1, retailer_id=number)
    assert ways(visit.told(2)) == (0, 1, 0)
    assert visit.told(3, "a").cells() == [("retailer_id", number, "references retailer.retailer_id")]
    arrives(lab, number)
    lab.heal("inspection")
    assert (visit.current("retailer_id"), visit.current()) == (number, "a")


# --- gone from a full extract, and back ---


def gone(lab: Lab, key: str) -> list[tuple[Any, ...]]:
    """The days of the extracts that missed a record, and of the delivery by which it was back."""
    return lab.fetch(
        "SELECT day(missing.as_of), day(back.as_of) FROM snapshot.quality.disappeared d"
        " JOIN snapshot.quality.batch missing ON missing.batch_id = d.missing_batch_id"
        " LEFT JOIN snapshot.quality.batch back ON back.batch_id = d.returned_batch_id"
        " WHERE record_key = ? ORDER BY ALL",
        [key],
    )


@pytest.fixture
def honour() -> dict[str, object]:
    return fresh("honour")


def full(lab: Lab, day: int, *honours: dict[str, object]) -> None:
    lab.load("honour", honours, SEEDS["honour"], day=day, extent="full")


def test_an_older_extract_does_not_bring_back_what_a_newer_one_misses(
    lab: Lab, honour: dict[str, object]
) -> None:
    full(lab, 1, honour)
    full(lab, 9)
    full(lab, 5, honour)
    assert gone(lab, str(honour["honour_id"])) == [(9, None)]


def test_what_only_an_older_extract_misses_is_back_already(lab: Lab, honour: dict[str, object]) -> None:
    full(lab, 10, honour)
    full(lab, 19, honour)
    full(lab, 15)
    assert gone(lab, str(honour["honour_id"])) == [(15, 19)]


def test_a_delta_brings_a_record_back(lab: Lab, honour: dict[str, object]) -> None:
    full(lab, 20, honour)
    full(lab, 25)
    lab.load("honour", [honour], day=24)
    assert gone(lab, str(honour["honour_id"])) == [(25, None)]
    lab.load("honour", [honour], day=26)
    assert gone(lab, str(honour["honour_id"])) == [(25, 26)]
