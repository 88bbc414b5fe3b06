"""A tenth of the public records of Chicago, loaded as they are delivered, for pages to be tried on real records.

A retailer is in with all that is about it, or not at all, so that the sample is a whole. It must not be used for
anything but tests, and nothing of it is kept here: where the records are not beside this checkout, tests are skipped.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable
from pathlib import Path

from etl import mapping, run
from etl.gather import Warehouse
from tests.demo_site import LONG_AGO, copied

CHICAGO = Path(__file__).parents[2] / "shared" / "realdata" / "chicago-food"
SOURCES = Path(__file__).parents[1] / "etl" / "sources"
_LAST = "7"
"""The last digit of the licences that are in."""
_EACH = 20
"""Of the complaints, which name no licence, every so many."""
Row = dict[str, str]


def load(place: Path) -> Path:
    """The directory of a warehouse of the sample of one's own, in a folder below pytest's."""
    return copied(place, "chicago", _load)


def _load(place: Path) -> None:
    inbox = place / "inbox"
    inbox.mkdir(exist_ok=True)
    by_licence: Callable[[int, Row], bool] = lambda _, row: row["License"].endswith(_LAST)  # noqa: E731
    _sample(inbox, "licence_terms", by_licence)
    inspected = {row["Inspection_ID"] for row in _sample(inbox, "inspections_with_inspector_id", by_licence)}
    _sample(inbox, "inspector_assignments", lambda _, row: row["inspectionID"] in inspected)
    _sample(inbox, "inspection_dispatch_2011_2014", by_licence)
    _sample(inbox, "sanitation_complaints_311", lambda at, _: at % _EACH == 0)
    found = mapping.discover(SOURCES)
    assert run.run(inbox, Warehouse(place / "warehouse"), found, lambda *_: None).published


def _sample(inbox: Path, name: str, is_in: Callable[[int, Row], bool]) -> list[Row]:
    """Write the rows of a file that are in, and give them."""
    with gzip.open(CHICAGO / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        kept = [row for at, row in enumerate(reader) if is_in(at, row)]
        names = list(reader.fieldnames or ())
    target = inbox / f"{name}.csv"
    with target.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, names)
        writer.writeheader()
        writer.writerows(kept)
    os.utime(target, (LONG_AGO, LONG_AGO))
    return kept
