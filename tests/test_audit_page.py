"""The page on the audit trail: who sees what of it, that reading it is an act, the chain proved, files of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ledger_fixture import KEEPER, Databases, databases, settle, tamper
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from ledger import audit, export, proof
from ledger.audit import Asked
from ledger.schema import Entry
from ledger.storage import Ledger
from model import policy, warehouse
from model.policy import Actor, RefusedError, signing_in
from pages.parts import audit_acts, audit_files, visitor
from pages.parts.lifetime import Arrivals
from pages.parts.words import LANGUAGES, Words
from tests import demo_site

__all__ = ["databases"]
SAY = Words("zh").say
MATTER = "M20261122XYZ"
ZHAO, ROOT = Actor("zhao", "discipline"), Actor("root", "administrator")


@pytest.fixture
def bureau(tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Some acts of business and some that keep the system; nothing is published: this page needs no data."""
    found = databases.new()
    settle(
        found, {"root": ("administrator", None), "zhao": ("discipline", None), "chen": ("manager", "9901")}
    )
    with found.write(ZHAO) as recorder:
        recorder.record("open_vault", "matter", MATTER, unit_id="990101", purpose="核实线索")
    with found.write(Actor("chen", "manager", "9901")) as recorder:
        recorder.record("export_records", "analysis", "S-7", purpose="季度分析", query="SELECT 1")
    (tmp_path / "sign_in.toml").write_text('mode = "proxy"\naccount = "name"\n', encoding="utf-8")
    monkeypatch.setenv(signing_in.FILE_VARIABLE, str(tmp_path / "sign_in.toml"))
    monkeypatch.setenv(warehouse.DIRECTORY_VARIABLE, str(tmp_path / "warehouse"))
    monkeypatch.setattr(visitor, "_claims", lambda _: {"name": Path(tmp_path / "who").read_text("utf-8")})
    monkeypatch.setattr(visitor, "ledger", lambda: found)
    monkeypatch.setattr(visitor, "ARRIVALS", Arrivals())
    (tmp_path / "who").write_text("zhao", "utf-8")
    yield found
    found.close()


def opened(who: str, folder: Path, language: str = "zh", **query: str) -> AppTest:
    (folder / "who").write_text(who, "utf-8")
    app = demo_site.page_of("audit-trail", lang=language, **query)
    assert not app.exception
    say = Words(language).say  # type: ignore[arg-type]
    assert say("audit.title") in demo_site.shown(app) and say("shared.failing_title") not in demo_site.shown(
        app
    )
    return app


def rows(app: AppTest) -> list[dict[str, Any]]:
    tables = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return [row for one in tables for row in _of(one)]


def _of(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return value["rows"] if "rows" in value else [row for one in value.values() for row in _of(one)]
    return []


def press(app: AppTest, label: str) -> str:
    app = next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return demo_site.shown(app)


def acts(ledger: Ledger, *actions: str) -> list[tuple[str, str, str]]:
    with ledger.read() as session:
        query = select(Entry.account, Entry.action, Entry.content).where(Entry.action.in_(actions))
        return [tuple(row) for row in session.execute(query.order_by(Entry.sequence))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_see_the_trail_filters_it_and_opens_an_act_and_each_look_is_kept(
    bureau: Ledger, tmp_path: Path, language: str
) -> None:
    app = opened("zhao", tmp_path, language)
    found = rows(app)
    assert [one["item"] for one in found][:4] == ["—", "zhao", "S-7", MATTER], "look and sign-in stand first"
    assert {one["purpose"] for one in found} >= {"核实线索", "季度分析"}
    app.run()
    looks = acts(bureau, "watch_trail")
    assert [json.loads(content) for *_, content in looks] == [{"asked": {}}], (
        "drawn again it is no other look"
    )
    app = opened("zhao", tmp_path, language, action="open_vault", account="zhao", since="2026-01-01")
    assert [one["item"] for one in rows(app)] == [MATTER]
    sequence = rows(app)[0]["key"]
    assert rows(opened("zhao", tmp_path, language, item="nothing")) == []
    assert rows(opened("zhao", tmp_path, language, until="2020-01-01")) == []
    say = Words(language).say  # type: ignore[arg-type]
    app = opened("zhao", tmp_path, language, entry=sequence)
    assert MATTER not in demo_site.shown(app)
    assert say("handling.refused") in press(app, say("audit.open")), "not without a purpose"
    for number, expected in ((sequence, "核实线索"), ("99999", "99,999")):
        app = opened("zhao", tmp_path, language, entry=number)
        next(one for one in app.text_input if one.label == say("feedback.purpose")).set_value("例行抽查")
        assert expected in press(app, say("audit.open"))
    told = [json.loads(content) for *_, content in acts(bureau, "watch_trail")]
    assert told[1]["asked"] == {"since": "2026-01-01", "action": "open_vault", "account": "zhao"}
    with bureau.read() as session:
        read = session.scalars(select(Entry).where(Entry.object_kind == "entry")).one()
    assert (read.object_id, read.purpose) == (sequence, "例行抽查"), "what is not there is not read"
    assert proof.verify(bureau).holds


def test_who_keeps_the_system_sees_who_did_which_of_its_acts_and_nothing_of_what_they_were_about(
    bureau: Ledger, tmp_path: Path
) -> None:
    app = opened("root", tmp_path)
    found = rows(app)
    assert {one["action"] for one in found} == {"管理账号", "系统配置", "导出记录", "查看审计概况", "登录"}
    text = json.dumps(found, ensure_ascii=False) + demo_site.shown(app)
    assert not [one for one in (MATTER, "季度分析", "核实线索", "S-7", "SELECT 1", "990101") if one in text]
    assert SAY("audit.file") not in text
    for query in ({"entry": "1"}, {"item": MATTER}, {"action": "open_vault"}, {"kind": "matter"}):
        text = json.dumps(rows(opened("root", tmp_path, **query)), ensure_ascii=False)
        assert MATTER not in text and "打开举报信息" not in text
    with bureau.read() as session:
        assert audit.listed(session, ROOT, Asked(action="open_vault")) == []
        assert {one.item + one.unit_id + one.purpose for one in audit.listed(session, ROOT, Asked())} == {""}
    with pytest.raises(RefusedError), bureau.write(ROOT) as recorder:
        audit.whole(recorder, 1, "抽查")
    assert {account for account, *_ in acts(bureau, "watch_trail")} == {"root"}


def test_nobody_else_reads_or_proves_it(bureau: Ledger) -> None:
    chen = Actor("chen", "manager", "9901")
    with bureau.read() as session:
        for ask in (audit.head, audit.last_verified):
            with pytest.raises(RefusedError):
                ask(session, chen)
        with pytest.raises(RefusedError):
            audit.listed(session, chen, Asked())
    with pytest.raises(RefusedError):
        audit.verify(bureau, chen)


def test_pages_of_acts_follow_each_other(bureau: Ledger, tmp_path: Path) -> None:
    with bureau.write(KEEPER) as recorder:
        for number in range(audit.PAGE + 10):
            recorder.record("configure", "ledger", f"v{number}")
    app = opened("zhao", tmp_path)
    first = [int(one["key"]) for one in rows(app)]
    press(app, SAY("audit.older", count=audit.PAGE))
    second = [int(one["key"]) for one in rows(app)]
    assert len(first) == audit.PAGE and first == list(range(first[0], first[-1] - 1, -1))
    assert second[0] == first[-1] - 1 and second[-1] == 1
    press(app, SAY("audit.newest"))
    assert int(rows(app)[0]["key"]) >= first[0]
    long = "9" * 5_000
    for broken in (
        *({"before": one} for one in ("x", long, "9" * 20)),
        {"since": "gestern"},
        {"until": "9999-12-31"},
        *({"entry": one} for one in ("²", long, "9" * 20)),
    ):
        assert rows(opened("zhao", tmp_path, **broken))


def test_the_chain_is_proved_on_the_page_and_what_is_wrong_is_told_by_role(
    bureau: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SAY("audit.never") in demo_site.shown(opened("root", tmp_path))
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(proof, "_BATCH", 2)
    assert audit.verify(bureau, ROOT, lambda done, last: told.append((done, last))).holds
    assert told and all(0 < done <= last for done, last in told) and told == sorted(told)
    assert SAY("audit.holds") in press(opened("root", tmp_path), SAY("audit.verify"))
    shown = demo_site.shown(opened("zhao", tmp_path))
    assert "（root）" in shown and "全部相符" in shown
    tamper(bureau, "UPDATE account SET role = 'discipline' WHERE name = 'chen'")
    shown = press(opened("root", tmp_path), SAY("audit.verify"))
    assert SAY("audit.does_not_hold") in shown and "chen" not in shown
    shown = press(opened("zhao", tmp_path), SAY("audit.verify"))
    assert "account [&quot;chen&quot;]: was changed past the ledger" in shown
    assert "处不符" in demo_site.shown(opened("root", tmp_path)), "it stays told"


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_file_for_the_archive_needs_a_purpose_and_proves_itself(
    bureau: Ledger, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[bytes, str]] = []
    monkeypatch.setattr(
        audit_files.st,
        "download_button",
        lambda _label, content, name, *_, **__: given.append((content, name)),
    )
    app = opened("zhao", tmp_path)
    next(one for one in app.selectbox if one.label == SAY("audit.form")).select(form)
    assert SAY("handling.refused") in press(app, SAY("audit.make")) and not given
    next(one for one in app.text_input if one.label == SAY("feedback.purpose")).set_value("年度归档")
    shown = press(app, SAY("audit.make"))
    ((content, name),) = given
    target = tmp_path / name
    target.write_bytes(content)
    found = export.check(target)
    assert found.findings == () and found.head and f"{found.head.sequence}:{found.head.hash}" in shown
    with bureau.read() as session:
        kept = session.scalars(select(Entry).where(Entry.object_kind == "export")).one()
    assert (kept.account, kept.purpose) == ("zhao", "年度归档")
    box = next(one for one in app.number_input if one.label == SAY("audit.last_entry"))
    box.set_value(audit_files.MOST * 2)
    assert SAY("audit.stretch", most="50,000") in press(app, SAY("audit.make"))


def test_every_act_and_every_kind_that_the_code_writes_has_a_name() -> None:
    """A new act or kind of object is a word of this page, or it would stand there as a code."""
    folders = (Path(__file__).parents[1] / name for name in ("ledger", "pages"))
    code = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    called = r"(?:recorder\.record|visitor\.logged)\(\s*(?:\"(\w+)\"|\w+),\s*(?:\"(\w+)\")?"
    written = re.findall(called, code)
    kinds = {kind for _, kind in written} | set(re.findall(r"\bKIND = (?:\"\w+\", )?\"(\w+)\"", code))
    kinds |= set(re.findall(r"Machine\(\s*\"(\w+)\"", code)) | set(policy.SUBJECTS)
    assert len(kinds) > 15 and kinds - {"", *audit_acts.KINDS} == set()
    named = {action for action, _ in written} | set(policy.declared().watched)
    assert len(named) > 20 and named - {"", *policy.declared().actions, *audit_acts.OTHER_ACTS} == set()
