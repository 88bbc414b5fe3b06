"""The bare page that ours are measured against is not the poorer one: it shows every element, and computes nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from bench import twin
from bench.pages import address_of
from model.warehouse import DIRECTORY_VARIABLE
from tests import demo_site
from tests import warehouse_fixture as fixture

BARE = Path(__file__).parent.parent / "bench" / "bare_page.py"
OWN = ("script", "style")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("warehouse")
    fixture.publish(found)
    return found


@pytest.mark.parametrize("name", ["overview", "trends"])
def test_the_bare_page_has_every_element(
    name: str, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(directory))
    shown = twin.ready(address_of(name))
    assert shown is not None
    (tmp_path / f"{name}.json").write_text(json.dumps(shown), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(BARE), str(tmp_path)])
    bare = AppTest.from_file(str(BARE), default_timeout=60)
    bare.query_params["page"] = name
    bare.run()
    assert not bare.exception
    ours, theirs = kinds(demo_site.page_of(address_of(name))), kinds(bare)
    assert theirs == ours
    assert ours["table"] == twin.count(shown["main"], "table") > 0


def kinds(app: AppTest) -> Counter[str]:
    """How many elements of each kind a page shows, but for what is its own look; a table is one in either way."""
    found: Counter[str] = Counter()
    waiting: list[Block] = [app.main, app.sidebar]
    while waiting:
        for node in waiting.pop().children.values():
            if isinstance(node, Block):
                waiting.append(node)
            is_look = node.type == "html" and str(node.proto.body).lstrip("<").startswith(OWN)
            is_table = node.type in ("bidi_component", "dataframe")
            if not is_look:
                found["table" if is_table else node.type] += 1
    return found
