"""Checks of whole outputs: what one entry asks for must fit its role and table, and the entries must fit together."""

from __future__ import annotations

from etl.mapping.declaration import Output
from etl.mapping.sections import Section, suggestion
from model.contract import table_named

_MATCH = "a supplement and an enrichment need it, nothing else has it"


def check_output(section: Section, output: Output) -> None:
    """What one entry asks for must fit its role and the contract's table."""
    role, table = output.role, table_named(output.table)
    latest = (output.latest_by,) if output.latest_by else ()
    for key, fits, reason in (
        ("match", bool(output.match) == (role in ("supplement", "enrichment")), _MATCH),
        (
            "group_by",
            not output.group_by or role in ("primary", "supplement"),
            "goes with rows of their own only",
        ),
        (
            "latest_by",
            not output.latest_by or role == "derived" or bool(output.group_by),
            "goes with group_by",
        ),
        ("where", output.where is None or role == "derived", "would leave rows out: goes with derived only"),
        ("placeholder", not output.placeholder or role == "derived", "goes with derived only"),
    ):
        if not fits:
            raise section.error(key, reason)
    for key, names in (("match", output.match), ("group_by", output.group_by), ("latest_by", latest)):
        for name in names:
            if name not in output.recipes:
                raise section.error(
                    key, f"{name} is not among the columns" + suggestion(name, output.recipes)
                )
    if output.latest_by and table.columns[output.latest_by].info["kind"] not in ("date", "timestamp"):
        raise section.error("latest_by", f"{output.latest_by} is no date or time")
    for name, recipe in output.recipes.items():
        if recipe.collect and (not output.group_by or name in output.group_by):
            raise section.error(
                f"columns.{name}.collect", "goes with group_by, for a column that is not in it"
            )
    missing = [
        column.name for column in table.columns if not column.nullable and column.name not in output.recipes
    ]
    if missing and role != "enrichment":
        raise section.error("columns", f"{output.table} requires {', '.join(missing)}")


def check_together(root: Section, inputs: tuple[str, ...], outputs: list[Output]) -> None:
    """Every input feeds something; a supplement and an enrichment have the one primary that they belong to."""
    for name in inputs:
        if name not in {output.input for output in outputs}:
            raise root.error(f"inputs.{name}", "feeds no output")
    primaries: dict[str, Output] = {}
    for output in (item for item in outputs if item.role == "primary"):
        if output.table in primaries:
            raise root.error(
                "outputs", f"{output.table} has two primaries: one may lead, others supplement it"
            )
        primaries[output.table] = output
    for output in (item for item in outputs if item.match):
        if output.table not in primaries:
            raise root.error("outputs", f"{output.table} from {output.input}: has no primary to go with")
        if missing := [name for name in output.match if name not in primaries[output.table].recipes]:
            raise root.error("outputs", f"match: the primary of {output.table} has no {', '.join(missing)}")
