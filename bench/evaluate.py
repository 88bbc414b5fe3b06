"""make evaluate: does the judgement find what was planted, how soon, and does it keep quiet where nothing was?

Demo bureaus of some seeds are loaded, with and without planted irregularities, and judged month by month as on the
last day of each month, with what was known then. Twenty seeds write docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

from bench.scoring import Quiet, Score, Truth, alerts, listen, score_alerts, score_changes, score_records
from etl.judge.court import Court, Judged, convene, grounded
from etl.judge.facts import judge_facts
from etl.judge.patterns import judge_patterns
from etl.judge.records import judge_records
from etl.judge.revisions import judge_revisions
from model import warehouse
from model.indicators import catalogue
from model.judgement import rules

REPLAYED_MONTHS = 15
PATTERN_STEP = 3
"""Patterns look back on a year: judging every third month says the same."""
IN_TIME_MONTHS = 3
REPORTED_SEEDS = 20
"""From so many seeds on, the result is worth writing down."""
REPORT = Path(__file__).parents[1] / "docs" / "evaluation.md"
Result = tuple[dict[str, Score], Quiet]


def main() -> None:
    """Evaluate some seeds, two at a time, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--scale", default="district")
    parser.add_argument("--work", type=Path, default=Path("build/evaluate"))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--misses", action="store_true", help="say which detectable changes were not told in time"
    )
    parser.add_argument(
        "--write", action="store_true", help=f"write {REPORT.name} in docs, whatever the seeds"
    )
    given = parser.parse_args()
    scores: dict[str, Score] = defaultdict(Score)
    quiet = Quiet()
    seeds = range(given.first, given.first + given.seeds)
    with ProcessPoolExecutor(given.processes) as pool:
        for found, heard in pool.map(partial(evaluated, given.work, given.scale), seeds):
            for name, score in found.items():
                scores[name].add(score)
            quiet.add(heard)
    report = told(scores, quiet, given.seeds)
    print(report)
    if given.misses:
        print("\n".join(miss for score in scores.values() for miss in score.misses))
    if given.write or given.seeds >= REPORTED_SEEDS:
        keep(report, given.first, given.seeds)


def keep(report: str, first: int, seeds: int) -> None:
    """Write the report down; of held-out seeds (not from 1 on) the totals, below the report that stands."""
    stands, _, held_out = REPORT.read_text(encoding="utf-8").partition(HELD_OUT)
    if first > 1:
        command = f"python -m bench.evaluate --first {first} --seeds {seeds} --write"
        totals = [line for line in report.splitlines(keepends=True) if not re.match(r"\| [A-Z]\d", line)]
        held_out = f"\n\n`{command}`\n\n{''.join(totals)}"
    else:
        stands = f"{PREFACE.format(command=f'make evaluate SEEDS={seeds}')}{report}\n"
    REPORT.write_text(f"{stands}{HELD_OUT}{held_out}", encoding="utf-8")


def evaluated(work: Path, scale: str, seed: int) -> Result:
    """One seed: what became of what was planted, and what was said where nothing was."""
    scores: dict[str, Score] = defaultdict(Score)
    quiet = Quiet()
    for is_clean in (False, True):
        truth, connection = prepared(work, scale, seed, is_clean)
        with connection:
            if is_clean:
                flows = {item.id for item in catalogue().indicators.values() if item.series == "flow"}
                for _, court, judged in replays(connection):
                    listen(judged, court.newest, flows, court.rules.comparison.q, quiet)
            else:
                compare(connection, truth, scores)
    return dict(scores), quiet


def prepared(work: Path, scale: str, seed: int, is_clean: bool) -> tuple[Truth, warehouse.Connection]:
    """The truth of a demo bureau, and a connection with a copy of its loaded warehouse attached as `snapshot`."""
    place = work / f"{scale}-{seed}{'-clean' if is_clean else ''}"
    if not (place / "warehouse" / warehouse.CURRENT).exists():
        shutil.rmtree(place, ignore_errors=True)
        kind = ["--clean"] if is_clean else []
        command("demo", "--out", place / "inbox", "--scale", scale, "--seed", seed, *kind)
        command("run", "--inbox", place / "inbox", "--warehouse", place / "warehouse")
    truth = json.loads((place / "inbox" / "truth.json").read_text(encoding="utf-8"))
    snapshot = warehouse.open_snapshot(place / "warehouse")
    judged = place / "judged.duckdb"
    shutil.copyfile(snapshot.path("full"), judged)
    connection = warehouse.connect()
    warehouse.attach(connection, judged, "snapshot")
    return truth, connection


def command(*arguments: object) -> None:
    """Run one command of the loader; a refused file of the demo is no failure."""
    done = subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr[-2000:])


def replays(connection: warehouse.Connection) -> Iterator[tuple[str, Court, Judged]]:
    """The judgement at the end of each of the newest months, oldest first; of the last one the records too."""
    declared, known = rules(), catalogue()
    newest = convene(connection, declared, known)
    with grounded(newest) as ground:
        for back in range(REPLAYED_MONTHS - 1, -1, -1):
            end = ((newest.newest - back + 1).astype("M8[D]") - 1).item()
            assert isinstance(end, date)
            court, judged = convene(connection, declared, known, until=end), Judged()
            judge_facts(court, judged, {}, is_brief=True)
            if back % PATTERN_STEP == 0:
                judge_patterns(court, ground, judged)
            if not back:
                judge_records(court, ground, judged)
                judge_revisions(court, judged)
            yield f"{end:%Y-%m}", court, judged


def compare(connection: warehouse.Connection, truth: Truth, scores: dict[str, Score]) -> None:
    """Add what was found and missed of one bureau's planted irregularities."""
    said = {}
    for month, _, judged in replays(connection):
        said[month] = alerts(judged)
    score_records(truth, judged, scores)
    score_changes(truth, said, scores)
    score_alerts(connection, truth, said, scores)


PREFACE = """\
# 评估 · Evaluation

`{command}`

演示局按种子生成，一份植入异常，一份没有；逐月按当时已知的数据判定，再与植入清单对照。
Demo bureaus are made by seed, one with planted irregularities and one without; each is judged month by month with what
was known then, and held against the list of what was planted.

- **breaches / revisions**: 植入的记录、找到的、误报的。
  Records planted, found, and told though not planted.
- **changes**: 清单标明可检出的变化与偏离：在声明的误报率下，三个月内检出的把握不低于九成。
  Rate shifts and outliers that the list marks as detectable: at the declared error rates, three months find them nine
  times in ten or more.
- **delays**: 从变化当月算起的月数，0 为当月。
  Months from the beginning of a change until it was told of, 0 = in the first.
- **precision**: 提示中指向植入事项(或随之变动的指标、其上级机构)的占比。
  The share of alerts that speak of something planted, of an indicator that moves with it, or of a unit above.

"""
HELD_OUT = """\
## 留出种子 · Held-out seeds

规则与阈值未曾以这些种子检验或调整。
No rule or threshold was tried or set on these seeds."""
COLUMNS = ("indicator", "breaches", "found", "false", "changes", "found", "in 3 months", "delays", "patterns", "found",
           "revisions", "found", "false", "alerts", "precision")  # fmt: skip


def told(scores: dict[str, Score], quiet: Quiet, seeds: int) -> str:
    """Both tables."""
    order = sorted(scores, key=lambda name: (name[0], int(name[1:]) if name[1:].isdigit() else 0))
    total = Score()
    for score in scores.values():
        total.add(score)
    lines = [f"{seeds} seed(s)", "", f"| {' | '.join(COLUMNS)} |", f"|---|{'---:|' * (len(COLUMNS) - 1)}"]
    lines += [_line(name, scores[name], " ".join(map(str, sorted(scores[name].delays)))) for name in order]
    delays = sorted(total.delays)
    lines.append(_line("**all**", total, f"median {delays[len(delays) // 2]}" if delays else ""))
    lines += ["", "| without irregularities | number | told | share |", "|---|---:|---:|---:|"]
    for name, number, spoken in (
        ("outlier families (indicator, level, month)", quiet.families, quiet.families_alerted),
        ("trend series (one month each)", quiet.series, quiet.signals),
        ("patterns (one month each)", quiet.patterns, quiet.patterns_told),
    ):
        lines.append(f"| {name} | {number} | {spoken} | {spoken / max(1, number):.2%} |")
    lines.append(f"| breaches | | {quiet.breaches} | |")
    lines.append(f"| revisions | | {quiet.revisions} | |")
    return "\n".join(lines) + "\n"


def _line(name: str, score: Score, delays: str) -> str:
    in_time = sum(delay < IN_TIME_MONTHS for delay in score.delays)
    precision = f"{score.alerts_true / score.alerts:.0%}" if score.alerts else ""
    cells = (name, score.breaches, score.breaches_found, score.breaches_false, score.shifts, len(score.delays), in_time,
             delays, score.patterns, score.patterns_found, score.revisions, score.revisions_found,
             score.revisions_false, score.alerts, precision)  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
