"""The files of an answer: offered to who may take them out, noted before they are given, each saying what it is.

It must not ask anything anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from ledger.storage import Ledger
from model import policy
from model.exploration import export
from model.exploration.limits import limits
from model.exploration.run import Run
from model.indicators import catalogue
from model.judgement import rules
from model.policy import Actor
from pages.parts import clocks, forms, visitor
from pages.parts import words as written
from pages.parts.frame import View

Made = Callable[[Run, Mapping[str, str]], bytes]
_MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def offer(view: View, run: Run, asked: Mapping[str, str]) -> None:
    """The result as files, each saying what it is, for who may take it out and says what for."""
    words = view.words
    if not policy.allows(visitor.present(), "export_records"):
        return
    with st.container(key="exports", horizontal=True, vertical_alignment="bottom"):
        purpose = st.text_input(
            words.say("explore.purpose"), key="export_purpose", max_chars=forms.LONGEST_LINE
        ).strip()
        said = stamp(view, run, {**asked, "purpose": purpose})
        who, book, require_session = visitor.present(), visitor.ledger(), visitor.lasting()
        for name, made in export.FORMATS.items():
            is_large = name == "xlsx" and run.shape.rows > limits().workbook_rows
            st.download_button(
                words.say(f"explore.export_{name}"),
                data=partial(_taken, require_session, who, book, made, run, said, name, purpose),
                file_name=f"explore-{view.snapshot.id}.{name}",
                mime=_MIME[name],
                key=f"export_{name}",
                on_click="ignore",
                disabled=is_large or not purpose,
                help=words.say("explore.export_large", rows=written.number(limits().workbook_rows))
                if is_large
                else None,
            )


def _taken(
    require_session: Callable[[], None],
    who: Actor,
    book: Ledger,
    made: Made,
    run: Run,
    said: Mapping[str, str],
    name: str,
    purpose: str,
) -> bytes:
    """The file, once it is noted that it is taken; without the note, or once the session is over, there is no file."""
    require_session()
    visitor.note(
        who, book, "export_records", "analysis", run.snapshot.id, purpose, format=name, query=run.text
    )
    return made(run, said)


def stamp(view: View, run: Run, asked: Mapping[str, str]) -> dict[str, str]:
    """What a file says of itself: what was asked, of what, under which rules, by whom and when."""
    words = view.words
    versions = " ".join(f"{item.id}.{item.version}" for item in catalogue().indicators.values())
    cut = words.say("explore.result_cut", rows=written.number(run.shape.rows)) if run.shape.is_cut else ""
    lines = {
        "product": words.say("shared.product"),
        "snapshot": f"{run.snapshot.id} {run.snapshot.manifest.get('published_at', '')}".strip(),
        **asked,
        "asked": run.text,
        "versions": f"v{rules().version}; {versions}",
        "who": visitor.present().account,
        "when": clocks.now().strftime("%Y-%m-%d %H:%M:%S"),
        "rows": f"{run.shape.rows:,} {cut}".strip(),
    }
    return {words.say(f"explore.stamp_{name}"): text for name, text in lines.items() if text}
