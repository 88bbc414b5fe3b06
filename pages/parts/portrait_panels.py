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
from pages.parts import board, panels
from pages.parts import portraiture as told
from pages.parts import words as written
from pages.parts.charts import portrait as charts
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
    return (
        f'<button type="button" class="print-now">{escape(label)}</button>'
        "<script>document.querySelector('.print-now').onclick = () => window.print()</script>"
    )
