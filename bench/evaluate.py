"""make evaluate: does the judgement find what was planted, how soon, and does it keep quiet where nothing was?

Demo bureaus of some seeds are loaded, with and without planted irregularities, and judged month by month as on the
last day of each month, with what was known then. The truth is what the demo wrote down (truth.json). Patterns and
revisions are not judged yet and are left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from etl import sql
from etl.judge.court import Court, Judged, convene, grounded
from etl.judge.facts import judge_facts
from etl.judge.records import judge_records
from model import warehouse
from model.indicators import catalogue
from model.judgement import rules

REPLAYED_MONTHS = 15
IN_TIME_MONTHS = 3
STATISTICAL = ("signal", "outlier")
Found = set[tuple[str, str]]
"""Indicator and unit."""


@dataclass
class Score:
    """What became of one indicator's planted irregularities. `delays` in months: 0 = in the first one."""

    breaches: int = 0
    breaches_found: int = 0
    breaches_false: int = 0
    shifts: int = 0
    delays: list[int] = field(default_factory=list)
    alerts: int = 0
    alerts_true: int = 0


@dataclass
class Quiet:
    """What was said where nothing was planted."""

    families: int = 0
    families_alerted: int = 0
    series: int = 0
    signals: int = 0
    breaches: int = 0


def main() -> None:
    """Evaluate some seeds and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--scale", default="district")
    parser.add_argument("--work", type=Path, default=Path("build/evaluate"))
    given = parser.parse_args()
    scores: dict[str, Score] = defaultdict(Score)
    quiet = Quiet()
    for seed in range(1, given.seeds + 1):
        for is_clean in (False, True):
            truth, connection = prepared(given.work, given.scale, seed, is_clean)
            with connection:
                if is_clean:
                    listen(connection, quiet)
                else:
                    compare(connection, truth, scores)
    tell(scores, quiet, given.seeds)


def prepared(
    work: Path, scale: str, seed: int, is_clean: bool
) -> tuple[dict[str, Any], warehouse.Connection]:
    """The truth of a demo bureau, and a connection with its loaded warehouse attached as `snapshot`."""
    place = work / f"{scale}-{seed}{'-clean' if is_clean else ''}"
    if not (place / "warehouse" / warehouse.CURRENT).exists():
        shutil.rmtree(place, ignore_errors=True)
        demo = [
            "demo",
            "--out",
            place / "inbox",
            "--scale",
            scale,
            "--seed",
            seed,
            *["--clean"][: int(is_clean)],
        ]
        command(*demo)
        command("run", "--inbox", place / "inbox", "--warehouse", place / "warehouse")
    truth = json.loads((place / "inbox" / "truth.json").read_text(encoding="utf-8"))
    snapshot = warehouse.open_snapshot(place / "warehouse")
    connection = warehouse.connect()
    connection.execute(f"ATTACH {sql.literal(str(snapshot.path('full')))} AS snapshot (READ_ONLY)")
    return truth, connection


def command(*arguments: object) -> None:
    """Run one command of the loader; a refused file of the demo is no failure."""
    done = subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr[-2000:])


def replays(connection: warehouse.Connection) -> list[tuple[str, Court, Judged]]:
    """The judgement at the end of each of the newest months, oldest first."""
    declared, known = rules(), catalogue()
    newest = convene(connection, declared, known).newest
    found = []
    for back in range(REPLAYED_MONTHS - 1, -1, -1):
        end = ((newest - back + 1).astype("M8[D]") - 1).item()
        assert isinstance(end, date)
        court, judged = convene(connection, declared, known, until=end), Judged()
        judge_facts(court, judged, {})
        found.append((f"{end:%Y-%m}", court, judged))
    return found


def compare(connection: warehouse.Connection, truth: dict[str, Any], scores: dict[str, Score]) -> None:
    """Add what was found and missed of one bureau's planted irregularities."""
    months = replays(connection)
    judged = Judged()
    with grounded(months[-1][1]) as ground:
        judge_records(months[-1][1], ground, judged)
    _score_breaches(truth, judged, scores)
    said = {month: alerts(one, month) for month, _, one in months}
    for item in truth["planted"]:
        if item["kind"] in ("shift", "outlier") and item["detectable"]:
            scores[item["indicator"]].shifts += 1
            delay = _delay(item, said)
            if delay is not None:
                scores[item["indicator"]].delays.append(delay)
    _score_alerts(connection, truth, said, scores)


def _score_breaches(truth: dict[str, Any], judged: Judged, scores: dict[str, Score]) -> None:
    """Records told beside records planted; where the record told is another than the one planted, unit by unit."""
    told: dict[str, set[str]] = defaultdict(set)
    units: dict[str, set[str]] = defaultdict(set)
    for rows in judged.warnings:
        for name, unit, key in zip(rows["indicator_id"], rows["unit_id"], rows["subject_id"], strict=True):
            told[name].add(key.removeprefix("inspection/").removeprefix("verification/"))
            units[name].add(unit)
    planted = [item for item in truth["planted"] if item["kind"] == "breach"]
    for name in {*told, *(item["indicator"] for item in planted)}:
        mine = [item for item in planted if item["indicator"] == name]
        keys = {key for item in mine for key in item["records"]}
        is_same = bool(keys & told[name])
        wanted, found = (keys, told[name]) if is_same else ({item["unit"] for item in mine}, units[name])
        score = scores[name]
        score.breaches += len(wanted)
        score.breaches_found += len(wanted & found)
        score.breaches_false += len(found - wanted)


def alerts(judged: Judged, month: str) -> Found:
    """The units told of by statistics at the end of one month, by indicator."""
    found: Found = set()
    for rows in judged.warnings:
        if len(rows["kind"]) and rows["kind"][0] in STATISTICAL:
            found |= set(zip(rows["indicator_id"], rows["unit_id"], strict=True))
    return found


def _delay(item: dict[str, Any], said: dict[str, Found]) -> int | None:
    """Months from the beginning of a planted change until it was told of; None where it never was."""
    for number, month in enumerate(item["months"]):
        if (item["indicator"], item["unit"]) in said.get(month, set()):
            return number
    return None


def _score_alerts(
    connection: warehouse.Connection, truth: dict[str, Any], said: dict[str, Found], scores: dict[str, Score]
) -> None:
    """Alerts that speak of a planted thing: its indicator or one that moves with it, its unit or one above."""
    above = defaultdict(set)
    for unit, ancestor in connection.execute(
        "SELECT unit_id, ancestor_id FROM snapshot.mart.unit_tree"
    ).fetchall():
        above[unit].add(ancestor)
    since: dict[tuple[str, str], str] = {}
    for item in truth["planted"]:
        for name in (item["indicator"], *item["also"]):
            for unit in above[item["unit"]]:
                since[name, unit] = min(since.get((name, unit), "9999"), item["months"][0])
    for month, found in said.items():
        for name, unit in found:
            scores[name].alerts += 1
            scores[name].alerts_true += since.get((name, unit), "9999") <= month


def listen(connection: warehouse.Connection, quiet: Quiet) -> None:
    """Add what is said of a bureau without irregularities."""
    months = replays(connection)
    for _, court, judged in months:
        for rows in judged.comparison:
            for kind in set(rows["kind"][~np.isnan(rows["p"])]):
                quiet.families += 1
                quiet.families_alerted += bool(
                    (rows["adjusted"][rows["kind"] == kind] <= court.rules.comparison.q).any()
                )
        for rows in judged.trend:
            is_newest = rows["month"] == court.newest
            is_judged = is_newest & ~np.isnan(rows["centre"])
            if court.catalogue.indicators[rows["indicator_id"][0]].series == "flow":
                quiet.series += int(is_judged.sum())
        for rows in judged.warnings:
            quiet.signals += int((rows["kind"] == "signal").sum())
    judged = Judged()
    with grounded(months[-1][1]) as ground:
        judge_records(months[-1][1], ground, judged)
    quiet.breaches += sum(len(rows["kind"]) for rows in judged.warnings)


def tell(scores: dict[str, Score], quiet: Quiet, seeds: int) -> None:
    """Print both tables."""
    print(
        f"{seeds} seed(s); months from the beginning of a change until it was told of, 0 = in its first month\n"
    )
    print(
        "| indicator | breaches | found | false | changes | found | in 3 months | delays | alerts | precision |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---|---:|---:|")
    for name in sorted(scores, key=lambda key: (key[0], int(key[1:]) if key[1:].isdigit() else 0)):
        print(_line(name, [scores[name]]))
    print(_line("all", list(scores.values())))
    share = quiet.families_alerted / max(1, quiet.families)
    print(
        f"\nwithout irregularities: {quiet.families_alerted} of {quiet.families} families alerted ({share:.2%});",
        end="",
    )
    print(
        f" {quiet.signals} signals in {quiet.series} series-months ({quiet.signals / max(1, quiet.series):.2%});",
        end="",
    )
    print(f" {quiet.breaches} breaches")


def _line(name: str, scores: list[Score]) -> str:
    total = {
        key: sum(getattr(one, key) for one in scores) for key in Score.__dataclass_fields__ if key != "delays"
    }
    delays = sorted(delay for one in scores for delay in one.delays)
    in_time = sum(delay < IN_TIME_MONTHS for delay in delays)
    precision = f"{total['alerts_true'] / total['alerts']:.0%}" if total["alerts"] else ""
    shown = (
        " ".join(map(str, delays))
        if len(scores) == 1
        else f"median {delays[len(delays) // 2]}"
        if delays
        else ""
    )
    return (
        f"| {name} | {total['breaches']} | {total['breaches_found']} | {total['breaches_false']} | {total['shifts']}"
        f" | {len(delays)} | {in_time} | {shown} | {total['alerts']} | {precision} |"
    )


if __name__ == "__main__":
    main()
