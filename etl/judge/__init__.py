"""Judge: what the facts say of each unit, against its own past, beside its like, against goalposts and hard rules.

Reads the facts of the snapshot under construction and writes the marts of judgement beside them. What a rule means,
and every threshold, is declared in model/judgement; here facts become matrices and judgements become rows. An earlier
month is judged again only where its numbers have changed since: what was told stays told, or is withdrawn by name.
"""

from __future__ import annotations

from dataclasses import replace

from etl import program, sql
from etl.building import Building
from etl.judge.court import Court, Judged, convene, grounded
from etl.judge.facts import changed_months, judge_facts, keep_rows, standing
from etl.judge.keeping import keep_warnings
from etl.judge.patterns import judge_patterns, keep_evidence
from etl.judge.portraits import judge_portraits
from etl.judge.records import judge_records
from etl.judge.revisions import judge_revisions
from model import warehouse
from model.indicators import Catalogue, catalogue
from model.indicators.facts import Ground
from model.judgement import Rules, rules


def judge(building: Building, ground: Ground) -> None:
    """Write the marts of judgement into the snapshot under construction; `ground`: what its measures stand on."""
    judge_marts(building.connection, rules(), catalogue(), ground)


def judge_marts(
    connection: warehouse.Connection, declared: Rules, known: Catalogue, laid: Ground | None = None
) -> None:
    """The same on any connection with a warehouse attached as `snapshot` and a macro `keyed_hash`."""
    connection.execute(sql.statement("judge_schema"))
    program.forget_another(connection)
    court = convene(connection, declared, known)
    judged = Judged()
    with (
        grounded(court, laid) as ground,
        warehouse.meanwhile(
            connection, lambda other: _judge_facts(replace(court, connection=other))
        ) as of_facts,
        warehouse.meanwhile(connection, lambda other: judge_portraits(replace(court, connection=other))),
    ):
        judge_patterns(court, ground, judged)
        judge_records(court, ground, judged)
        judged += of_facts.result()
    judge_revisions(court, judged)
    keep_evidence(court, judged)
    keep_warnings(court, judged)


def _judge_facts(court: Court) -> Judged:
    """What the facts say: mostly arrays, while the records keep the database busy."""
    judged = Judged()
    if court.clocks:
        stands = standing(court)
        judge_facts(court, judged, changed_months(court), stands)
        keep_rows(court, judged, stands)
    return judged
