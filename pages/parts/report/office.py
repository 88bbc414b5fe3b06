"""A report as DOCX: the same content, to be worked on in an office suite, with headings and page numbers.

It only sets what the structure says; pictures are laid in as images with the words that say the same. It must not
decide what a report holds.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as OfficeTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from pages.parts import theme
from pages.parts.report import office_parts as parts
from pages.parts.report import typeset
from pages.parts.report.structure import (
    LINE,
    Block,
    Cell,
    Column,
    Facts,
    Group,
    Heading,
    Note,
    Picture,
    Points,
    Report,
    Table,
)

Images = Mapping[Picture, bytes]
_LABEL = 29
"""Millimetres that labels of points and facts take."""
_TALLEST, _SIGN, _INSET = 6.0, 4.4, 1.1
_TEXT, _SMALL, _TINY = 8.2, 7.6, 7.0


def document(report: Report) -> bytes:
    """The report as a document."""
    made = docx.Document()
    _page(made, report)
    parts.styles(made, report.language)
    known = made.core_properties
    known.title, known.author, known.comments = report.name, report.bureau, report.foot
    known.created = known.modified = report.made_at
    known.language = parts.LANGUAGES[report.language]
    _title(made, report)
    images = typeset.rasters(list(report.pictures))
    for section in report.sections:
        made.add_heading(section.title, 1)
        for block in section.blocks:
            _block(made, block, images)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def _page(made: Document, report: Report) -> None:
    """A4 with its margins; what stands above and below every page."""
    section = made.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - LINE) / 2)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.different_first_page_header_footer = True
    above = section.header.paragraphs[0]
    _say(above, report.running, 8, theme.SOFT)
    parts.border(above, "bottom", 4, theme.LINE)
    for footer in (section.footer, section.first_page_footer):
        below = footer.paragraphs[0]
        below.paragraph_format.tab_stops.add_tab_stop(Mm(LINE), WD_TAB_ALIGNMENT.RIGHT)
        _say(below, f"{report.foot}\t{report.page[0]}", 8, theme.SOFT)
        for code, after in (("PAGE", report.page[1]), ("NUMPAGES", report.page[2])):
            parts.field(_say(below, "1", 8, theme.SOFT), code)
            _say(below, after, 8, theme.SOFT)


def _title(made: Document, report: Report) -> None:
    _say(made.add_paragraph(), report.bureau, 10.5, theme.SOFT)
    title = made.add_paragraph(style="Title")
    title.add_run(report.title)
    line = made.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(LINE), WD_TAB_ALIGNMENT.RIGHT)
    line.paragraph_format.space_after = Pt(6)
    _say(line, report.unit, 14, theme.INK, is_bold=True)
    _say(line, f"\t{report.month}", 14, theme.INK)
    parts.border(line, "bottom", 12, theme.INK, kind="thickThinSmallGap")
    _listed(made, [(label, text, theme.INK, False) for label, text in report.facts.items], 8.2, theme.SOFT)


def _block(made: Document, block: Block, images: Images) -> None:
    if isinstance(block, Table):
        _table(made, block, images)
    elif isinstance(block, Points):
        said = [(label, text, *_tone(tone)) for label, text, tone in block.items]
        _listed(made, said, 9.5, theme.INK, is_bold=True)
    elif isinstance(block, Facts):
        _listed(made, [(label, text, theme.INK, False) for label, text in block.items], 8.6, theme.SOFT)
    elif isinstance(block, Heading):
        made.add_heading(block.text, 2)
    else:
        assert isinstance(block, Note)
        _say(made.add_paragraph(), block.text, 8, theme.SOFT)


def _tone(tone: str) -> tuple[str, bool]:
    return str(theme.TONES[tone]["colour"]), bool(theme.TONES[tone]["bold"])


def _say(paragraph: Paragraph, text: str, size: float, colour: str, *, is_bold: bool = False) -> Run:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), is_bold
    run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    return run


def _listed(
    made: Document,
    items: Sequence[tuple[str, str, str, bool]],
    size: float,
    label_colour: str,
    *,
    is_bold: bool = False,
) -> None:
    """Label and text side by side; without a label, a dot before the text."""
    for label, text, colour, is_strong in items:
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        indent = Mm(_LABEL if label else 4)
        paragraph.paragraph_format.left_indent = indent
        paragraph.paragraph_format.first_line_indent = -indent
        paragraph.paragraph_format.tab_stops.add_tab_stop(indent)
        _say(paragraph, f"{label or '·'}\t", size, label_colour, is_bold=is_bold and bool(label))
        _say(paragraph, text, size, colour, is_bold=is_strong)


def _table(made: Document, block: Table, images: Images) -> None:
    """The head, repeated on every page, then the groups; rows are not broken."""
    table = made.add_table(rows=1, cols=len(block.columns))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    parts.look(table, theme.LINE, block.title)
    for column, width in zip(table.columns, block.columns, strict=True):
        column.width = Mm(width.width)
    head = table.rows[0]
    parts.repeated(head)
    for cell, column in zip(head.cells, block.columns, strict=True):
        cell.width = Mm(column.width)
        _align(cell, column)
        parts.cell_border(cell, "bottom", 6, theme.FAINT)
        _say(cell.paragraphs[0], column.label, _SMALL, theme.SOFT)
    for group in block.groups:
        _group(table, block.columns, group, images)
    if block.is_short:
        for row in table.rows[:-1]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    after = made.add_paragraph().paragraph_format
    after.space_after, after.line_spacing = Pt(0), Pt(5)


def _group(table: OfficeTable, columns: Sequence[Column], group: Group, images: Images) -> None:
    if group.title:
        cell = _across(parts.added(table), is_kept=bool(group.rows))
        parts.shade(cell, theme.BACKGROUND)
        _say(cell.paragraphs[0], group.title, _TEXT, theme.SOFT, is_bold=True)
        _say(cell.paragraphs[0], f"  {group.remark}" if group.remark else "", 7.4, theme.FAINT)
    for row in group.rows:
        cells = parts.added(table).cells
        for cell, column, one in zip(cells, columns, row, strict=True):
            cell.width = Mm(column.width)
            _fill(cell, column, one, images)
    if group.remark and not group.title:
        _say(_across(parts.added(table), is_kept=False).paragraphs[0], group.remark, 7.4, theme.FAINT)


def _across(row: _Row, *, is_kept: bool) -> _Cell:
    """The whole row as one cell, kept with the row below."""
    cells = row.cells
    merged: _Cell = cells[0].merge(cells[-1])
    paragraph = merged.paragraphs[0]
    paragraph.paragraph_format.keep_with_next = is_kept
    _tight(paragraph)
    return merged


def _align(cell: _Cell, column: Column) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    if column.kind == "figure":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _tight(paragraph)


def _tight(paragraph: Paragraph) -> None:
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.2)
    paragraph.paragraph_format.line_spacing = 1.0


def _fill(cell: _Cell, column: Column, one: Cell, images: Images) -> None:
    _align(cell, column)
    paragraph = cell.paragraphs[0]
    if one.picture:
        wide = _SIGN if column.kind == "mark" else column.width - 2 * _INSET - 2
        _draw(paragraph, one.picture, images[one.picture], wide)
    if one.text:
        colour, is_bold = _tone(one.tone)
        space = " " if one.picture else ""
        _say(paragraph, space + one.text, _TEXT, colour, is_bold=is_bold)
    if one.under:
        run = _say(paragraph, "", _TINY, theme.SOFT)
        run.add_break()
        run.add_text(one.under)


def _draw(paragraph: Paragraph, picture: Picture, image: bytes, wide: float) -> None:
    """The image as wide as there is room, but not taller than a line of figures."""
    high = min(wide * picture.height / picture.width, _TALLEST)
    width = wide if picture.stretches else high * picture.width / picture.height
    shape = paragraph.add_run().add_picture(io.BytesIO(image), Mm(width), Mm(high))
    parts.describe(shape, picture.alt)
