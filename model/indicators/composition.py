"""The SQL of the declared indicators, composed from their declarations: one scan of a view for all that add up.

A row counts in the month of each indicator's own date. So that one scan is enough, rows are counted by all of these
months together, and the counts are spread over them: each indicator takes those of its own. What comes out are parts:
sums by unit, cell, month and stratum, which the fact files put together for every level of the tree. Nothing is
executed here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from model.indicators.declaration import Indicator, Measure, View
from model.indicators.expression import names_in

Months = Collection[date] | None
"""The months to compute, or None for all."""

PART_COLUMNS = "numerator", "denominator", "observations", "numerator_count", "denominator_count"


def month_name(period: str) -> str:
    """The column that holds the month of a date column, where the date counts."""
    return f"month_of_{period}"


def within(column: str, months: Iterable[date]) -> str:
    """The condition that a date or time lies in one of these months, as ranges: they are found without reading all.

    column: a column, or one and a number of days after it.
    """
    column, _, days = column.partition(" + ")
    later = timedelta(days=int(days or 0))
    numbers = sorted({month.year * 12 + month.month - 1 for month in months})
    firsts = [number for number in numbers if number - 1 not in numbers]
    ends = [number + 1 for number in numbers if number + 1 not in numbers]
    spans = (
        f"{column} >= DATE '{_first(first) - later}' AND {column} < DATE '{_first(end) - later}'"
        for first, end in zip(firsts, ends, strict=True)
    )
    return f"({' OR '.join(spans) or 'false'})"


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def restricted(view: View, table: str, months: Months) -> str:
    """The rows of a table that can count in these months, as far as that can be told without the view.

    Date after date, each row by the first of its dates that lies there: so each finds its own without reading all.
    """
    dates = view.dates.get(table)
    if months is None or not dates:
        return f"record.{table}"
    conditions = [within(one, months) for one in dates]
    parts = (
        f"SELECT * FROM record.{table} WHERE {condition}"  # noqa: S608
        + "".join(f" AND {before} IS NOT TRUE" for before in conditions[:place])
        for place, condition in enumerate(conditions)
    )
    return f"({' UNION ALL '.join(parts)})"


def dated(rows: str, periods: Iterable[str], months: Months = None) -> str:
    """The rows of a view with the month of each date: null after the source's clock, where nothing is counted yet.

    With `months`, a date in any other month is null as well.
    """
    columns = ", ".join(
        f"CASE WHEN {period} <= as_of{'' if months is None else f' AND {within(period, months)}'}"
        f" THEN CAST(date_trunc('month', {period}) AS DATE) END AS {month_name(period)}"
        for period in sorted(set(periods))
    )
    return f"SELECT *, {columns} FROM {rows}"  # noqa: S608


def narrowed(
    sql: str, indicators: list[Indicator], months: Months, by_cell: frozenset[str] = frozenset()
) -> str:
    """The rows of a view that may count in these months, with the columns that its indicators use."""
    columns = {"as_of", "unknown"}
    for item in indicators:
        columns |= {item.unit, item.period, *([item.stratum] if item.stratum else [])}
        columns |= {"cell_id"} if item.has_cell_facts or item.id in by_cell else set()
        for measure in (item.numerator, item.denominator, item.observations):
            for text in (measure.value, measure.where) if measure else ():
                columns |= set(names_in(text)) if text else set()
    conditions = ""
    if months is not None:
        periods = sorted({item.period for item in indicators})
        conditions = f" WHERE {' OR '.join(within(one, months) for one in periods)}"
    return f"SELECT {', '.join(sorted(columns))} FROM ({sql}) AS view_row{conditions}"  # noqa: S608


def expressions(indicator: Indicator) -> dict[str, str]:
    """The aggregate over a view that each key of a declaration comes to by itself."""
    measures = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    if indicator.observations:
        measures["observations"] = indicator.observations
    found = {"period": f"max(CAST(date_trunc('month', {indicator.period}) AS DATE))"}
    return found | {key: summed(measure, "") for key, measure in measures.items()}


def known(indicator: Indicator, doubtful: frozenset[str]) -> str:
    """The condition that nothing which the indicator needs is unknown in the row; empty where nothing can be."""
    doubts = sorted(set(indicator.needs) & doubtful)
    if not doubts:
        return ""
    listed = ", ".join(f"'{name}'" for name in doubts)
    return f"NOT coalesce(list_has_any(unknown, [{listed}]), false)"


def both(*conditions: str | None) -> str:
    """The conditions joined; empty ones left out."""
    given = [f"({one})" for one in conditions if one]
    return " AND ".join(given) or "true"


def counted(measure: Measure, guard: str) -> str:
    """How many rows a measure takes."""
    chosen = both(guard, measure.where, f"({measure.value}) IS NOT NULL" if measure.form == "mean" else None)
    return f"count(CASE WHEN {chosen} THEN 1 END)"


def summed(measure: Measure, guard: str) -> str:
    """The sum of a measure's quantity, or the count of its rows where it has none."""
    if measure.form in ("where", "largest"):
        return counted(measure, guard)
    return f"sum(CASE WHEN {both(guard, measure.where)} THEN {measure.value} END)"


def parts(indicator: Indicator, guard: str) -> dict[str, str]:
    """The aggregates of an indicator that add up over rows, by part."""
    numerator = indicator.denominator if indicator.shape == "largest_share" else indicator.numerator
    observed = indicator.observations or indicator.denominator
    return {
        "numerator": summed(numerator, guard),
        "denominator": summed(indicator.denominator, guard),
        "observations": counted(observed, guard) if observed.form == "mean" else summed(observed, guard),
        "numerator_count": counted(numerator, guard),
        "denominator_count": counted(indicator.denominator, guard),
    }


def spread(months: list[str]) -> str:
    """The grouped rows, once for each of the different months that they count in."""
    numbers = ", ".join(f"({number})" for number in range(len(months)))
    choices = " ".join(f"WHEN {number} THEN {month}" for number, month in enumerate(months))
    new = (
        " AND ".join(
            [f"place.number = {number}", *(f"{month} IS DISTINCT FROM {one}" for one in months[:number])]
        )
        for number, month in enumerate(months)
    )
    return (
        f"SELECT grouped.*, CASE place.number {choices} END AS fact_month"  # noqa: S608
        f" FROM grouped CROSS JOIN (VALUES {numbers}) AS place (number) WHERE ({') OR ('.join(new)})"
    )


def scan(
    rows: str, indicators: list[Indicator], unit: str, doubtful: frozenset[str], months: Months = None,
    by_cell: frozenset[str] = frozenset(),
) -> str:  # fmt: skip
    """All ratios of a view by unit, cell and month in one scan: a column for each part of each indicator."""
    dates = sorted({month_name(item.period) for item in indicators})
    found = {
        f"{item.id}_{name}": (text, month_name(item.period))
        for item in indicators
        for name, text in parts(item, known(item, doubtful)).items()
    }
    has_cells = any(item.has_cell_facts or item.id in by_cell for item in indicators)
    cell = "cell_id" if has_cells else "NULL AS cell_id"
    counted = ", ".join(f"{text} AS {name}" for name, (text, _) in found.items())
    grouped = (
        f"SELECT {unit} AS unit_id, {cell}, {', '.join(dates)}, {counted}"  # noqa: S608
        f" FROM ({dated(rows, (item.period for item in indicators), months)}) AS dated"
        f" WHERE coalesce({', '.join(dates)}) IS NOT NULL AND {unit} IS NOT NULL GROUP BY ALL"
    )
    if len(dates) == 1:
        return f"SELECT * RENAME ({dates[0]} AS month) FROM ({grouped}) AS grouped"  # noqa: S608
    added = ", ".join(
        f"sum(CASE WHEN {month} = fact_month THEN {name} END) AS {name}" for name, (_, month) in found.items()
    )
    return (
        f"WITH grouped AS ({grouped}), spread AS ({spread(dates)})"  # noqa: S608
        f" SELECT unit_id, cell_id, fact_month AS month, {added} FROM spread"
        " WHERE fact_month IS NOT NULL GROUP BY ALL"
    )


def unpivoted(scanned: str, indicators: list[Indicator]) -> str:
    """The parts of a scan, one row an indicator."""
    return " UNION ALL ".join(
        f"SELECT '{item.id}' AS indicator_id, unit_id, cell_id, month, NULL AS stratum,"  # noqa: S608
        f" {', '.join(f'{item.id}_{name}' for name in PART_COLUMNS)} FROM {scanned}"
        f" WHERE {item.id}_numerator_count > 0 OR {item.id}_denominator_count > 0"
        for item in indicators
    )


def stratified(rows: str, item: Indicator, doubtful: frozenset[str], months: Months = None) -> str:
    """The parts of one indicator by unit, cell, month, and stratum or group."""
    stratum = item.numerator.value if item.shape == "largest_share" else item.stratum
    aggregates = parts(item, known(item, doubtful))
    cell = "cell_id" if item.has_cell_facts else "NULL AS cell_id"
    return (
        f"SELECT '{item.id}' AS indicator_id, {item.unit} AS unit_id, {cell},"  # noqa: S608
        f" {month_name(item.period)} AS month, {stratum} AS stratum,"
        f" {', '.join(f'{aggregates[name]} AS {name}' for name in PART_COLUMNS)}"
        f" FROM ({dated(rows, [item.period], months)}) AS dated"
        f" WHERE {month_name(item.period)} IS NOT NULL AND {item.unit} IS NOT NULL"
        f" GROUP BY ALL HAVING {aggregates['observations']} > 0"
    )


def dispersed(rows: str, item: Indicator, doubtful: frozenset[str], months: Months = None) -> str:
    """The spread and mean of one indicator in each stratum, for every level of the tree from its rows."""
    assert item.numerator.value
    value, chosen = item.numerator.value, both(known(item, doubtful), item.numerator.where)
    return (
        f"SELECT '{item.id}' AS indicator_id, tree.ancestor_id AS unit_id, {month_name(item.period)} AS month,"  # noqa: S608
        f" {item.stratum} AS stratum, stddev_samp({value}) AS numerator, avg({value}) AS denominator,"
        f" count({value}) AS observations, count({value}) AS numerator_count, count({value}) AS denominator_count"
        f" FROM ({dated(rows, [item.period], months)}) AS dated"
        f" JOIN mart.unit_tree AS tree ON tree.unit_id = dated.{item.unit}"
        f" WHERE {month_name(item.period)} IS NOT NULL AND {chosen}"
        " GROUP BY ALL"
    )


def alone(rows: str, item: Indicator, doubtful: frozenset[str] = frozenset(), months: Months = None) -> str:
    """One indicator by itself, as its shape asks for."""
    if item.shape in ("ratio", "mean_ratio"):
        return scan(rows, [item], item.unit, doubtful, months)
    return (dispersed if item.shape == "dispersion" else stratified)(rows, item, doubtful, months)
