"""The catalogue and the method page are what the declarations say, and every indicator and rule stands in them."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from model.documents import indicators, method
from model.indicators import catalogue, reading
from model.judgement import rules
from model.judgement.declaration import KINDS
from model.judgement.subjects import subject_kinds
from tests.test_indicator_declarations import OWN

ROOT = Path(__file__).parent.parent
FOLDERS = ("pages", "model", "ledger", "etl", "docs", "bench", "data/reference", "tests")


@pytest.mark.parametrize("module", [indicators, method])
def test_the_file_is_what_the_declarations_say(module: ModuleType) -> None:
    written = module.TARGET.read_text(encoding="utf-8")
    assert written == module.document(), f"python -m {module.__name__}"


def test_every_indicator_stands_in_the_catalogue_with_both_meanings() -> None:
    text = indicators.document()
    for item in reading.shipped().indicators.values():
        assert f'<a id="{item.id}"></a>' in text
        for said in (item.meaning.zh, item.meaning.en, item.risk.en, item.basis.zh):
            assert said in text, item.id
        assert all(f"`{need}`" in text for need in item.needs), item.id


def test_every_rule_and_kind_of_subject_stands_in_the_method() -> None:
    text, declared = method.document(), rules()
    assert all(f"| {name} " in text for name in declared.patterns)
    assert all(f"`{rule.decided}`" in text for rule in declared.revisions.values())
    assert all(kind.name.zh in text and kind.meaning.en in text for kind in subject_kinds())
    assert len(KINDS) == sum(text.count(f"| {method.words()['kind'][kind]['zh']} ") for kind in KINDS)
    assert "待核实" in text


def test_a_bureaus_own_indicators_change_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = indicators.document(), method.document()
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    assert "W1" in catalogue().indicators
    assert (indicators.document(), method.document()) == before


def test_every_variable_of_the_programs_stands_among_the_settings() -> None:
    named = {
        name
        for folder in ("etl", "ledger", "model", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"INTEGRITY_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    settings = operations.split("## 设置 Settings")[1].split("\n## ")[0]
    assert named == set(re.findall(r"`(INTEGRITY_[A-Z_]+)`", settings))


def test_the_indicator_of_the_page_on_operation_can_be_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = operations.split("## 自己的指标 Indicators of one's own")[1].split("\n## ")[0]
    (tmp_path / "own.toml").write_text(section.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    monkeypatch.setenv(reading.OWN_DIRECTORY_VARIABLE, str(tmp_path))
    assert catalogue().indicators["W1"].file == "own.toml"


def test_every_service_may_write_temporary_files() -> None:
    """Strict protection closes /tmp too: uploads and the files of the audit trail need a folder of their own there."""
    units = re.findall(
        r"```ini\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.DOTALL
    )
    strict = [unit for unit in units if "ProtectSystem=strict" in unit]
    assert len(strict) == 4 and all("PrivateTmp=true" in unit for unit in strict)


def test_no_file_holds_what_a_merge_left() -> None:
    """A style sheet or a text with such marks still works, but for the rule or the line beside them."""
    kinds = {".css", ".html", ".js", ".md", ".py", ".sql", ".toml", ".txt"}
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    marked = [
        path
        for path in [*paths, *ROOT.glob("*.*"), ROOT / "Makefile"]
        if path.is_file() and re.search(r"^(<{7}|>{7})( |$)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert marked == [] and len(paths) > 300
