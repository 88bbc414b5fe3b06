"""What python-docx has no call for: fonts of both scripts, borders, shading, repeated heads, fields, described images.

Each function writes the one element of the file format that it is named after. It must not know a report.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shape import InlineShape
from docx.shared import Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from pages.parts import theme
from pages.parts.words import Language

LANGUAGES: dict[Language, str] = {"zh": "zh-CN", "en": "en-GB"}


def _element(name: str, **values: object) -> Any:
    found = OxmlElement(f"w:{name}")
    for key, value in values.items():
        found.set(qn(f"w:{key}"), str(value))
    return found


def styles(made: Document, language: Language) -> None:
    """The styles in the fonts of the look, for Latin and Chinese alike, and the language that they are in."""
    sizes = {"Normal": 9.5, "Title": 28, "Heading 1": 13.5, "Heading 2": 10}
    colours = {"Heading 2": theme.SOFT}
    for name, size in sizes.items():
        style: Any = made.styles[name]
        style.font.size, style.font.bold = Pt(size), name != "Normal"
        style.font.color.rgb = RGBColor.from_string(colours.get(name, theme.INK).removeprefix("#"))
        properties = style.element.get_or_add_rPr()
        for old in properties.findall(qn("w:rFonts")) + properties.findall(qn("w:lang")):
            properties.remove(old)
        latin, chinese = theme.OFFICE_FONTS["title" if name == "Title" else "text"]
        properties.insert(0, _element("rFonts", ascii=latin, hAnsi=latin, eastAsia=chinese, cs=latin))
        properties.append(_element("lang", val=LANGUAGES[language], eastAsia="zh-CN"))
        spaces = {"Normal": (0, 3), "Title": (2, 2), "Heading 1": (16, 6), "Heading 2": (10, 4)}[name]
        style.paragraph_format.space_before, style.paragraph_format.space_after = map(Pt, spaces)
        style.paragraph_format.line_spacing = 1.0
        _without(style, "pBdr")
    for name in ("Header", "Footer"):
        _without(made.styles[name], "tabs")
    for section in made.sections:
        for grid in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(grid)


def _without(style: Any, name: str) -> None:
    """A style without one of the things that the empty document brings along."""
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn(f"w:{name}")):
        properties.remove(old)


def border(paragraph: Paragraph, side: str, size: int, colour: str, kind: str = "single") -> None:
    """A line beside a paragraph; `size` in eighths of a point."""
    borders = _element("pBdr")
    borders.append(_element(side, val=kind, sz=size, space=3, color=colour.removeprefix("#")))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def field(run: Run, code: str) -> None:
    """A number that the office suite puts in the place of a run: PAGE, NUMPAGES."""
    told = _element("fldSimple", instr=code)
    run._r.addprevious(told)
    told.append(run._r)


def look(table: Table, colour: str, title: str) -> None:
    """Hairlines between rows and nothing else, narrow margins of cells, and what the table is, in words."""
    properties = table._tbl.tblPr
    borders = _element("tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(_element(side, val="single", sz=4, space=0, color=colour.removeprefix("#")))
    margins = _element("tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(side, w=62, type="dxa"))
    properties.append(borders)
    properties.append(margins)
    properties.append(_element("tblCaption", val=title))
    table.style = None


def repeated(row: _Row) -> None:
    """The head of a table on every page that it reaches."""
    unbroken(row)
    row._tr.get_or_add_trPr().append(_element("tblHeader", val="true"))


def added(table: Table) -> _Row:
    """One more row, which stays on one page."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    unbroken(row)
    return row


def unbroken(row: _Row) -> None:
    """A row that stays on one page."""
    row._tr.get_or_add_trPr().append(_element("cantSplit", val="true"))


def shade(cell: _Cell, colour: str) -> None:
    """The ground of a cell."""
    properties = cell._tc.get_or_add_tcPr()
    properties.append(_element("shd", val="clear", color="auto", fill=colour.removeprefix("#")))


def cell_border(cell: _Cell, side: str, size: int, colour: str) -> None:
    """A line beside a cell."""
    borders = _element("tcBorders")
    borders.append(_element(side, val="single", sz=size, space=0, color=colour.removeprefix("#")))
    properties = cell._tc.get_or_add_tcPr()
    first = properties.find(qn("w:vAlign"))
    properties.append(borders) if first is None else first.addprevious(borders)


def describe(shape: InlineShape, text: str) -> None:
    """The words that say the same as an image; no room beside it, which some suites add where nothing is said."""
    shape._inline.docPr.set("descr", text)
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")
