"""What a page shows, element by element and without how it came about: what its bare twin shows again.

It exists so that the two are one page to whoever opens them: the same charts, tables, texts, controls, forms, columns
and links. It must not measure. An element that it does not know is an error, so that no twin is poorer than its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from streamlit.testing.v1.element_tree import Block, Node

from tests import demo_site

Described = dict[str, Any]
_OWN_LOOK = ("<style", "<script")
FIELDS = {
    "button": ("label",),
    "button_group": ("label", "options", "default"),
    "checkbox": ("label",),
    "date_input": ("label",),
    "download_button": ("label", "disabled"),
    "file_uploader": ("label",),
    "multiselect": ("label", "options"),
    "number_input": ("label",),
    "page_link": ("label", "page"),
    "plotly_chart": ("spec",),
    "selectbox": ("label", "options", "default"),
    "text_area": ("label",),
    "text_input": ("label",),
}
"""What is taken of each element, as its message calls it."""


def ready(address: str) -> dict[str, list[Described]] | None:
    """What the page at this address shows, by part; None where it says that it cannot be shown."""
    app = demo_site.page_of(address)
    if app.exception or "message failing" in demo_site.shown(app):
        return None
    return {part.type: list(_described(part)) for part in (app.main, app.sidebar)}


def count(elements: Sequence[Described], kind: str) -> int:
    """How many elements of this kind there are among these and in them."""
    return sum((one["kind"] == kind) + count(one.get("inside", ()), kind) for one in elements)


def _described(block: Block) -> Iterator[Described]:
    """The elements of a block in their order; what is the page's own look is left out."""
    for node in block.children.values():
        if node.type == "html":
            body = str(node.proto.body)
            if not body.startswith(_OWN_LOOK):
                yield {"kind": "html", "body": body}
        elif isinstance(node, Block):
            yield {"kind": node.type, "inside": list(_described(node)), **_of_block(node)}
        elif node.type == "bidi_component":
            rows = json.loads(node.proto.json)["rows"]
            yield {"kind": "table", "rows": [{key: _cell(one) for key, one in row.items()} for row in rows]}
        else:
            yield {"kind": node.type, **_taken(node)}


def _of_block(node: Block) -> Described:
    if node.type == "flex_container":
        return {"is_row": node.proto.flex_container.direction == node.proto.FlexContainer.HORIZONTAL}
    if node.type == "column":
        return {"weight": node.proto.weight}
    if node.type == "expander":
        return {"label": node.proto.label}
    if node.type == "popover":
        return {"label": node.proto.popover.label}
    if node.type != "form":
        raise NotImplementedError(node.type)
    return {}


def _taken(node: Node) -> Described:
    found = {name: getattr(node.proto, name) for name in FIELDS[node.type]}
    if node.type == "button_group":
        found |= {"options": [one.content for one in found["options"]], "default": list(found["default"])}
    elif "options" in found:
        found["options"] = list(found["options"])
    if node.type == "button":
        found["is_submit"] = node.proto.is_form_submitter
    if node.type == "plotly_chart":
        found["is_picked"] = bool(node.proto.selection_mode)
    return found


def _cell(value: object) -> str:
    """A cell of one of our tables as a dataframe shows it: a picture by its data, else its text."""
    if isinstance(value, dict):
        return str(value.get("src") or value.get("text", ""))
    return "" if value is None else str(value)
