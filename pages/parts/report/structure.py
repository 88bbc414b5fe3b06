"""A report as a plain structure: sections of points, facts, tables and notes, in one language, with no format.

It exists so that the content is made once and each renderer only sets it. Every text is ready to be read. It must not
read, decide or know a file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pages.parts.charts import svg
from pages.parts.table import Tone
from pages.parts.words import Language, capital

Kind = Literal["text", "figure", "picture", "mark"]
LINE = 174
"""Millimetres of a line on A4: no table is wider."""
SHORT = 7
"""A table of no more rows stays on one page."""


@dataclass(frozen=True)
class Picture:
    """A drawing in SVG without words of its own, its size in its own units, and the words that say the same.

    One that stretches may be drawn in any proportion.
    """

    drawing: str
    width: int
    height: int
    alt: str
    stretches: bool = False

    @classmethod
    def at(cls, address: str, alt: str) -> Picture:
        """The picture behind an address as tables hold it."""
        drawing, width, height = svg.drawing(address)
        return cls(drawing, width, height, alt, svg.STRETCHES in drawing)


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a text, a remark below it, and a picture above or instead of it."""

    text: str = ""
    under: str = ""
    tone: Tone = "plain"
    picture: Picture | None = None

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Cell:
        """The same cell as the pages' tables show it: a figure, a mark or a picture."""
        if "src" in shown:
            return cls(picture=Picture.at(shown["src"], shown["text"])) if shown["src"] else cls()
        return cls(shown["text"], shown.get("under", ""), shown["tone"])


@dataclass(frozen=True)
class Column:
    """One column: its head, its width in millimetres of LINE, and what its cells hold."""

    label: str
    width: float
    kind: Kind = "figure"


@dataclass(frozen=True)
class Group:
    """Rows under one heading, with a remark beside it; the heading may be empty."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    remark: str = ""

    @classmethod
    def of(cls, title: str, rows: Iterable[tuple[Cell, ...]], remark: str = "") -> Group:
        """The same with its heading and the first cell of each row begun as lines are."""
        begun = ((replace(row[0], text=capital(row[0].text)), *row[1:]) for row in rows)
        return cls(capital(title), tuple(begun), remark)


@dataclass(frozen=True)
class Table:
    """A table of groups of rows; `title` says what it is to whoever does not see it."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """All rows, whatever their group."""
        return (row for group in self.groups for row in group.rows)

    @property
    def is_short(self) -> bool:
        """Whether it stays on one page."""
        return len(list(self.rows)) <= SHORT


@dataclass(frozen=True)
class Points:
    """Short statements one below the other, each of what (label) and in which tone."""

    items: tuple[tuple[str, str, Tone], ...]


@dataclass(frozen=True)
class Facts:
    """What something is: label and text, one below the other."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Note:
    """A remark; the word for why something is not shown, or how to read what is."""

    text: str


@dataclass(frozen=True)
class Heading:
    """The heading of a part of a section."""

    text: str


Block = Table | Points | Facts | Note | Heading


@dataclass(frozen=True)
class Section:
    """One section: its heading with its number, and its blocks in order."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. `running` stands on every page above, `foot` below; `page` words the number of a page."""

    language: Language
    title: str
    unit: str
    month: str
    bureau: str
    facts: Facts
    sections: tuple[Section, ...]
    running: str
    foot: str
    page: tuple[str, str, str]
    made_at: datetime

    @property
    def name(self) -> str:
        """What the document is called."""
        return f"{self.unit} {self.month} {self.title}"

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks, whatever their section."""
        return (block for section in self.sections for block in section.blocks)

    @property
    def pictures(self) -> Iterator[Picture]:
        """All pictures, in order."""
        cells = (
            cell for block in self.blocks if isinstance(block, Table) for row in block.rows for cell in row
        )
        return (cell.picture for cell in cells if cell.picture)
