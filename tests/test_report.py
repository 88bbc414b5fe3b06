"""The monthly report: it says what the marts hold and no more, in both languages, as PDF, as DOCX and on a schedule."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest
from click.testing import CliRunner, Result
from docx.oxml.ns import qn
from pypdf.generic import DictionaryObject
from sqlalchemy import select

from ledger import migration
from ledger.schema.trail import Entry
from ledger.storage import ADDRESS_VARIABLE, Ledger, open_ledger
from model import warehouse
from model.indicators import catalogue
from model.policy import SYSTEM, Actor, RefusedError, signing_in
from pages.parts import clocks, labels, monthly, relations, visitor
from pages.parts import words as written
from pages.parts.report import command, making, office, subject, taking, typeset
from pages.parts.report.structure import Facts, Picture, Points, Report, Table
from pages.parts.words import LANGUAGES, Language, Words
from tests import judged_fixture as given
from tests import warehouse_fixture as fixture
from tests.demo_site import page_of

UNIT, OTHER = "420106", "420103"
MONTH = monthly.before(clocks.now())
WHO = Actor("somebody", "single_user")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
NAMES = r"12313|os|single_user|somebody|s000001|PDF|DOCX"
"""What is called the same in Chinese."""
STAGES = ("raised", "verifying", "verified", "founded", "unfounded", "closed", "overdue")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small warehouse, with dispositions on its screen surface as the loader puts them there."""
    directory = tmp_path_factory.mktemp("warehouse")
    snapshot_id = fixture.publish(directory, previous="s000000")
    with warehouse.connect(directory / snapshot_id / "screen.duckdb") as connection:
        connection.execute(
            "CREATE TABLE mart.disposition (unit_id VARCHAR, kind VARCHAR, level VARCHAR, stage VARCHAR,"
            ' "count" BIGINT, median_days DOUBLE, on_time DOUBLE, state VARCHAR)'
        )
        for stage in STAGES:
            row = [stage, None, "suppressed"] if stage == "founded" else [stage, 61, "value"]
            connection.execute(
                "INSERT INTO mart.disposition VALUES (?, 'all', 'red', ?, ?, NULL, NULL, ?)", [UNIT, *row]
            )
    return directory


@pytest.fixture(scope="module")
def snapshot(published: Path) -> warehouse.Snapshot:
    return warehouse.open_snapshot(published)


@pytest.fixture(scope="module")
def reports(snapshot: warehouse.Snapshot) -> dict[str, Report]:
    """The report of a district in both languages."""
    return {one: composed(snapshot, UNIT, one) for one in LANGUAGES}


@pytest.fixture(scope="module")
def documents(reports: dict[str, Report]) -> dict[str, bytes]:
    """The same as PDF."""
    return {language: typeset.pdf(report) for language, report in reports.items()}


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which nothing was done."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    made = open_ledger(f"sqlite:///{path}")
    migration.upgrade(made)
    made.close()
    return path


@pytest.fixture
def book(tmp_path: Path, empty_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger of its own for a test, which is that of the installation."""
    address = f"sqlite:///{shutil.copy(empty_ledger, tmp_path / 'ledger.db')}"
    monkeypatch.setenv(ADDRESS_VARIABLE, address)
    found = open_ledger(address)
    yield found
    found.close()


def composed(snapshot: warehouse.Snapshot, unit_id: str, language: Language, month: date = MONTH) -> Report:
    return making.compose(asked(snapshot, unit_id, language, month), WHO)


def asked(
    snapshot: warehouse.Snapshot, unit_id: str, language: Language = "zh", month: date = MONTH
) -> subject.Subject:
    return subject.of(snapshot, unit_id, month, language, clocks.now())


def tables(report: Report, number: int) -> list[Table]:
    return [one for one in report.sections[number].blocks if isinstance(one, Table)]


def texts(report: Report) -> Iterator[str]:
    """Every text of a report that is read, by eye or aloud."""
    yield from (report.title, report.running, report.foot, *report.page)
    for label, text in report.facts.items:
        yield from (label, text)
    for section in report.sections:
        yield section.title
    for block in report.blocks:
        if isinstance(block, Table):
            yield from (block.title, *(one.label for one in block.columns))
            for group in block.groups:
                yield from (group.title, group.remark)
            for row in block.rows:
                for cell in row:
                    yield from (cell.text, cell.under, cell.picture.alt if cell.picture else "")
        elif isinstance(block, Points | Facts):
            yield from (text for item in block.items for text in item[:2])
        else:
            yield block.text


def entries(book: Ledger) -> list[Entry]:
    with book.read() as session:
        return list(session.scalars(select(Entry).order_by(Entry.sequence)))


class TestContent:
    def test_counts_are_those_of_the_mart(
        self, snapshot: warehouse.Snapshot, reports: dict[str, Report]
    ) -> None:
        volume = relations.volume
        found = warehouse.read(snapshot.engine("full"), select(volume).where(volume.c.unit_id == UNIT))
        months = found["month"].dt.date
        held = dict(zip(zip(found["measure"], months, strict=True), found["count"], strict=True))
        (table,) = tables(reports["zh"], 1)
        shown = {row[0].text: (row[1].text, row[3].text) for row in table.rows}
        assert len(shown) == len(fixture.MEASURES)
        for measure in fixture.MEASURES:
            count, before = held[measure, MONTH], held[measure, monthly.shifted(MONTH, -12)]
            name = Words("zh").say(f"overview.{measure}")
            assert shown[name] == (f"{count:,}", written.change(count - before)), measure

    def test_an_indicator_has_its_value_its_limits_and_what_rules_say(
        self, snapshot: warehouse.Snapshot, reports: dict[str, Report]
    ) -> None:
        trend = relations.trend
        query = select(trend.c.value, trend.c.lower, trend.c.upper).where(
            trend.c.unit_id == UNIT, trend.c.month == MONTH, trend.c.indicator_id == given.FALLING
        )
        value, lower, upper = warehouse.read(snapshot.engine("full"), query).iloc[0]
        table, _ = tables(reports["zh"], 3)
        (row,) = (row for row in table.rows if row[0].text == "按期办结率")
        usual = f"{100 * lower:.1f}%–{100 * upper:.1f}%"
        assert [cell.text for cell in row[1:4]] == [f"{100 * value:.1f}%", "98%", usual]
        assert (row[1].tone, row[7].under) == ("worse", "需关注")
        assert row[6].picture and row[6].picture.drawing.startswith("<svg")

    def test_too_few_have_the_stretch_and_what_cannot_be_computed_its_reason(
        self, reports: dict[str, Report]
    ) -> None:
        section = reports["zh"].sections[3]
        table, unrecorded = tables(reports["zh"], 3)
        few = next(row for row in table.rows if row[0].text == "7日内立案决定率")
        assert (few[1].text, few[1].under, few[3].text) == ("样本不足", "近12月 98.0%", written.NONE)
        (absent,) = (one for one in section.blocks if isinstance(one, Facts))
        ((name, missing),) = unrecorded.rows
        assert (unrecorded.title, name.text) == ("无法计算（1 项）", "平均办理时长")
        need = catalogue().indicators[given.UNKNOWN].needs[0]
        assert missing.text == labels.column_name(Words("zh"), *need.split("."))
        assert not any("平均办理时长" in row[0].text for row in table.rows)
        counted = re.findall(r"（(\d+) 项）", " ".join(label for label, _ in absent.items))
        assert sum(map(int, counted)) + len(list(table.rows)) + 1 == 62

    def test_small_numbers_of_warnings_are_not_told(self, reports: dict[str, Report]) -> None:
        standing, handled = tables(reports["zh"], 5)
        cells = [cell for row in standing.rows for cell in row[1:]]
        assert {cell.text for cell in cells} == {"少于 5"}  # there is one warning
        red = next(row for row in handled.rows if row[0].text == "红色提示")
        assert [cell.text for cell in red[1:]] == ["61", "61", "61", "不显示", "61", "61", "61"]
        points = next(one for one in reports["zh"].blocks if isinstance(one, Points))
        assert ("预警提示", "现有 少于 5 条数据异常提示，一律待核实", "plain") in points.items

    def test_no_person_shop_or_single_warning_is_named(self, reports: dict[str, Report]) -> None:
        said = "\n".join(texts(reports["zh"]))
        assert fixture.SECRET not in said
        assert given.WARNED not in said
        assert "JC-" not in said

    def test_late_sources_and_kept_out_rows_are_told(self, reports: dict[str, Report]) -> None:
        late, kept_out = tables(reports["zh"], 6)
        assert [row[0].text for row in late.rows] == ["12313 工单"]
        assert next((row[0].text, row[2].text) for row in kept_out.rows) == ("检查", "3")
        assert any("已过期" in text for _, text in reports["zh"].facts.items)

    def test_it_says_of_what_it_was_made(
        self, snapshot: warehouse.Snapshot, reports: dict[str, Report]
    ) -> None:
        said = " ".join(texts(reports["en"]))
        for part in (snapshot.id, UNIT, "somebody", "62 indicators of version 1", "rules of judgement 1"):
            assert part in said

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_word_is_in_the_language(
        self, snapshot: warehouse.Snapshot, reports: dict[str, Report], language: Language
    ) -> None:
        names = sorted({*fixture.DISTRICTS.values(), "武汉市局(公司)"}, key=len)
        said = [re.sub("|".join(map(re.escape, names)), "", one) for one in texts(reports[language])]
        if language == "en":
            assert not [one for one in said if CHINESE.search(one)]
            return
        bare = [re.sub(rf"\d{{4}}-\S+|{NAMES}", "", one) for one in said]
        assert not [one for one in bare if re.search(r"[A-Za-z]{3,}", one)]

    def test_an_office_without_a_source_says_so(self, snapshot: warehouse.Snapshot) -> None:
        report = composed(snapshot, fixture.UNINSPECTED, "zh")
        (table,) = tables(report, 1)
        (group,) = (one for one in table.groups if one.title == "检查")
        assert (group.rows, group.remark) == ((), "该机构没有检查记录来源")

    def test_a_bureau_without_any_record_has_a_report(self, published: Path, tmp_path: Path) -> None:
        shutil.copytree(published, tmp_path / "warehouse")
        place = tmp_path / "warehouse"
        snapshot_id = str(warehouse.current_id(place))
        with warehouse.connect(place / snapshot_id / "full.duckdb") as connection:
            for table in ("volume", "trend", "indicator_fact", "comparison", "warning", "unit_source"):
                connection.execute(f"DELETE FROM mart.{table}")
            for table in ("batch", "source", "file", "quarantine", "cell"):
                connection.execute(f"DELETE FROM quality.{table}")
        empty = warehouse.open_snapshot(place)
        assert subject.newest_month(empty, UNIT) is None
        report = composed(empty, UNIT, "zh")
        said = list(texts(report))
        assert "本月没有可显示的指标数值。" in said
        assert "该机构没有许可记录来源" in said
        shown = [one for number in (1, 2, 4, 6) for one in tables(report, number)]
        assert not [row for one in shown for row in one.rows]
        assert typeset.pdf(report)[:5] == b"%PDF-"
        assert office.document(report)[:2] == b"PK"


class TestPdf:
    @pytest.fixture(params=LANGUAGES)
    def made(
        self, request: pytest.FixtureRequest, reports: dict[str, Report], documents: dict[str, bytes]
    ) -> tuple[Report, pypdf.PdfReader]:
        return reports[request.param], pypdf.PdfReader(io.BytesIO(documents[request.param]))

    def test_its_text_can_be_read(self, made: tuple[Report, pypdf.PdfReader]) -> None:
        report, read = made
        said = re.sub(r"\s", "", "".join(page.extract_text() for page in read.pages))
        for one in (report.title, report.unit, *(section.title for section in report.sections)):
            assert re.sub(r"\s", "", one) in said, one
        (table,) = tables(report, 1)
        for row in table.rows:
            assert row[1].text in said

    def test_it_is_a4_tagged_titled_and_in_its_language(self, made: tuple[Report, pypdf.PdfReader]) -> None:
        report, read = made
        assert all(round(float(page.mediabox.width)) == 595 for page in read.pages)
        assert all(round(float(page.mediabox.height)) == 842 for page in read.pages)
        assert read.metadata and read.metadata.title == report.name
        root = read.root_object
        assert root["/Lang"] == {"zh": "zh-CN", "en": "en-GB"}[report.language]
        assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
        last = len(read.pages)
        assert f"{report.page[0]}{last}{report.page[1]}{last}{report.page[2]}".replace(" ", "") in re.sub(
            r"\s", "", read.pages[-1].extract_text()
        )

    def test_fonts_are_embedded_and_charts_are_vectors(self, made: tuple[Report, pypdf.PdfReader]) -> None:
        fonts = 0
        for page in made[1].pages:
            resources = page["/Resources"]
            assert isinstance(resources, DictionaryObject)
            for font in resources["/Font"].values():  # type: ignore[attr-defined]
                (inner,) = font.get_object()["/DescendantFonts"]
                descriptor = inner.get_object()["/FontDescriptor"]
                assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
                fonts += 1
            assert not page.images
        assert fonts

    def test_names_are_never_markup(self, reports: dict[str, Report]) -> None:
        name = "#panic() $x$ *甲* <b> `c` \\ @here"
        read = pypdf.PdfReader(io.BytesIO(typeset.pdf(replace(reports["zh"], unit=name, sections=()))))
        assert name.replace(" ", "") in read.pages[0].extract_text().replace(" ", "")

    def test_without_a_chinese_font_it_says_what_to_install(
        self, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        typeset.fonts.cache_clear()
        with monkeypatch.context() as patched:
            patched.setattr(typeset, "families", lambda: {"DejaVu Sans"})
            with pytest.raises(RefusedError, match="fonts-noto-cjk"):
                typeset.pdf(reports["zh"])
            assert office.document(reports["zh"])
        typeset.fonts.cache_clear()

    def test_what_the_press_says_is_told(self) -> None:
        picture = Picture("<svg", 1, 1, "broken")
        with pytest.raises(typeset.PressError, match="SVG"):
            typeset.rasters([picture])


class TestDocx:
    def test_it_holds_the_same(self, reports: dict[str, Report]) -> None:
        report = reports["zh"]
        made = docx.Document(io.BytesIO(office.document(report)))
        assert [one.text for one in made.paragraphs if one.style and one.style.name == "Heading 1"] == [
            one.title for one in report.sections
        ]
        given_tables = [one for one in report.blocks if isinstance(one, Table)]
        assert len(made.tables) == len(given_tables)
        for table, one in zip(made.tables, given_tables, strict=True):
            shown = [cell.text for row in table.rows for cell in row.cells]
            for cell in (cell for row in one.rows for cell in row if not cell.picture):
                assert "\n".join(filter(None, (cell.text, cell.under))) in shown
        drawn = [one.get("descr") for one in made.element.body.iter(qn("wp:docPr"))]
        assert drawn == [one.alt for one in report.pictures]

    def test_it_is_a4_with_page_numbers_and_says_what_it_is(self, reports: dict[str, Report]) -> None:
        report = reports["en"]
        made = docx.Document(io.BytesIO(office.document(report)))
        (section,) = made.sections
        assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
        assert section.header.paragraphs[0].text == report.running
        for footer in (section.footer, section.first_page_footer):
            codes = [one.get(qn("w:instr")) for one in footer._element.iter(qn("w:fldSimple"))]
            assert codes == ["PAGE", "NUMPAGES"]
        assert (made.core_properties.title, made.core_properties.language) == (report.name, "en-GB")


class TestTaking:
    @pytest.mark.parametrize(
        ("who", "code"),
        [
            (Actor("head", "manager", OTHER), "reach"),
            (Actor("head", "office_head", f"{UNIT}-S01"), "reach"),
            (Actor("head", "manager", None), "reach"),
            (Actor("hall", "display"), "role"),
            (Actor("keeper", "administrator"), "role"),
        ],
    )
    def test_who_may_not_gets_nothing_and_leaves_no_note(
        self, snapshot: warehouse.Snapshot, book: Ledger, who: Actor, code: str
    ) -> None:
        with pytest.raises(RefusedError) as refusal:
            taking.take(who, book, asked(snapshot, UNIT), ["docx"])
        assert refusal.value.code == code
        assert entries(book) == []

    def test_what_is_taken_is_noted(self, snapshot: warehouse.Snapshot, book: Ledger) -> None:
        told: list[tuple[int, int]] = []
        who = Actor("head", "office_head", f"{UNIT}-S01")
        files = taking.take(
            who, book, asked(snapshot, f"{UNIT}-S01"), ["docx"], lambda *one: told.append(one)
        )
        assert set(files) == {"docx"}
        assert told == [(done, making.STEPS + 1) for done in range(1, making.STEPS + 2)]
        (entry,) = entries(book)
        assert (entry.account, entry.action, entry.unit_id) == ("head", "make_report", f"{UNIT}-S01")
        assert f'"snapshot":"{snapshot.id}"' in entry.content
        assert '"formats":["docx"]' in entry.content

    def test_without_a_note_there_is_no_report(self, snapshot: warehouse.Snapshot, tmp_path: Path) -> None:
        missing = open_ledger(f"sqlite:///{tmp_path / 'none.db'}")
        with pytest.raises(Exception, match="no such table"):
            taking.take(WHO, missing, asked(snapshot, UNIT), ["docx"])

    def test_a_file_is_put_whole_or_not_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        taking.put(tmp_path, "a.pdf", b"old")
        with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
            patched.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
            taking.put(tmp_path, "a.pdf", b"new")
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a.pdf": b"old"}
        taking.put(tmp_path, "a.pdf", b"new")
        assert (tmp_path / "a.pdf").read_bytes() == b"new"

    def test_a_file_stays_in_its_folder(self, snapshot: warehouse.Snapshot) -> None:
        name = taking.file_name(replace(asked(snapshot, UNIT), unit_id="../a b"), "pdf")
        assert name == f"integrity-report-..%2Fa%20b-{MONTH:%Y-%m}-zh.pdf"


class TestCommand:
    def run(self, published: Path, out: Path, *more: str) -> Result:
        arguments = ["report", "--warehouse", str(published), "--out", str(out), *more]
        return CliRunner().invoke(command.main, arguments)

    def test_units_of_a_level_in_both_languages(self, published: Path, tmp_path: Path, book: Ledger) -> None:
        found = self.run(published, tmp_path, "--all-units", "0", "--lang", "zh,en", "--format", "docx")
        assert found.exit_code == 0, found.output
        names = [f"integrity-report-4201-{MONTH:%Y-%m}-{one}.docx" for one in LANGUAGES]
        assert found.stdout.split() == [str(tmp_path / one) for one in names]
        assert sorted(one.name for one in tmp_path.iterdir() if one.suffix == ".docx") == sorted(names)
        assert {(one.role, one.action) for one in entries(book)} == {(SYSTEM, "make_report")}

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (["--unit", "nowhere"], "no such unit: nowhere"),
            (["--all-units", "7"], "no unit of level 7"),
            (["--unit", "9901", "--month", "2999-01"], "2999-01 has not begun"),
            (["--unit", UNIT, "--all-units", "0"], "name units with --unit, or a level"),
            ([], "name units with --unit, or a level"),
            (["--unit", UNIT, "--month", "2026-13"], "expected YYYY-MM"),
            (["--unit", UNIT, "--format", "odt"], "expected some of pdf, docx"),
        ],
    )
    def test_a_mistake_ends_with_2(self, published: Path, tmp_path: Path, more: list[str], said: str) -> None:
        found = self.run(published, tmp_path, *more)
        assert found.exit_code == 2
        assert said in found.stderr
        assert not list(tmp_path.iterdir())

    def test_what_cannot_be_made_ends_with_1_and_some_with_3(
        self, published: Path, tmp_path: Path, book: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made, put = [UNIT], taking.put

        def full(directory: Path, name: str, content: bytes) -> Path:
            if f"-{made[0]}-" in name:
                return put(directory, name, content)
            raise OSError("the disk is full")

        monkeypatch.setattr(taking, "put", full)
        monkeypatch.setattr(taking, "take", lambda *_: {"docx": b"PK"})
        units = ["--unit", UNIT, "--unit", OTHER, "--format", "docx"]
        found = self.run(published, tmp_path, *units)
        assert (found.exit_code, found.stderr) == (3, f"{OTHER} zh: the disk is full\n")
        made[0] = "nothing"
        assert self.run(published, tmp_path, *units).exit_code == 1

    def test_without_a_snapshot_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = ["pages", "report", "--unit", UNIT, "--out", str(tmp_path), "--warehouse", str(tmp_path)]
        monkeypatch.setattr("sys.argv", arguments)
        with pytest.raises(SystemExit) as ended:
            command.run()
        assert ended.value.code == 1
        assert "no snapshot has been published" in capsys.readouterr().err


class TestPage:
    @pytest.fixture
    def here(self, published: Path, book: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(published))
        monkeypatch.delenv(signing_in.FILE_VARIABLE, raising=False)
        monkeypatch.setattr(signing_in, "DEFAULT_FILE", tmp_path / "none.toml")
        visitor.ledger.clear()

    def test_it_is_made_on_demand_and_offered_as_files(self, here: None, book: Ledger) -> None:
        app = page_of("", unit=UNIT, month=f"{MONTH:%Y-%m}")
        assert not app.exception and not app.get("download_button")
        app.button("report_make").click().run()
        assert not app.exception
        labels = [one.proto.label for one in app.get("download_button")]
        assert labels == ["下载 PDF", "下载 DOCX"]
        (entry,) = entries(book)
        assert (entry.account, entry.object_id) == ("local", f"{UNIT} {MONTH:%Y-%m}")

    def test_without_a_font_there_is_the_docx_and_the_reason(
        self, here: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(typeset, "families", set)
        typeset.fonts.cache_clear()
        app = page_of("", unit=UNIT, month=f"{MONTH:%Y-%m}")
        app.button("report_make").click().run()
        assert [one.proto.label for one in app.get("download_button")] == ["下载 DOCX"]
        assert any("fonts-noto-cjk" in str(one.proto.body) for one in app.get("html"))

    def test_what_fails_is_said_and_leaves_no_file(self, here: None, monkeypatch: pytest.MonkeyPatch) -> None:
        app = page_of("", unit=UNIT, month=f"{MONTH:%Y-%m}")
        for error, said in (
            (typeset.PressError("no"), "排版未能完成"),
            (OSError("no"), "审计记录写入失败"),
            (RefusedError("reach", {"zh": "不在管辖范围", "en": "outside"}), "不在管辖范围"),
        ):

            def fails(*_: object, error: Exception = error) -> None:
                raise error

            monkeypatch.setattr(taking, "take", fails)
            app.button("report_make").click().run()
            assert not app.exception and not app.get("download_button")
            assert any(said in str(one.proto.body) for one in app.get("html"))

    def test_a_role_without_the_right_is_offered_nothing(
        self, here: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("local", "discipline"))
        assert [one.key for one in page_of("").button if one.key == "report_make"]
        monkeypatch.setattr("pages.parts.report.taking.ACTION", "open_vault")
        monkeypatch.setattr(signing_in, "THE_SINGLE_USER", Actor("local", "analyst"))
        assert not [one.key for one in page_of("").button if one.key == "report_make"]
