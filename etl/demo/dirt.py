"""Dirty rows: a known share of badly delivered rows, each listed with what the loader is expected to do about it.

It works on text, as the rows stand in the file. It never touches a row in which something was planted, nor makes a row
unloadable that others refer to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.demo import feed
from etl.demo.integrity_activities import TALK, TRAINING
from etl.demo.records import Records
from model import warehouse
from model.contract import TABLES

SHARE = 0.005
Expected = Literal["cell", "quarantine", "superseding", "unchanged", "masked"]
Mask = NDArray[np.bool_]

NO_UNIT, NO_PERSON, NO_SHOP = "999999-S99", "P999999", "R99999999"
NO_MOMENT, NO_DATE = "2026-02-30 10:00:00", "2026-02-30"


@dataclass(frozen=True)
class Flaw:
    """One way in which a row can be dirty: `column` gets `value`, or the column's text changed by it.

    Only rows whose `needs` columns are filled are chosen. With `again`, the row is delivered a second time, after all
    others, and the flaw is in that second row.
    """

    kind: str
    column: str
    value: str | Callable[[pd.DataFrame], pd.Series[Any]] | None
    expected: Expected
    needs: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class Spoiled:
    """The dirt of one table: text by column and row position, rows of text for the end, and the list of all of it."""

    overrides: dict[str, pd.Series[Any]]
    added: pd.DataFrame
    entries: list[dict[str, Any]]


def _hour_before(column: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The moment an hour before another column's."""

    def earlier(rows: pd.DataFrame) -> pd.Series[Any]:
        moment = pd.to_datetime(rows[column]) - pd.Timedelta(hours=1)
        return moment.dt.strftime("%Y-%m-%d %H:%M:%S")

    return earlier


def _flipped(rows: pd.DataFrame) -> pd.Series[Any]:
    return rows["is_entry_code_scanned"].map({"true": "false", "false": "true"})


def _other_channel(instead: str) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    """The window; where it was the window, another channel."""

    def changed(rows: pd.DataFrame) -> pd.Series[Any]:
        return pd.Series(np.where(rows["channel"] == "window", instead, "window"), rows.index)

    return changed


def _wrong_check(rows: pd.DataFrame) -> pd.Series[Any]:
    last = rows["credit_code"].str[-1]
    return rows["credit_code"].str[:-1] + np.where(last == "A", "B", "A")


def _repeated(column: str) -> tuple[Flaw, ...]:
    return (Flaw("duplicate_row", column, None, "unchanged", again=True),)


FLAWS: dict[str, tuple[Flaw, ...]] = {
    "retailer": (
        Flaw("unmasked_name", "operator_name", "王示范", "masked"),
        Flaw("unmasked_phone", "phone", "12000000123", "masked"),
        Flaw("unknown_code", "business_type", "bazaar", "cell"),
        Flaw("text_in_number", "supply_tier", "高", "cell"),
        Flaw("wrong_check_character", "credit_code", _wrong_check, "cell", needs=("credit_code",)),
        Flaw("out_of_range", "longitude", "400", "cell"),
        *_repeated("retailer_id"),
    ),
    "licence_application": (
        Flaw("unknown_code", "channel", "fax_machine", "cell"),
        Flaw("unknown_required_code", "application_type", "transfer", "quarantine"),
        Flaw("impossible_date", "delivered_at", NO_MOMENT, "cell", needs=("delivered_at",)),
        Flaw("impossible_required_date", "submitted_at", "2026-00-10 09:00:00", "quarantine"),
        Flaw("end_before_start", "verification_ended_at", _hour_before("verification_started_at"), "quarantine",
             needs=("verification_started_at",)),
        Flaw("missing_required", "submitted_at", None, "quarantine"),
        Flaw("broken_reference", "reviewer_id", NO_PERSON, "cell", needs=("reviewer_id",)),
        Flaw("broken_required_reference", "unit_id", NO_UNIT, "quarantine"),
        Flaw("text_in_number", "promised_working_days", "五天", "cell"),
        Flaw("same_key_other_content", "channel", _other_channel("wechat_account"), "superseding", again=True),
        *_repeated("application_no"),
    ),
    "inspection": (
        Flaw("unknown_code", "coordinate_system", "bd09", "cell", needs=("coordinate_system",)),
        Flaw("unknown_required_code", "inspection_kind", "patrol", "quarantine"),
        Flaw("impossible_date", "issue_due_on", NO_DATE, "cell", needs=("issue_due_on",)),
        Flaw("impossible_required_date", "started_at", "2026-13-45 25:00:00", "quarantine",
        needs=("started_at", "plan_id")),
        Flaw("end_before_start", "ended_at", _hour_before("started_at"), "quarantine", needs=("started_at",)),
        Flaw("missing_required", "unit_id", None, "quarantine"),
        Flaw("broken_reference", "retailer_id", NO_SHOP, "cell", needs=("retailer_id",)),
        Flaw("broken_required_reference", "unit_id", NO_UNIT, "quarantine"),
        Flaw("text_in_number", "people_notified_before", "两三人", "cell"),
        Flaw("same_key_other_content", "is_entry_code_scanned", _flipped, "superseding", again=True,
             needs=("is_entry_code_scanned",)),
        *_repeated("inspection_no"),
    ),
    "complaint": (
        Flaw("unknown_code", "channel", "pigeon", "cell"),
        Flaw("unknown_required_code", "category", "praise", "quarantine"),
        Flaw("impossible_date", "revisited_at", NO_MOMENT, "cell"),
        Flaw("impossible_required_date", "received_at", "2026-04-31 08:00:00", "quarantine"),
        Flaw("end_before_start", "closed_at", _hour_before("received_at"), "quarantine"),
        Flaw("missing_required", "handling_unit_id", None, "quarantine"),
        Flaw("broken_reference", "target_unit_id", NO_UNIT, "cell"),
        Flaw("text_in_boolean", "is_anonymous", "不详", "cell"),
        Flaw("same_key_other_content", "channel", _other_channel("website"), "superseding", again=True),
        *_repeated("ticket_no"),
    ),
    "evaluation": (
        Flaw("unknown_required_code", "rating", "great", "quarantine"),
        Flaw("impossible_required_date", "rated_at", NO_MOMENT, "quarantine"),
        Flaw("end_before_start", "rectified_at", _hour_before("rated_at"), "quarantine"),
        Flaw("broken_reference", "staff_id", NO_PERSON, "cell"),
        Flaw("broken_required_reference", "unit_id", NO_UNIT, "quarantine"),
        Flaw("text_in_number", "efficiency_rating", "五", "cell"),
        Flaw("out_of_range", "attitude_rating", "9", "cell"),
        Flaw("same_key_other_content", "comment", "更正后的意见", "superseding", again=True),
        *_repeated("evaluation_id"),
    ),
    "activity": (
        Flaw("unknown_required_code", "activity_kind", "outing", "quarantine"),
        Flaw("impossible_date", "done_on", NO_DATE, "cell"),
        Flaw("missing_required", "unit_id", None, "quarantine"),
        Flaw("broken_reference", "host_staff_id", NO_PERSON, "cell"),
        Flaw("text_in_number", "score", "优", "cell"),
        *_repeated("activity_id"),
    ),
}  # fmt: skip


def spoil(
    connection: warehouse.Connection,
    rng: np.random.Generator,
    table: str,
    records: Records,
    kept_clean: Mask,
    file: str,
) -> Spoiled | None:
    """Make the known share of one table's rows dirty; None for a table that stays clean."""
    flaws = FLAWS.get(table)
    candidates = (
        np.flatnonzero(~kept_clean & _may_be_dirty(table, records)) if flaws else np.zeros(0, dtype=np.int64)
    )
    if flaws is None or not len(candidates):
        return None
    wanted = max(len(flaws), round(SHARE * len(records)))
    rows = np.sort(rng.choice(candidates, min(len(candidates), wanted * 3), replace=False))
    text = feed.as_text(connection, table, records.take(rows)).set_index(rows)
    return _spoil(rng, table, flaws, text, wanted, len(records), file)


def _spoil(
    rng: np.random.Generator,
    table: str,
    flaws: tuple[Flaw, ...],
    text: pd.DataFrame,
    wanted: int,
    size: int,
    file: str,
) -> Spoiled:
    key = next(iter(TABLES[table].primary_key)).name
    left = rng.permutation(text.index.to_numpy())
    overrides: dict[str, list[pd.Series[Any]]] = {}
    added: list[pd.DataFrame] = []
    entries: list[dict[str, Any]] = []
    for number, flaw in enumerate(flaws):
        share = wanted // len(flaws) + (number < wanted % len(flaws))
        usable = (
            text.loc[left, list(flaw.needs)].notna().all(axis=1).to_numpy()
            if flaw.needs
            else np.ones(len(left), bool)
        )
        chosen = np.sort(left[usable][:share])
        left = left[~np.isin(left, chosen)]
        dirty = text.loc[chosen].copy()
        if flaw.kind != "duplicate_row":
            dirty[flaw.column] = flaw.value(dirty) if callable(flaw.value) else flaw.value
        if flaw.again:
            added.append(dirty)
        else:
            overrides.setdefault(flaw.column, []).append(dirty[flaw.column].fillna(""))
        position = (
            size + sum(len(rows) for rows in added[:-1]) + np.arange(len(chosen)) if flaw.again else chosen
        )
        entries += [
            {"file": file, "table": table, "row": int(row) + 1, "key": str(text.at[place, key]), "kind": flaw.kind,
             "column": None if flaw.kind == "duplicate_row" else flaw.column, "expected": flaw.expected}
            for row, place in zip(position.tolist(), chosen.tolist(), strict=True)
        ]  # fmt: skip
    merged = {column: pd.concat(parts) for column, parts in overrides.items()}
    return Spoiled(merged, pd.concat([text.iloc[:0], *added]), entries)


def _may_be_dirty(table: str, records: Records) -> Mask:
    """Rows that no other row refers to, and on which no rule depends that the bureau keeps without exception."""
    every = np.ones(len(records), dtype=bool)
    if table == "complaint":
        linked = records["repeat_of_ticket_no"]
        every = (linked < 0) & ~np.isin(records["ticket_no"], linked)
    elif table == "activity":
        every = np.isin(records["activity_kind"], (TALK, TRAINING))
    elif table == "inspection":
        every = ~np.isnat(records["started_at"]) & (records["draw_id"] < 0)
    elif table == "licence_application":
        every = records["queue_no"] < 0
    return np.asarray(every)
