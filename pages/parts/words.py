"""Every text that a person sees, in Chinese (default) and English, and how numbers and moments are written.

The texts are in words/*.toml, one table a text with `zh` and `en`; {names} are filled in. It exists so that no
page holds a sentence. It must not decide anything and must not import Streamlit.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from model.numerals import NONE as NONE
from model.numerals import PARTS, fixed, rounded
from model.numerals import part as part
from model.numerals import short_part as short_part
from model.numerals import value as value
from model.numerals import whole_percent as whole_percent

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "zh"
MINUS = "−"
_YEAR_DAYS, _MONTH_DAYS = 365.25, 365.25 / 12
_LONG_AGO = timedelta(days=300)
_MARKDOWN = re.compile(r"[\\`*_\[\](){}<>#+!|~:$&-]")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def literally(text: str) -> str:
    """A text that comes with the data, as the label of a button or a link: it stands there letter by letter.

    Streamlit reads a label as Markdown, in which a file's name could be an image, and so an address to be asked for.
    """
    return _MARKDOWN.sub(r"\\\g<0>", text)


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every text by its dotted key, e.g. overview.title → {zh, en}."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((Path(__file__).parent / "words").glob("*.toml")):
        for name, both in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}.{name}"] = both
    return found


@dataclass(frozen=True)
class Words:
    """The texts of one language."""

    language: Language = DEFAULT

    def say(self, key: str, **values: object) -> str:
        """The text of this key with its {names} filled in; KeyError where it is not declared.

        An English text may say {s} for the plural of {count}.
        """
        plural = "" if str(values.get("count")) == "1" else "s"
        return texts()[key][self.language].format(**{"s": plural, **values})

    def pick(self, zh: str, en: str) -> str:
        """The one of two labels that is in this language: for labels that come with the data."""
        return zh if self.language == "zh" else en

    def month(self, month: date) -> str:
        """2026年10月, Oct 2026."""
        if self.language == "zh":
            return f"{month.year}年{month.month}月"
        return f"{_ENGLISH_MONTHS[month.month - 1]} {month.year}"

    def month_tick(self, month: date) -> str:
        """A month under an axis: its year in January, else the month alone."""
        if month.month == 1:
            return f"{month.year}年" if self.language == "zh" else str(month.year)
        return f"{month.month}月" if self.language == "zh" else _ENGLISH_MONTHS[month.month - 1]

    def month_of_year(self, number: int) -> str:
        """3月, Mar."""
        return f"{number}月" if self.language == "zh" else _ENGLISH_MONTHS[number - 1]

    def age(self, age: timedelta) -> str:
        """How long ago, in the largest unit that says it: 3 天, 5 hours; beyond a year 5 年 8 个月."""
        years, days = divmod(age.days, _YEAR_DAYS)
        if years:
            months = int(days // _MONTH_DAYS)
            key = "shared.age_years_months" if months else "shared.age_years"
            return self.say(key, years=int(years), months=months)
        minutes = int(age.total_seconds() // 60)
        for unit, size in (("days", 1440), ("hours", 60)):
            if minutes >= size:
                return self.say(f"shared.age_{unit}", count=number(minutes // size))
        return self.say("shared.age_minutes", count=max(minutes, 0))


def capital(text: str) -> str:
    """A label as a document begins a line with it."""
    return text[:1].upper() + text[1:]


def beginning(text: str, most: int) -> str:
    """What there is room for of a text: so many signs, and that there is more."""
    return text if len(text) <= most else f"{text[:most]}…"


def number(value: float | int | None) -> str:
    """1,240; a dash where there is none."""
    return NONE if value is None else fixed(value, 0)


def plain(value: float | int | None) -> str:
    """1,240 or 12.5: as many decimals as it has, two at most; a dash where there is none."""
    return NONE if value is None else f"{rounded(value, 2).normalize():,f}"


def change(value: int | None) -> str:
    """+12, −3, 0, with a real minus sign."""
    if value is None:
        return NONE
    return f"{MINUS if value < 0 else '+' if value else ''}{abs(value):,d}"


def percent_change(value: float | None) -> str:
    """+5.1%, −3.0%; empty where it cannot be computed."""
    if value is None:
        return ""
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return f"{sign}{fixed(abs(value), 1)}%"


def moment(when: datetime | None, now: datetime | None = None) -> str:
    """2026-11-22 08:00; without the year where `now` is in the same one; a dash where there is none.

    Long before `now` the day alone is said.
    """
    if when is None:
        return NONE
    if now is not None and now - when > _LONG_AGO:
        return when.strftime("%Y-%m-%d")
    is_this_year = now is not None and when.year == now.year
    return when.strftime("%m-%d %H:%M" if is_this_year else "%Y-%m-%d %H:%M")


def aim(number: float | None, kind: str) -> str:
    """A target as it was set: 98%, 100%, 0, 1.5."""
    if number is None:
        return NONE
    return f"{100 * number:.6g}%" if kind in PARTS and number else f"{number:.6g}"


def difference(number: float | None, kind: str) -> str:
    """+0.6, −0.2, 0.0: of proportions and shares in percentage points."""
    if number is None:
        return NONE
    scaled = rounded(100 * number if kind in PARTS else number, 2 if kind == "rate" else 1)
    return f"{MINUS if scaled < 0 else '+' if scaled > 0 else ''}{abs(scaled):,f}"
