"""What a wall shows, drawn once: all scenes of a site as static pictures, which the wall's shell takes over.

No person, shop or ticket can be here: only the screen surface is read. The page has no control, no refresh and no
clock of its own; the address says site, language and shape. A site that shows the public what is published is the
public's too: a hall's display has no name, and is nobody else.
"""

from __future__ import annotations

import streamlit as st

from model import warehouse
from pages.parts import clocks, controls, frame, theme, visitor
from pages.parts.wall import canvas, document
from pages.parts.wall.site import SHAPES, Shape, configuration, site


def show() -> None:
    """Draw the scenes that the address asks for, where they are this person's to see."""
    query = st.query_params
    asked = query.get("site")
    is_known = not asked or asked in configuration().sites
    if not is_known or not visitor.may_open("public_wall" if site(asked).mode == "public" else "wall"):
        frame.astray(controls.words())
        return
    shape: Shape = next((one for one in SHAPES if one == query.get("shape")), SHAPES[0])
    snapshot = warehouse.open_snapshot(warehouse.default_directory())
    language = controls.words().language
    st.html(theme.wall_style())
    canvas.show(document.document(snapshot, asked, query.get("scenes"), language, shape, clocks.now()))
