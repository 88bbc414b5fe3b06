"""A stand-in for the wall's scenes: two plain scenes by the contract between page and shell, without any data.

It exists so that the shell is tried apart from what is drawn inside. `stub.json` beside the warehouse's CURRENT may
ask for trouble: `errors`, `hang` (never whole), `empty` (scenes without a word). It must not be used outside tests.
"""

from __future__ import annotations

import json
from html import escape

import streamlit as st

from model import warehouse
from pages.parts import theme
from pages.parts.wall.site import site

STYLE = """<style>
section.wall-scene { width: 1920px; height: 1080px; background: #071629; color: #e8f1ff; overflow: hidden; }
section.wall-scene[data-shape="32x9"] { width: 3840px; }
[data-status] { width: 20px; height: 20px; background: #46d6c0; }
[data-status=offline] { background: #ff6268; }
.is-current { font-weight: bold; }
.stMain { font-size: 24px; }
</style>"""


def show() -> None:
    directory = warehouse.default_directory()
    snapshot = warehouse.open_snapshot(directory)
    path = directory / "stub.json"
    trouble = json.loads(path.read_text()) if path.exists() else {}
    wall = site(st.query_params.get("site"))
    shape = st.query_params.get("shape", "16x9")
    asked = st.query_params.get("scenes", "").split(",")
    scenes = tuple(one for one in asked if one in wall.scenes) or wall.scenes
    st.html(STYLE)
    for scene in scenes:
        empty = f'<section class="wall-scene" data-scene="{scene}"><i data-status></i></section>'
        st.html(empty if trouble.get("empty") else _scene(scene, shape, snapshot.id, scenes))
    errors = trouble.get("errors", 0)
    if not trouble.get("hang"):
        st.html(
            f'<div id="wall-ready" data-snapshot="{escape(snapshot.id)}" data-scenes="{",".join(scenes)}" '
            f'data-errors="{errors}">.</div>'
        )


def _scene(scene: str, shape: str, snapshot_id: str, scenes: tuple[str, ...]) -> str:
    tabs = "".join(f'<span data-tab="{one}" style="padding:20px">{one}</span>' for one in scenes)
    return f"""<section class="wall-scene" data-scene="{scene}" data-shape="{shape}">
      <h1 data-title>{scene} {escape(snapshot_id)}</h1>
      <p data-clock="now"></p><p data-clock="asof"></p><p data-clock="published"></p><p data-clock="refreshed"></p>
      <i data-status style="display:block"></i><b data-status-text></b>
      <div data-panel="one" data-sources="inspection">inspection <em data-stale-note></em></div>
      <div data-panel="two" data-sources="licence_application,complaint">two <em data-stale-note></em></div>
      <footer>{tabs}</footer></section>"""


if __name__ == "__main__":
    st.html(theme.style(""))
    pages = [
        st.Page(lambda: None, title="home", default=True),
        st.Page(show, title="w", url_path="wall-scenes"),
    ]
    st.navigation(pages, position="hidden").run()
