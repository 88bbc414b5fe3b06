"""The HTML parts of a portrait: its scores as a table of lines, what moves it most, and its sheet of paper.

Each is a pure function to a string; all that comes from data is escaped here. It must not read or decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from model.indicators import Catalogue
from model.judgement.explanation import Part
from model.judgement.portrait import OVERALL
from pages.parts import board, panels, theme
from pages.parts import portraiture as told
from pages.parts import words as written
from pages.parts.charts import portrait as charts
from pages.parts.charts import trail
from pages.parts.portraiture import Portrait
from pages.parts.words import Words


def scores(words: Words, portrait: Portrait, names: Mapping[str, str]) -> str:
    """One line a score, the overall first: figure, picture, rank range, coverage."""
    heads = "".join(
        f'<th scope="col"{kind}>{escape(words.say(f"portraits.{name}"))}</th>'
        for name, kind in (
            ("dimension", ""), ("score", ' class="n"'), ("bar", ' class="line"'), ("rank_head", ' class="n"'),
            ("coverage_head", ' class="n"'),
        )
    )  # fmt: skip
    rows = "".join(_score_row(words, portrait, dimension, name) for dimension, name in names.items())
    return f'<table class="scores"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _score_row(words: Words, portrait: Portrait, dimension: str, name: str) -> str:
    row = portrait.rows[dimension]
    known = {one: told.points(row[f"score_{one}"]) for one in ("lower", "upper")}
    state = board.state_name(words, row["state"]) if row["score"] is None else ""
    label = words.say("portraits.line_alt_none", dimension=name, state=state)
    if not state:
        label = words.say("portraits.line_alt", dimension=name, score=told.points(row["score"]), **known)
    figure = f'<span class="absent">{escape(state)}</span>' if state else told.points(row["score"])
    interval = "" if state else f"<small>{known['lower']}–{known['upper']}</small>"
    return (
        f'<tr class="{"overall" if dimension == OVERALL else ""}"><th scope="row">{escape(name)}</th>'
        f'<td class="n figure">{figure}{interval}</td>'
        f'<td class="line">{charts.line(told.axis(portrait, dimension, name), label)}</td>'
        f"{_labelled(words, 'rank_head', told.rank_short(words, portrait, dimension))}"
        f"{_labelled(words, 'coverage_head', told.share(row['coverage']))}</tr>"
    )


def _labelled(words: Words, head: str, text: str) -> str:
    """A cell that says its column's head where that is not shown."""
    return f'<td class="n" data-label="{escape(words.say(f"portraits.{head}"))}">{escape(text)}</td>'


def trails(words: Words, portrait: Portrait, names: Mapping[str, str]) -> str:
    """The own past of each score side by side, on one scale; under each its first and its last month."""
    ends = {name: [one[name] for one in portrait.trail.values() if name in one] for name in names}
    low = trail.least(list(ends.values()))
    months = [words.month(end.replace(day=1)) for end in (min(portrait.trail), max(portrait.trail))]
    return f'<div class="trails">{"".join(_trail(words, names[name], ends[name], low, months) for name in names)}</div>'


def _trail(words: Words, name: str, ends: Sequence[trail.End], low: float, months: Sequence[str]) -> str:
    if all(one.score is None for one in ends):
        said = words.say("portraits.trail_none")
        return f'<figure><figcaption>{escape(name)}</figcaption><p class="note">{escape(said)}</p></figure>'
    first, last = (told.points(one.score) for one in (ends[0], ends[-1]))
    alt = words.say(
        "portraits.trail_alt", dimension=name, start=months[0], first=first, end=months[1], last=last
    )
    return (
        f"<figure><figcaption>{escape(name)}<b>{escape(f'{first} → {last}')}</b></figcaption>"
        f'<div class="trail-picture"><span>100</span><span>{low:.0f}</span>'
        f'<img alt="{escape(alt)}" src="{trail.trail(ends, low)}"></div>'
        f'<div class="trail-months"><span>{escape(months[0])}</span><span>{escape(months[1])}</span></div></figure>'
    )


def legend(words: Words, portrait: Portrait) -> str:
    """What the marks of the lines are."""
    past = words.say("portraits.no_past")
    if portrait.past_end:
        past = words.say("portraits.key_past", month=words.month(portrait.past_end.replace(day=1)))
    keys = [(name, words.say(f"portraits.key_{name}")) for name in ("score", "interval", "peers")]
    return panels.legend([*keys, ("past" if portrait.past_end else "none", past)])


def movers(words: Words, rows: Sequence[Mapping[str, Any]], known: Catalogue) -> str:
    """The indicators that take most from the overall, side by side."""
    if not rows:
        return f'<p class="note">{escape(words.say("portraits.movers_none"))}</p>'
    return f'<ol class="movers">{"".join(_mover(words, one, known) for one in rows)}</ol>'


def _mover(words: Words, row: Mapping[str, Any], known: Catalogue) -> str:
    item = known.indicators[row["indicator_id"]]
    name, dimension = (words.pick(one.zh, one.en) for one in (item.name, item.dimension_name))
    figures = {"value": written.value(row["value"], item.kind), "target": written.aim(item.target, item.kind)}
    cost = words.say("portraits.mover_points", points=told.points(row["points_lost"]))
    return (
        f"<li><strong>{escape(name)}</strong><span>{escape(dimension)}</span>"
        f'<b class="cost">{escape(cost)}</b>'
        f"<span>{escape(words.say('portraits.mover_value', **figures))}</span></li>"
    )


def sheet_parts(words: Words, groups: Mapping[str, tuple[str, Sequence[Part]]]) -> str:
    """All indicators on paper, in two columns: value, score and points lost, by dimension."""
    heads = "".join(
        f'<th scope="col"{"" if name == "indicator" else " class=n"}>{escape(words.say(f"portraits.{name}"))}</th>'
        for name in ("indicator", "value", "score", "lost_short")
    )
    tables = "".join(
        f"<table><caption>{escape(title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(_sheet_row(words, one) for one in parts)}</tbody></table>"
        for title, parts in groups.values()
        if parts
    )
    return f'<div class="sheet-parts">{tables}</div>'


def _sheet_row(words: Words, part: Part) -> str:
    cells = (
        told.value(words, part),
        told.points(part.score),
        told.points(part.points_lost),
    )
    name = words.pick(part.item.name.zh, part.item.name.en)
    return f'<tr><th scope="row">{escape(name)}</th>' + "".join(
        f'<td class="n">{escape(cell)}</td>' for cell in cells
    ) + "</tr>"  # fmt: skip


def print_button(label: str) -> str:
    """The button that prints the sheet; a script gives it its work."""
    return f'<button type="button" class="print-now">{escape(label)}</button>{theme.PRINTS}'
