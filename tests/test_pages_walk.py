"""Every page, with an empty bureau, the demo office and the records of Chicago, whole and in one language at a time.

What a page's user does on it is tried in the page's own tests; here nothing may fail, stay without a title, or be said
in the other language, but for the names that units and cells have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, union
from streamlit.testing.v1 import AppTest

from ledger import migration, storage
from model import warehouse
from model.policy import signing_in
from pages import contents
from pages.parts import relations, visitor
from pages.parts.words import LANGUAGES, Language, Words
from tests import demo_site, real_site

PAGES = {
    name: address
    for entries in contents.PAGES.values()
    for name, _, address in entries
    if visitor.opens(signing_in.THE_SINGLE_USER, name)
}
"""All pages of the single user, who walks here; what concerns oneself needs somebody who signed in."""
FIRST = next(iter(PAGES))
WITHOUT_RECORDS = {"accounts", "audit"}
"""Pages that show no business data, and so need none."""
BUREAUS = ("empty", "demo", "chicago")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"(?<![\w./@-])[A-Za-z]{3,}(?![\w./@-])")
SAME_IN_BOTH = {"CSV", "JSONL", "XLSX", "Parquet", "SQL", "PDF", "DOCX", "Excel", "English", "local"}
"""What is called the same in Chinese: files, formats, the other language's own name, the account of the only user."""


@pytest.fixture(scope="module")
def bureaus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Each bureau's warehouse, and one ledger for all."""
    place = tmp_path_factory.mktemp("walk")
    found = {"empty": place / "nothing", "demo": demo_site.load(tmp_path_factory.mktemp("demo"))}
    if real_site.CHICAGO.exists():
        found["chicago"] = real_site.load(tmp_path_factory.mktemp("chicago"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(storage.ADDRESS_VARIABLE, f"sqlite:///{place / 'ledger.db'}")
        visitor.ledger.clear()
        migration.upgrade(storage.open_ledger())
        yield found
        visitor.ledger.clear()


def said(app: AppTest) -> Iterator[str]:
    """All that a page says: its parts, what its controls are called and offer, and its tables."""
    for one in app:
        proto: Any = getattr(one, "proto", None)
        if one.type == "html":
            body = re.sub(r"<(style|script)[\s\S]*?</\1>|<svg[\s\S]*?</svg>|<[^>]*>", " ", str(proto.body))
            yield unescape(body)
        elif one.type == "bidi_component":
            yield from _texts(json.loads(proto.json))
        else:
            yield from (str(getattr(proto, name, "")) for name in ("label", "body", "placeholder", "help"))
            yield from (str(getattr(option, "content", option)) for option in getattr(proto, "options", ()))


def _texts(value: Any) -> Iterator[str]:
    """The texts of a table's data; names of columns, keys, addresses and pictures are none."""
    if isinstance(value, str):
        yield re.sub(r"{\w+}", "", value)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in (
                "key",
                "href",
                "src",
                "tone",
                "look",
                "name",
                "kind",
                "file",
                "hint",
                "picked",
                "stamp",
            ):
                yield from _texts(one)


@pytest.mark.parametrize("bureau", BUREAUS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_in_one_language(
    bureaus: dict[str, Path], name: str, bureau: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bureau not in bureaus:
        pytest.skip("the public records are not beside this checkout")
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(bureaus[bureau]))
    for language in LANGUAGES:
        app = demo_site.page_of("" if name == FIRST else PAGES[name], lang=language)
        say = Words(language).say
        assert not app.exception
        shown = demo_site.shown(app)
        is_empty = bureau == "empty" and name not in WITHOUT_RECORDS
        title = say("shared.product") if is_empty else say(f"{name}.title")
        assert f'<h1 class="page-title">{title}</h1>' in shown
        assert (say("shared.empty_title") in shown) is is_empty
        assert say("shared.failing_title") not in shown and say("handling.unreachable") not in shown
        assert other_language(app, language, names(bureaus[bureau])) == []


@cache
def names(directory: Path) -> re.Pattern[str]:
    """What units, cells and producers are called and what officers wrote: data, in whatever language they are."""
    if not directory.exists():
        return re.compile("(?!)")
    unit, cell = relations.unit, relations.cell_now
    source = relations.source
    query = union(
        select(unit.c.name),
        *(select(one).where(one.isnot(None)) for one in (cell.c.name, source.c.producer, source.c.owner)),
    )
    engine = warehouse.open_snapshot(directory).engine("full")
    written = "SELECT DISTINCT reassignment_reason AS name FROM record.inspection WHERE name IS NOT NULL"
    found = [*warehouse.read(engine, query)["name"], *warehouse.read(engine, text(written))["name"]]
    return re.compile("|".join(re.escape(one) for one in sorted(found, key=len, reverse=True)))


def other_language(app: AppTest, language: Language, data: re.Pattern[str]) -> list[str]:
    """What is said in the other language."""
    shown = data.sub("", " ".join(said(app)))
    if language == "en":
        return CHINESE.findall(shown.replace("中文", ""))
    shown = re.sub(r"data/inbox|python -m etl run", "", shown)
    return [one for one in ENGLISH.findall(shown) if one not in SAME_IN_BOTH]
