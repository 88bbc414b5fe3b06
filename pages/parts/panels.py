"""The HTML parts of the pages: title and clocks, messages, the table of headline figures, notes.

Each is a pure function to a string; all that comes from data is escaped here. It must not read or decide, and
colours are classes of style.css.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from html import escape

from model.warehouse import Snapshot
from pages.parts import words as written
from pages.parts.clocks import SourceClock, moment_of
from pages.parts.kinds import Kind
from pages.parts.monthly import Coverage, Headline
from pages.parts.words import Words

_MARKS = ("line", "bar", "part")


def title(text: str) -> str:
    """The page's title."""
    return f'<h1 class="page-title">{escape(text)}</h1>'


def message(heading: str, *texts: str, failing: bool = False) -> str:
    """A calm message in place of a picture."""
    role = "alert" if failing else "status"
    said = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return (
        f'<section class="message{" failing" if failing else ""}" role="{role}">'
        f"<h2>{escape(heading)}</h2>{said}</section>"
    )


def clocks(words: Words, kinds: Sequence[tuple[str, Coverage]], now: datetime) -> str:
    """Until when each kind of record is known; a late one says by how much."""
    parts = []
    for name, coverage in kinds:
        known = written.moment(coverage.as_of, now) if coverage.sources else words.say("shared.no_source")
        text = escape(f"{name} {known}")
        late = [(by, one.as_of) for one in coverage.sources if (by := one.late_by(now))]
        if late:  # of several sources the one that is overdue the longest is told, its moment and by how much
            by, as_of = max(late)
            known, overdue = written.moment(as_of, now), words.say("shared.late", age=words.age(by))
            said = words.say("shared.known_late", known=f"{name} {known}", late=overdue)
            text = f'<span class="late">{escape(said)}</span>'
        parts.append(f'<span class="one-clock">{text}</span>')
    return f'<p class="clock">{escape(words.say("shared.known_until"))} {" · ".join(parts)}</p>'


def all_clocks(words: Words, sources: int, late: int) -> str:
    """How many sources there are, and how many of them are late."""
    text = escape(words.say("shared.all_sources", count=written.number(sources)))
    if late:
        overdue = escape(words.say("shared.late_sources", count=written.number(late)))
        text += f' · <span class="late">{overdue}</span>'
    return f'<p class="clock">{text}</p>'


def edition(words: Words, snapshot: Snapshot, now: datetime) -> str:
    """When the snapshot was published, and its number."""
    published = written.moment(moment_of(snapshot.manifest.get("published_at")), now)
    sequence = words.say("shared.sequence", number=snapshot.manifest.get("sequence", written.NONE))
    return (
        f'<p class="clock">{escape(words.say("shared.published", moment=published))} · {escape(sequence)}</p>'
    )


def refreshed(words: Words, now: datetime) -> str:
    """When the page last made sure that it shows the current snapshot."""
    text = escape(words.say("shared.refreshed", moment=now.strftime("%H:%M:%S")))
    return f'<p class="clock refreshed">{text}</p>'


def strip(heading: str, parts: Iterable[str | tuple[str, str]], notices: Iterable[str]) -> str:
    """What this edition brought, on one line, and what the loader has to say, below.

    A part of two is what asks for attention, and what is said of it.
    """
    shown = "".join(f"<span>{_strip_part(part)}</span>" for part in parts)
    said = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
    return f'<section class="strip"><div><strong>{escape(heading)}</strong>{shown}</div>{said}</section>'


def _strip_part(part: str | tuple[str, str]) -> str:
    if isinstance(part, str):
        return escape(part)
    return f'<span class="attention">{escape(part[0])}</span> {escape(part[1])}'


def heading(text: str, *what: str, late: str = "") -> str:
    """A panel's title, what and when it shows, and the word that says that it is old."""
    soft = " · ".join(escape(part) for part in what if part)
    if late:
        soft += f' · <span class="late-mark">{escape(late)}</span>'
    return f'<div class="panel-heading"><h2>{escape(text)}</h2><p>{soft}</p></div>'


def sources(words: Words, unit: str, month: date, known: Iterable[Coverage], now: datetime) -> str:
    """Under a picture of many numbers: whose they are, of when, and from which sources, each with its as-of."""
    clocks = {one.source: one for coverage in known for one in coverage.sources}
    said = (f"{_name(words, one)} {written.moment(one.as_of, now)}" for one in clocks.values())
    names = words.say("shared.source_named", names=words.say("shared.list_joint").join(said))
    return note(f"{unit} · {words.month(month)} · {names}")


def provenance(words: Words, coverage: Coverage, now: datetime) -> tuple[str, str, str]:
    """Source, as-of and, where it is late, how late: the three words under every picture's title."""
    joint = words.say("shared.list_joint")
    return (
        words.say("shared.source_named", names=joint.join(_name(words, one) for one in coverage.sources)),
        words.say("shared.as_of", moment=written.moment(coverage.as_of, now)),
        joint.join(
            _late(words, one, by, is_alone=len(coverage.sources) == 1)
            for one in coverage.sources
            if (by := one.late_by(now))
        ),
    )


def _name(words: Words, source: SourceClock) -> str:
    return words.pick(source.name_zh, source.name_en)


def _late(words: Words, source: SourceClock, by: timedelta, *, is_alone: bool) -> str:
    """How late a source is; named where others stand beside it."""
    said = words.say("shared.late", age=words.age(by))
    return said if is_alone else f"{_name(words, source)} {said}"


def figures(
    words: Words, kind: Kind, month: date, headlines: Sequence[tuple[str, Headline]], note: str
) -> str:
    """The figures of one kind of record for one month, each beside the mark that draws it in the chart."""
    heads = (
        f'<th scope="col">{escape(words.say("overview.measure_head"))}</th>'
        f'<th scope="col" class="n">{escape(words.month(month))}</th>'
        f'<th scope="col" class="n">{escape(words.say("overview.on_month"))}</th>'
        f'<th scope="col" class="n">{escape(words.say("overview.on_year"))}</th>'
    )
    rows = "".join(_figure_row(words, kind, measure, one) for measure, one in headlines)
    foot = f'<p class="note">{escape(note)}</p>' if note else ""
    return f'<table class="figures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{foot}'


def _figure_row(words: Words, kind: Kind, measure: str, one: Headline) -> str:
    marks = dict(zip((kind.came, kind.done, kind.part), _MARKS, strict=True))
    mark = f'<i class="mark {marks[measure]}" aria-hidden="true"></i>' if measure in marks else ""
    return (
        f'<tr><th scope="row">{mark}{escape(words.say(f"overview.{measure}"))}</th>'
        f'<td class="n figure">{_count(words, one)}</td>'
        f'<td class="n">{_change(words, one.on_month, one.on_month_pct)}</td>'
        f'<td class="n">{_change(words, one.on_year, one.on_year_pct)}</td></tr>'
    )


def _count(words: Words, one: Headline) -> str:
    if one.point.state in ("no_data", "not_computable"):
        why = escape(words.say("overview.unrecorded")) if one.point.state == "not_computable" else ""
        said = escape(words.say(f"shared.{one.point.state}"))
        return f'<span class="absent" title="{why}">{said}</span>'
    if one.point.state == "partial":
        partial = escape(words.say("shared.partial"))
        return f'<span class="hollow">{written.number(one.point.count)}</span><small>{partial}</small>'
    return written.number(one.point.count)


def _change(words: Words, value: int | None, pct: float | None) -> str:
    if value is None:
        why = escape(words.say("overview.no_comparison"))
        return f'<span class="absent" title="{why}">{written.NONE}</span>'
    if pct is None and value == 0:
        return written.change(value)
    share = written.percent_change(pct) if pct is not None else words.say("shared.not_computable")
    return f"{written.change(value)}<small>{escape(share)}</small>"


def tile(figure: str, count: str, state: str) -> str:
    """One small multiple: its count and its picture."""
    return f'<div class="tile"><p class="tile-count {escape(state)}">{escape(count)}</p>{figure}</div>'


def cards(items: Sequence[tuple[str, str, str, bool]]) -> str:
    """A row of counts: label, number, remark, and whether the remark asks for attention."""
    shown = "".join(
        f'<div class="card"><dt>{escape(label)}</dt><dd>{escape(number)}'
        f'<small class="{"attention" if attention else ""}">{escape(remark)}</small></dd></div>'
        for label, number, remark, attention in items
    )
    return f'<dl class="cards">{shown}</dl>'


def note(text: str) -> str:
    """A remark under or in place of a picture."""
    return f'<p class="note">{escape(text)}</p>'


def remark(text: str) -> str:
    """A sentence on the page itself, beside which a link may stand."""
    return f'<p class="remark">{escape(text)}</p>'


def legend(keys: Iterable[tuple[str, str]]) -> str:
    """What the marks of a picture mean: the mark's key and its words."""
    parts = "".join(
        f'<span><i class="mark key-{escape(key)}" aria-hidden="true"></i>{escape(label)}</span>'
        for key, label in keys
    )
    return f'<p class="legend">{parts}</p>'


def part(text: str, what: str = "") -> str:
    """The title of a part of a panel."""
    soft = f" · {escape(what)}" if what else ""
    return f'<p class="panel-part">{escape(text)}{soft}</p>'


def told(items: Iterable[tuple[str, str]]) -> str:
    """What something means: label and text, one below the other."""
    shown = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in items)
    return f'<dl class="told">{shown}</dl>'


def fired(words: Words, items: Sequence[tuple[str, str, str]]) -> str:
    """The rules that fired: what fired when, what it means, and the tone of that."""
    if not items:
        return note(words.say("trends.fired_none"))
    shown = "".join(
        f'<li><span>{escape(text)}</span> <span class="fired-{escape(tone)}">{escape(said)}</span></li>'
        for text, said, tone in items
    )
    return f'<div class="fired"><strong>{escape(words.say("trends.fired"))}</strong><ul>{shown}</ul></div>'


def image(source: str, text: str) -> str:
    """A picture over the width of its panel, with the words that say the same."""
    return f'<img class="wide-picture" src="{escape(source)}" alt="{escape(text)}">'


def steps(entries: Iterable[tuple[str, str, str]]) -> str:
    """Steps one below the other: when, what, and a remark."""
    shown = "".join(
        f"<li><time>{escape(when)}</time><span>{escape(what)}</span><small>{escape(remark)}</small></li>"
        for when, what, remark in entries
    )
    return f'<ol class="steps">{shown}</ol>'
