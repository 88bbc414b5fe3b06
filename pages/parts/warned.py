"""A warning made ready: what it says, how serious it is and why, its period, and what became of it.

It exists so that the list and the detail say the same, in the declared words. It must not read or draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from model.indicators import Indicator, catalogue
from model.judgement import rules
from model.judgement import warning as told
from model.judgement.declaration import LEVELS
from pages.parts import words as written
from pages.parts.reads.warnings import Seen, is_named, table_of
from pages.parts.table import Tone, mark
from pages.parts.words import Words

Warning = Mapping[str, Any]
_SIGNS = {"blue": "●○○", "yellow": "●●○", "red": "●●●"}
_TONES: dict[str, Tone] = {"blue": "plain", "yellow": "plain", "red": "worse"}
ORDER: dict[str, int] = {name: place for place, name in enumerate(reversed(LEVELS))}


def item_of(one: Warning) -> Indicator | None:
    """The indicator of a warning; None where it is no longer declared."""
    return catalogue().indicators.get(str(one["indicator_id"]))


def indicator_name(words: Words, one: Warning) -> str:
    item = item_of(one)
    return words.pick(item.name.zh, item.name.en) if item else str(one["indicator_id"])


def kind_name(words: Words, kind: str) -> str:
    return str(told.words()["kind"][kind][words.language])


def level_name(words: Words, level: str) -> str:
    return str(told.words()["level"][level][words.language])


def level_mark(words: Words, level: str) -> dict[str, Any]:
    """A level as a word with as many dots as it has steps."""
    return mark(f"{_SIGNS[level]} {level_name(words, level)}", _TONES[level], order=LEVELS.index(level))


def reason_name(words: Words, reason: str) -> str:
    return str(told.words()["reason"][reason][words.language])


def day(value: Any) -> date:
    return pd.Timestamp(value).date()


def period(words: Words, one: Warning) -> str:
    """The day of a record, else the month in which the stretch ends."""
    end = day(one["period_end"])
    if one["kind"] in ("breach", "revision") and day(one["period_start"]) == end:
        return end.isoformat()
    return words.month(end.replace(day=1))


def period_mark(words: Words, one: Warning) -> dict[str, Any]:
    """The period as it is read, in the order of its end."""
    return mark(period(words, one), order=day(one["period_end"]).toordinal())


def sentence(words: Words, one: Warning) -> str:
    """What a warning says, with its reservation."""
    item = item_of(one)
    if item is None:
        return kind_name(words, str(one["kind"]))
    plain = {name: None if _is_missing(value) else value for name, value in one.items()}
    return told.text(plain, item, str(one["unit_name"]), period(words, one), words.language)


def finding(words: Words, one: Warning) -> str:
    """The finding in few words: value beside the limit or its like, or which record and how much of it."""
    item = item_of(one)
    if _is_missing(one["value"]) or item is None:
        return _of_record(words, one)
    if one["kind"] == "pattern":
        numbers = {name: told.count(one[name]) for name in ("value", "threshold")}
        return words.say("warnings.pattern_of", **numbers)
    value, threshold = (written.value(one[name], item.kind) for name in ("value", "threshold"))
    if told.is_drift(one, item):
        return words.say("warnings.drift_of", value=value)
    beside = "peers_of" if one["kind"] == "outlier" else "value_of"
    return words.say(f"warnings.{beside}", value=value, threshold=threshold)


def _of_record(words: Words, one: Warning) -> str:
    """Which record it is, where its number names nobody, and how much of it was found."""
    said = "revised_of" if one["kind"] == "revision" else "evidence_count"
    found = words.say(f"warnings.{said}", count=written.number(one["evidence_count"]))
    kind, number = str(one["subject_kind"]), str(one["subject_id"])
    if not (table_of(kind) and is_named(kind, number)):
        return found
    return words.say("warnings.named_of", number=number, found=found)


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, str | list) and bool(pd.isna(value)))


def why(words: Words, one: Warning) -> list[str]:
    """Why it has its level, how likely chance is, on what basis, and by which rules."""
    item, level, kind = item_of(one), str(one["level"]), str(one["kind"])
    steps = {name: f"{step:g}" for name, step in getattr(rules().level, kind).items()}
    rule = words.say(f"warnings.rule_{kind}", **steps)
    said = [words.say("warnings.why_level", level=level_name(words, level), rule=rule)]
    if item and item.direction == "none":
        said.append(words.say("warnings.neutral"))
    if not _is_missing(one["adjusted"]):
        chances = {name: f"{one[name]:.2g}" for name in ("p", "adjusted")}
        said.append(words.say("warnings.chance", **chances))
    if item:
        said.append(words.say("warnings.basis", basis=words.pick(item.basis.zh, item.basis.en)))
    return [*said, words.say("warnings.rule_version", version=one["rule_version"])]


def history(words: Words, one: Warning, seen: Sequence[Seen]) -> list[str]:
    """First raised, updated, withdrawn or still standing; of the editions that are kept."""
    said: list[str] = []
    before: Seen | None = None
    for place, edition in enumerate(seen):
        when = {"sequence": edition.sequence, "moment": written.moment(edition.published_at)}
        if edition.level is None:
            continue
        if before is None:
            said.append(words.say("warnings.history_raised" if place else "warnings.history_earlier", **when))
        elif change := _change(words, before, edition):
            said.append(words.say("warnings.history_changed", change=change, **when))
        before = edition
    if not _is_missing(one["withdrawn_on"]):
        reason = reason_name(words, str(one["reason"]))
        said.append(
            words.say("warnings.history_withdrawn", day=day(one["withdrawn_on"]).isoformat(), reason=reason)
        )
    elif len(seen) > 1:
        said.append(words.say("warnings.history_stands", sequence=seen[-1].sequence))
    return said


def _change(words: Words, before: Seen, after: Seen) -> str:
    if before.level != after.level:
        levels = {
            "before": level_name(words, str(before.level)),
            "after": level_name(words, str(after.level)),
        }
        return words.say("warnings.history_level", **levels)
    is_moved = (before.value, before.evidence_count) != (after.value, after.evidence_count)
    return words.say("warnings.history_value") if is_moved else ""


def in_order(rows: Iterable[Warning]) -> list[Warning]:
    """The highest level first, within it the newest."""
    return sorted(rows, key=lambda one: (ORDER[str(one["level"])], -day(one["period_end"]).toordinal()))
