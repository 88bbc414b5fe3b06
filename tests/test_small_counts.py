"""No small count is had from what the screen shows, by subtraction either: what a careful reader could compute."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from etl import screen, sql
from model import policy, warehouse

Forest = list[tuple[list[int], list[int]]]
"""Trees, each as the parents of its units (the root's is 0) and what was counted at each unit itself."""


@st.composite
def forests(draw: st.DrawFn) -> Forest:
    found = []
    for _ in range(draw(st.integers(1, 12))):
        size = draw(st.integers(1, 9))
        parents = [0] + [draw(st.integers(max(0, n - 4), n - 1)) for n in range(1, size)]
        has_children = set(parents[1:])
        own = [
            draw(st.sampled_from([0, 0, 0, 0, 1, 3, 7]))
            if n in has_children
            else draw(st.sampled_from(range(13)))
            for n in range(size)
        ]
        found.append((parents, own))
    return found


def totals(parents: list[int], own: list[int]) -> list[int]:
    found = list(own)
    for unit in range(len(parents) - 1, 0, -1):
        found[parents[unit]] += found[unit]
    return found


def line(parents: list[int], unit: int) -> list[int]:
    """A unit and all above it."""
    return [unit, *line(parents, parents[unit])] if unit else [0]


Measures = dict[str, list[int]]
"""What was counted at each unit itself, by measure."""


def suppressed(forest: Forest) -> list[set[int]]:
    """The units of each tree whose count the screen does not show."""
    return suppressed_bundles([(parents, {"tickets": own}) for parents, own in forest])


def suppressed_bundles(forest: list[tuple[list[int], Measures]]) -> list[set[int]]:
    """The same, where several measures are shown beside each other."""
    with warehouse.connect() as connection:
        connection.execute(
            "ATTACH ':memory:' AS snapshot; CREATE SCHEMA snapshot.mart;"
            " CREATE TABLE snapshot.mart.unit (unit_id VARCHAR, parent_unit_id VARCHAR, level INTEGER);"
            " CREATE TABLE snapshot.mart.unit_tree (unit_id VARCHAR, ancestor_id VARCHAR);"
            " CREATE TEMP TABLE countable"
            ' (bundle VARCHAR, measure VARCHAR, month DATE, unit_id VARCHAR, "count" BIGINT)'
        )
        units: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        counts: list[tuple[Any, ...]] = []
        for tree, (parents, measures) in enumerate(forest):
            levels = [0]
            for unit in range(1, len(parents)):
                levels.append(levels[parents[unit]] + 1)
            above = [None, *(f"{tree}.{parent}" for parent in parents[1:])]
            units += [(f"{tree}.{unit}", above[unit], levels[unit]) for unit in range(len(parents))]
            lines += [
                (f"{tree}.{unit}", f"{tree}.{one}")
                for unit in range(len(parents))
                for one in line(parents, unit)
            ]
            counts += [
                ("all", measure, date(2025, 1, 1), f"{tree}.{unit}", count)
                for measure, own in measures.items()
                for unit, count in enumerate(totals(parents, own))
                if count
            ]
        warehouse.insert(connection, "snapshot.mart.unit", units)
        warehouse.insert(connection, "snapshot.mart.unit_tree", lines)
        warehouse.insert(connection, "countable", counts)
        screen.suppress(connection, policy.SMALL_COUNT)
        hidden: list[set[int]] = [set() for _ in forest]
        for (name,) in connection.execute("SELECT unit_id FROM hidden_bundle").fetchall():
            tree, unit = name.split(".")
            assert int(unit) not in hidden[int(tree)], "hidden once"
            hidden[int(tree)].add(int(unit))
    return hidden


def possible(parents: list[int], own: list[int], hidden: set[int], unit: int) -> tuple[int, int]:
    """The least and greatest count of a hidden unit that agree with all that is shown.

    The reader knows the tree, which counts are zero, which are hidden (so at least 1), and at which units nothing is
    counted but below them.
    """
    count = totals(parents, own)
    size = len(parents)
    lower = np.array([count[n] if n not in hidden else 1 for n in range(size)] + [min(one, 1) for one in own])
    upper = np.array(
        [count[n] if n not in hidden else 99 for n in range(size)] + [99 * (one > 0) for one in own]
    )
    sums = np.zeros((size, 2 * size))
    for n in range(size):
        sums[n, n], sums[n, size + n] = 1, -1
        if n:
            sums[parents[n], n] -= 1
    found = []
    for sign in (1, -1):
        target = np.zeros(2 * size)
        target[unit] = sign
        solved = milp(
            target,
            integrality=np.ones(2 * size),
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(sums, 0, 0),
        )
        assert solved.success, solved.message
        found.append(round(sign * solved.fun))
    return found[0], found[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forests())
def test_a_hidden_count_cannot_be_computed_from_what_is_shown(forest: Forest) -> None:
    for (parents, own), hidden in zip(forest, suppressed(forest), strict=True):
        count = totals(parents, own)
        shown = {count[unit] for unit in range(len(parents)) if unit not in hidden}
        assert not shown & {1, 2, 3, 4}
        assert not hidden & {unit for unit in range(len(parents)) if count[unit] == 0}
        for unit in hidden:
            least, greatest = possible(parents, own, hidden, unit)
            assert least < greatest, (parents, own, sorted(hidden), unit)


@st.composite
def planned(draw: st.DrawFn) -> list[tuple[list[int], Measures]]:
    """Trees with what was due at each unit, done and not done."""
    found = []
    for parents, done in draw(forests()):
        undone = [draw(st.sampled_from([0, 0, 0, 1, 2, 6, 9])) for _ in parents]
        due = [first + second for first, second in zip(done, undone, strict=True)]
        found.append((parents, {"due": due, "done": done, "not done": undone}))
    return found


def range_of(
    parents: list[int], measures: Measures, hidden: set[int], measure: str, unit: int
) -> tuple[int, int]:
    """The least and greatest count of a measure at a hidden unit that agree with all that is shown of both parts.

    What is due is what is done and what is not. The reader knows at which units anything is counted but below them.
    """
    size = len(parents)
    parts = ("done", "not done")
    count = {part: totals(parents, measures[part]) for part in parts}
    own = [min(one, 1) for one in measures["due"]]
    low, high, rules, bounds = [], [], [], []
    for part in parts:
        low += [0 if n in hidden else count[part][n] for n in range(size)] + [0] * size
        high += [99 if n in hidden else count[part][n] for n in range(size)] + [99 * one for one in own]
    for place in range(len(parts)):
        for n in range(size):
            rule = np.zeros(2 * len(parts) * size)
            rule[place * 2 * size + n], rule[place * 2 * size + size + n] = 1, -1
            for child in range(1, size):
                if parents[child] == n:
                    rule[place * 2 * size + child] -= 1
            rules.append(rule)
            bounds.append((0, 0))
    for n in range(size):
        rule = np.zeros(2 * len(parts) * size)
        rule[size + n] = rule[3 * size + n] = 1
        rules.append(rule)
        bounds.append((own[n], 99))
    target = np.zeros(2 * len(parts) * size)
    for place, part in enumerate(parts):
        target[place * 2 * size + unit] = measure in ("due", part)
    found = []
    for sign in (1, -1):
        solved = milp(
            sign * target,
            integrality=np.ones(len(target)),
            bounds=Bounds(np.array(low), np.array(high)),
            constraints=LinearConstraint(np.array(rules), *np.array(bounds).T),
        )
        assert solved.success, solved.message
        found.append(round(sign * solved.fun))
    return found[0], found[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(planned())
def test_no_small_count_is_had_from_counts_beside_each_other(
    forest: list[tuple[list[int], Measures]],
) -> None:
    for (parents, measures), hidden in zip(forest, suppressed_bundles(forest), strict=True):
        for measure, own in measures.items():
            for unit, count in enumerate(totals(parents, own)):
                if 0 < count < policy.SMALL_COUNT:
                    assert unit in hidden
                    least, greatest = range_of(parents, measures, hidden, measure, unit)
                    assert least < greatest, (parents, measures, sorted(hidden), measure, unit)


@pytest.mark.parametrize(("overdue", "hidden"), [(10, []), (12, ["oversight x"]), (15, [])])
def test_few_old_tasks_are_not_had_from_those_of_the_year(overdue: int, hidden: list[str]) -> None:
    """Of the year's 18 tasks 10 stand open; what else is overdue fell due before."""
    with warehouse.connect() as connection:
        connection.execute(
            "ATTACH ':memory:' AS snapshot; CREATE SCHEMA snapshot.mart;"
            " CREATE TABLE snapshot.mart.unit AS SELECT 'top' AS unit_id, NULL::VARCHAR AS parent_unit_id, 0 AS level;"
            " CREATE TABLE snapshot.mart.unit_tree AS SELECT 'top' AS unit_id, 'top' AS ancestor_id;"
            " CREATE TABLE snapshot.mart.oversight AS SELECT 'top' AS unit_id, 'x' AS framework, 18 AS due, 8 AS done,"
            f" 8 AS in_time, {overdue} AS overdue"
        )
        parts = sql.statement("countable", counted_window="12").split("UNION ALL")
        tasks = next(part for part in parts if "mart.oversight" in part)
        connection.execute(
            f'CREATE TEMP VIEW countable (bundle, measure, month, unit_id, "count") AS {tasks}'
        )
        screen.suppress(connection, policy.SMALL_COUNT)
        assert connection.execute("SELECT bundle FROM hidden_bundle").fetchall() == [(one,) for one in hidden]


def test_a_tree_without_small_counts_is_shown_whole() -> None:
    assert suppressed([([0, 0, 0, 1], [0, 0, 9, 12])]) == [set()]


@pytest.mark.parametrize(
    ("parents", "own", "hidden"),
    [
        ([0, 0, 0, 0], [0, 3, 9, 20], {1, 2}),
        ([0, 0, 0, 0, 0], [0, 1, 1, 9, 20], {1, 2, 3}),
        ([0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 1], {0, 1, 2, 3, 4, 5}),
        ([0, 0, 0, 2, 2], [0, 3, 0, 6, 8], {1, 2, 3}),
        ([0, 0, 1], [0, 0, 3], {0, 1, 2}),
        ([0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 1, 5], {1, 4, 5}),
        ([0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1, 1, 1], set(range(8))),
    ],
    ids=[
        "the smallest sibling goes with it",
        "two of one each would tell by their sum",
        "five of one each would tell by their number",
        "a hidden sibling is not told by its own children",
        "an only child is its parent",
        "a hidden parent is not told by its only child and the little of its own",
        "five places and a count of five, on two levels",
    ],
)
def test_what_is_hidden_with_a_small_count(parents: list[int], own: list[int], hidden: set[int]) -> None:
    assert suppressed([(parents, own)]) == [hidden]


# --- warnings of the whole bureau by kind, beside those of a level ----------------------------------------------------


def kinds_shown(levels: list[list[int]]) -> list[list[int | None]]:
    """What the screen tells of the warnings of each kind that occurs, level by level."""
    with warehouse.connect() as connection:
        connection.execute(
            "ATTACH ':memory:' AS snapshot; CREATE SCHEMA snapshot.mart; ATTACH ':memory:' AS screen;"
            " CREATE SCHEMA screen.mart; CREATE TABLE snapshot.mart.unit AS SELECT 'top' AS unit_id, 0 AS level;"
            " CREATE TABLE snapshot.mart.unit_tree AS SELECT 'top' AS unit_id, 'top' AS ancestor_id;"
            " CREATE TABLE snapshot.mart.warning (unit_id VARCHAR, kind VARCHAR, level VARCHAR)"
        )
        found = [
            ("top", f"kind {kind}", f"level {level}")
            for level, counts in enumerate(levels)
            for kind, count in enumerate(counts)
            for _ in range(count)
        ]
        warehouse.insert(connection, "snapshot.mart.warning", found)
        connection.execute(sql.statement("judge_screen", smallest=str(policy.SMALL_COUNT)))
        told = {
            (level, kind): count
            for level, kind, count in connection.execute(
                'SELECT level, kind, "count" FROM screen.mart.warning'
            ).fetchall()
        }
    return [
        [told[f"level {level}", f"kind {kind}"] for kind, count in enumerate(counts) if count]
        for level, counts in enumerate(levels)
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 4, 5, 9]), min_size=1, max_size=6), min_size=1, max_size=30
    )
)
def test_no_kind_of_few_warnings_is_had_from_its_level(levels: list[list[int]]) -> None:
    """The reader knows what all kinds of a level come to, where that is no small count itself."""
    for counts, shown in zip(levels, kinds_shown(levels), strict=True):
        held = [count for count in counts if count]
        hidden = [count for count, one in zip(held, shown, strict=True) if one is None]
        assert [one for one in shown if one is not None] == [
            count for count, one in zip(held, shown, strict=True) if one is not None
        ]
        assert bool(hidden) == any(count < policy.SMALL_COUNT for count in held)
        assert not [one for one in shown if one is not None and one < policy.SMALL_COUNT]
        if hidden and len(held) > 1 and sum(held) >= policy.SMALL_COUNT and max(held) > 1:
            assert len(hidden) > 1 and sum(hidden) > len(hidden) and sum(hidden) >= policy.SMALL_COUNT


def test_with_one_kind_of_few_warnings_the_next_is_left_out() -> None:
    assert kinds_shown([[49, 1, 1], [5, 19, 2], [26, 5]]) == [[None, None, None], [None, 19, None], [26, 5]]
