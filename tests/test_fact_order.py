"""The same records give the same number to its last digit, in whatever order a database adds them up."""

from __future__ import annotations

import pytest

from model import warehouse
from model.indicators import context

WEIGHTS = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.15, "e": 0.25}
SUMS = {"a": 1e9 + 0.1, "b": 3.3, "c": -1e9, "d": 1.9, "e": 5.3}


@pytest.fixture
def connection() -> warehouse.Connection:
    connection = warehouse.connect()
    connection.execute(
        "CREATE TABLE declared (indicator_id VARCHAR, shape VARCHAR, version INTEGER, minimum_denominator BIGINT);"
        "CREATE TABLE rolled (indicator_id VARCHAR, unit_id VARCHAR, month DATE, stratum VARCHAR, numerator DOUBLE,"
        " denominator DOUBLE, observations BIGINT);"
        "CREATE SCHEMA mart; CREATE TABLE mart.indicator_weight"
        " (indicator_id VARCHAR, rule_version INTEGER, stratum VARCHAR, weight DOUBLE);"
        "INSERT INTO declared VALUES ('X1', 'ratio', 1, 1), ('X2', 'standardised_mean', 1, 1)"
    )
    return connection


def test_a_sum_of_fractions_is_the_decimal_that_it_stands_for(connection: warehouse.Connection) -> None:
    first, second = (0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3)
    assert first != second
    for unit, number in (("A", first), ("B", second)):
        connection.execute(
            "INSERT INTO rolled VALUES ('X1', ?, DATE '2024-05-01', NULL, ?, ?, 3)", [unit, number, number]
        )
    found = connection.execute(f"SELECT numerator, denominator FROM ({context.sql('fact/ratio')})").fetchall()
    assert found == [(0.6, 0.6)] * 2


def test_a_standardised_mean_is_added_up_in_order(connection: warehouse.Connection) -> None:
    connection.execute("SET threads = 1")
    for name, weight in WEIGHTS.items():
        connection.execute("INSERT INTO mart.indicator_weight VALUES ('X2', 1, ?, ?)", [name, weight])
    orders = ["abcde", "edcba", "cabed", "bdace", "eacdb"]
    weighted = [sum(WEIGHTS[name] * SUMS[name] / 3 for name in order) for order in orders]
    assert len(set(weighted)) > 1
    for order in orders:
        for name in order:
            connection.execute(
                "INSERT INTO rolled VALUES ('X2', ?, DATE '2024-05-01', ?, ?, 3, 3)",
                [order, name, SUMS[name]],
            )
    query = f"SELECT DISTINCT numerator FROM ({context.sql('fact/standardised_mean')})"
    assert len(connection.execute(query).fetchall()) == 1
