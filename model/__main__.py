"""The command line of the indicators: python -m model list | explain ID | records ID --unit U --month M.

Reads the current snapshot and writes nothing. It shows what a number means, how it is computed and which records are
behind it; who may see records is decided where it is installed, as for the snapshot's file itself.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from model import warehouse
from model.indicators import Catalogue, DeclarationError, Indicator, catalogue, composition, context
from model.indicators.evidence import Numbers, Subject, records, recounted
from model.indicators.facts import Ground, lay

warehouse_option = click.option(
    "--warehouse",
    "directory",
    type=click.Path(path_type=Path, resolve_path=True),
    default=warehouse.default_directory,
    show_default="data/warehouse",
    help="Where the snapshots are.",
)


def declared() -> Catalogue:
    """The declarations; a message in place of a traceback where one cannot be used."""
    try:
        return catalogue()
    except DeclarationError as error:
        raise click.ClickException(str(error)) from error


def found(known: Catalogue, name: str) -> Indicator:
    """The indicator of this id."""
    item = known.indicators.get(name.upper())
    if item is None:
        raise click.ClickException(f"没有指标 no indicator {name}; python -m model list")
    return item


def opened(directory: Path) -> warehouse.Connection:
    """A connection to the current snapshot, read only."""
    try:
        snapshot = warehouse.open_snapshot(directory)
    except warehouse.NoSnapshotError as error:
        raise click.ClickException(str(error)) from error
    return warehouse.connect(snapshot.path("full"), read_only=True)


def states(directory: Path) -> dict[str, tuple[Any, ...]]:
    """State, missing columns, as-of and first month of each indicator in the current snapshot; empty without one."""
    if warehouse.current_id(directory) is None:
        return {}
    with opened(directory) as connection:
        rows = connection.execute(
            "SELECT indicator_id, state, missing_columns, as_of, first_month FROM mart.indicator_state"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


@click.group()
def main() -> None:
    """指标 Indicators: what they mean, how they are computed, and the records behind them."""


@main.command("list")
@warehouse_option
def list_command(directory: Path) -> None:
    """Every declared indicator, with its state in the current snapshot."""
    known, now = declared(), states(directory)
    for item in known.indicators.values():
        state = now.get(item.id, ("-",))[0]
        click.echo(f"{item.id:5} {state:15} {item.name.zh}  {item.name.en}")


@main.command("explain")
@click.argument("name")
@warehouse_option
def explain_command(name: str, directory: Path) -> None:
    """What an indicator means, what it needs, and the SQL that computes it."""
    known = declared()
    item = found(known, name)
    state, missing, as_of, first = states(directory).get(item.id, ("-", [], None, None))
    goal = {
        "higher": "越高越好 higher is better",
        "lower": "越低越好 lower is better",
        "none": "◇ 不评分 never scored",
    }
    lines = {
        "含义 meaning": f"{item.meaning.zh}\n    {item.meaning.en}",
        "风险点 risk": f"{item.risk.zh}  {item.risk.en}",
        "依据 basis": f"{item.basis.zh}  {item.basis.en}",
        "维度 dimension": f"{item.dimension_name.zh}  {item.dimension_name.en}",
        "方向 direction": goal[item.direction],
        "目标 target": "-" if item.target is None else f"{item.target:g}",
        "底线 floor": "-" if item.floor is None else f"{item.floor:g}",
        "最小样本 minimum": str(item.minimum_denominator),
        "类型 kind": f"{item.kind}, {item.series}, {item.grain}",
        "计入月份 counted in": f"{item.view}.{item.period}",
        "分子 numerator": _told(item.numerator.form, item.numerator.value, item.numerator.where),
        "分母 denominator": _told(item.denominator.form, item.denominator.value, item.denominator.where),
        "所需列 needs": ", ".join(item.needs),
        "状态 state": state + (f": {', '.join(missing)}" if missing else ""),
        "数据截至 as of": f"{as_of or '-'}, {first or '-'} –",
        "声明 declared in": f"{item.file}, version {item.version}",
    }
    click.echo(f"{item.id}  {item.name.zh}  {item.name.en}\n")
    for label, text in lines.items():
        click.echo(f"{label}: {text}")
    click.echo(f"\n-- SQL\n{statement(known, item)}")


def _told(form: str, value: str | None, where: str | None) -> str:
    what = "count of rows" if form == "where" else f"{form} of {value}"
    return f"{what} where {where}" if where else what


def statement(known: Catalogue, item: Indicator) -> str:
    """The SQL of one indicator, over its derived view."""
    view = known.views[item.view]
    return f"{composition.alone(view.id, item)};\n\n-- {view.id}: {view.name.zh} {view.name.en}\n{context.sql(view.id)}"


class Month(click.ParamType[date]):
    """A month, as YYYY-MM."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first day of the month."""
        try:
            return datetime.strptime(str(value), "%Y-%m").date()
        except ValueError:
            self.fail(f"{value!r} is no month such as 2026-10", param, ctx)


@main.command("records")
@click.argument("name")
@click.option("--unit", help="A unit code, with all units below it.")
@click.option("--cell", help="A market cell, for indicators of cells.")
@click.option("--month", type=Month(), required=True, help="A month, such as 2026-10.")
@click.option("--csv", "as_csv", is_flag=True, help="The records as CSV, nothing else.")
@warehouse_option
def records_command(
    name: str, unit: str | None, cell: str | None, month: date, as_csv: bool, directory: Path
) -> None:
    """The records behind a number, and the number that they make."""
    if (unit is None) == (cell is None):
        raise click.UsageError("either --unit or --cell")
    known = declared()
    item = found(known, name)
    subject = Subject("cell", str(cell)) if unit is None else Subject("unit", unit)
    with opened(directory) as connection:
        check_subject(connection, item, subject)
        ground = lay(connection, known)
        state = ground.states[item.id]
        if state.missing:
            raise click.ClickException(f"{item.id} 不可计算 is not computable: {', '.join(state.missing)}")
        rows = records(ground, item, subject, month)
        fact, again = published(ground, item, subject, month), recounted(item, rows, weights(ground, item))
    if as_csv:
        click.echo(rows.to_csv(index=False), nl=False)
        return
    click.echo(f"{item.id}  {item.name.zh}  {item.name.en}  {subject.id}  {month:%Y-%m}\n")
    click.echo(rows.to_string(index=False) if len(rows) else "没有记录 no records")
    click.echo(f"\n已发布 published: {told(fact)}\n由记录重算 recounted: {told(again)}")


def check_subject(connection: warehouse.Connection, item: Indicator, subject: Subject) -> None:
    """ClickException where the indicator is not computed for such subjects, or where there is no such one."""
    if subject.kind == "unit":
        is_computed, known, what = item.has_unit_facts, "ancestor_id FROM mart.unit_tree", "机构 unit"
    else:
        is_computed, known, what = (
            item.has_cell_facts,
            "cell_id FROM record.market_cell",
            "市场单元 market cell",
        )
    if not is_computed:
        other = "--cell" if subject.kind == "unit" else "--unit"
        raise click.ClickException(f"{item.id} 不按此计算 is not computed by {what}: {other}")
    if not connection.execute(f"SELECT 1 WHERE ? IN (SELECT {known})", [subject.id]).fetchone():
        raise click.ClickException(f"没有 no {what} {subject.id}")


def published(ground: Ground, item: Indicator, subject: Subject, month: date) -> Numbers | None:
    """The fact in the snapshot, or None where there is none."""
    row = ground.connection.execute(
        "SELECT numerator, denominator, observations FROM mart.indicator_fact"
        " WHERE indicator_id = ? AND subject_kind = ? AND subject_id = ? AND month = ?",
        [item.id, subject.kind, subject.id, month],
    ).fetchone()
    return Numbers(*row) if row else None


def weights(ground: Ground, item: Indicator) -> dict[str, float]:
    """The frozen weights of an indicator's strata."""
    rows = ground.connection.execute(
        "SELECT stratum, weight FROM mart.indicator_weight WHERE indicator_id = ? AND rule_version = ?",
        [item.id, item.version],
    ).fetchall()
    return dict(rows)


def told(numbers: Numbers | None) -> str:
    """Numbers in words: value, numerator, denominator, and on how many it rests."""
    if numbers is None:
        return "无数据 no data"
    rest = f"n = {numbers.observations}"
    if numbers.numerator is None:
        return f"样本不足 too few, {rest}"
    value = f"{numbers.numerator / numbers.denominator:.4f}" if numbers.denominator else "-"
    return f"{value} = {numbers.numerator:g} / {numbers.denominator:g}, {rest}"


if __name__ == "__main__":
    main()
