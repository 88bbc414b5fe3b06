"""Every text of the pages exists in both languages, is used, and takes the same values in both."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from model import file_refusal
from pages.parts import rules, words
from pages.parts.words import Words

ROOT = Path(__file__).parent.parent
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in [ROOT / "dashboard.py", *(ROOT / "pages").rglob("*.py")]
)
TEMPLATES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "pages" / "parts" / "window" / "templates").iterdir()
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMED = (
    r"data/inbox|python -m etl run|inspection\.csv|record\.inspection|batch_id|row_number"
    r"|Excel|JSON|Parquet|PDF|PNG|JPEG|DOCX|XLSX|CSV|SQL|Python|fonts-noto-cjk"
)
"""What is called the same in Chinese: commands, files, formats, packages."""
ETL = ROOT / "etl"
SAME_IN_BOTH = {"shared.language_zh", "shared.language_en", "window.language_other"}


BOTH = words.texts() | {f"refusals.{name}": both for name, both in file_refusal.sentences().items()}


@pytest.mark.parametrize("key", sorted(BOTH))
def test_a_text_is_in_both_languages_with_the_same_places(key: str) -> None:
    both = BOTH[key]
    assert set(both) == {"zh", "en"}
    places = {language: set(re.findall(r"{(\w+)}", text)) for language, text in both.items()}
    assert places["zh"] == places["en"] - {"s"}
    assert "s" not in places["en"] or "count" in places["en"], "the plural of what?"
    assert all(text.strip() for text in both.values())
    if key not in SAME_IN_BOTH:
        assert not CHINESE.search(both["en"]), "Chinese in the English text"
        bare = re.sub(rf"{{\w+}}|{NAMED}", "", both["zh"])
        assert not re.search(r"[A-Za-z]{3,}", bare), "English in the Chinese text"


def _said() -> tuple[set[str], set[str]]:
    """The keys that the code names, and patterns of those that it puts together (`overview.{measure}`)."""
    whole, composed = set(), set()
    for node in ast.walk(ast.parse(CODE.replace("from __future__ import annotations", ""))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in node.values
            ]
            composed.add("".join(parts))
    whole |= set(re.findall(r"""["'](\w+\.\w+)["'](?! ~)""", TEMPLATES))
    composed |= {f"{re.escape(one)}.+" for one in re.findall(r"""["'](\w+\.\w*)["'] ~""", TEMPLATES)}
    groups = {key.split(".")[0] for key in words.texts()}
    return whole, {one for one in composed if one.split("\\.")[0] in groups}


WHOLE, COMPOSED = _said()


@pytest.mark.parametrize("key", sorted(words.texts()))
def test_a_text_is_used(key: str) -> None:
    is_column = key.startswith("health.") and any(
        one == key.removeprefix("health.") or one.startswith(key.removeprefix("health.") + ":")
        for one in WHOLE
    )
    assert key in WHOLE or is_column or any(re.fullmatch(one, key) for one in COMPOSED - {r"health\..+"})


def test_every_table_can_be_taken_out() -> None:
    """But the free answer, which is taken out as files of three kinds, the accounts, which are no data, and what
    concerns oneself."""
    calls = [
        (path.stem, {one.arg for one in node.keywords})
        for path in (ROOT / "pages" / "parts").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table"
    ]
    assert len(calls) > 25
    assert [name for name, given in calls if "export" not in given] == ["account_forms", "answers", "hearing"]


def test_no_page_holds_a_sentence() -> None:
    """Chinese characters stand in words/*.toml and in comments of the look only (ticks and ages are in words.py)."""
    for path in [ROOT / "dashboard.py", *(ROOT / "pages").rglob("*.py")]:
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text(encoding="utf-8"))
        if path.name != "words.py":
            assert not CHINESE.search(code), path.name


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("started_at: required", "检查开始时间：必填", "started at: required"),
        ("ended_at >= started_at", "检查结束时间 ≥ 检查开始时间", "ended at ≥ started at"),
        ("started_at: type timestamp", "检查开始时间：不是日期时间", "started at: is not a date and time"),
        ("something new", "something new", "something new"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, zh: str, en: str) -> None:
    assert rules.in_words(Words("zh"), "inspection", rule) == zh
    assert rules.in_words(Words("en"), "inspection", rule) == en


def _refusals() -> list[str]:
    """Every sentence in etl that refuses a file or lets it wait, its places as {}."""
    found = set()
    for path in ETL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("RefusedError", "WaitingError"):
                assert isinstance(node, ast.Call)
                said = node.args[0]
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                found.add("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts))
    return sorted(found)


def _declared(name: str) -> str:
    return re.sub(r"{\w+}", "{}", file_refusal.sentences()[name]["en"])


def test_refusals_are_found_in_the_loader() -> None:
    assert len(_refusals()) > 30


@pytest.mark.parametrize("message", _refusals())
def test_a_refusal_is_said_in_chinese(message: str) -> None:
    """The first pattern that fits a sentence is the one that was written for it, up to what is shown in its place."""
    sample = message.replace("{}", "db://x") if message.startswith("{}: ") else message.replace("{}", "x")
    fits = [name for name, one in file_refusal.patterns().items() if one.fullmatch(sample)]
    assert fits, "add it to model/file_refusal.toml"
    assert _declared(fits[0]) == message
    assert CHINESE.search(rules.refusal(Words("zh"), sample))
    assert rules.refusal(Words("en"), sample) == sample


def test_a_refusal_names_tables_and_columns_by_their_labels() -> None:
    said = "header: required columns of complaint are missing: ticket_no, received_at; found: a, b"
    assert (
        rules.refusal(Words("zh"), said) == "表头：缺少“投诉举报工单”的必填列：工单号、接收时间；现有：a, b"
    )
    assert rules.refusal(Words("zh"), "something new") == "something new"
    assert rules.refusal(Words("zh"), None) == ""


def test_numbers_are_grouped_and_signed() -> None:
    assert words.number(1234567) == "1,234,567"
    assert words.number(None) == "—"
    assert (words.change(-1200), words.change(0), words.change(3)) == ("−1,200", "0", "+3")
    assert words.percent_change(-2.04) == "−2.0%"
