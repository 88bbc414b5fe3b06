"""What every page stands in: one snapshot a run, the title with its clocks, and the states of having no data.

An open page asks every few seconds which snapshot is current (one small file) and draws itself again only when
that, or the lateness of a source, has changed, or the session is over. A snapshot that vanished while it was shown is
no error: the current one is shown. It must not know any indicator.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NoReturn

import streamlit as st

from model import warehouse
from model.policy import RefusedError
from model.warehouse import NoSnapshotError, Snapshot
from pages.parts import clocks, controls, lifetime, panels, visitor
from pages.parts.clocks import SourceClock
from pages.parts.kinds import KINDS
from pages.parts.monthly import Coverage
from pages.parts.reads import records
from pages.parts.words import Words

_ATTEMPTS = 3
_HAS_MASTHEAD = "has_masthead"
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class View:
    """One run of one page: the snapshot that all of it is read from, its language and its moment."""

    snapshot: Snapshot
    words: Words
    now: datetime

    def unit_name(self, unit_id: str | None) -> str:
        """The name of any unit, its code where the snapshot does not know it; empty for none."""
        return self._unit_names.get(unit_id or "", unit_id or "")

    @cached_property
    def _unit_names(self) -> dict[str, str]:
        return records.unit_names(self.snapshot)

    @cached_property
    def clocks(self) -> dict[str, SourceClock]:
        return clocks.of_snapshot(self.snapshot)


def open_view(words: Words) -> View:
    """The current snapshot as this run sees it; where there is none, says so and ends the run."""
    directory = warehouse.default_directory()
    if warehouse.current_id(directory) is None:
        _nothing_yet(words)
    for _ in range(_ATTEMPTS):
        with suppress(NoSnapshotError):
            return View(warehouse.open_snapshot(directory), words, clocks.now())
    return View(warehouse.open_snapshot(directory), words, clocks.now())


def _nothing_yet(words: Words) -> NoReturn:
    _bare_masthead(words)
    st.html(panels.message(words.say("shared.empty_title"), words.say("shared.empty_text")))
    _watch(words, None, (), ())
    st.stop()


def astray(words: Words) -> None:
    """Under an address that leads to no page of this person's: that it is so, whichever the reason."""
    _bare_masthead(words)
    st.html(panels.message(words.say("shared.astray_title"), words.say("shared.astray_text")))


def _bare_masthead(words: Words) -> None:
    """The product's name and the language switch: what can be said without any data."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html(panels.title(words.say("shared.product")))
        _language(words)


def _language(words: Words) -> None:
    with st.container(key="language", width="content"):
        controls.language_switch(words)


def unit_masthead(view: View, title: str, coverage: Mapping[str, Coverage]) -> None:
    """The masthead of a page about one unit: the clocks are those of the sources that speak of it."""
    kinds = [(view.words.say(f"overview.{kind.id}"), coverage[kind.id]) for kind in KINDS]
    watched = [clock for _, known in kinds for clock in known.sources]
    _masthead(view, title, panels.clocks(view.words, kinds, view.now), watched)


def sources_masthead(view: View, title: str) -> None:
    """The masthead of a page about all sources: how many there are, and how many are late."""
    watched = list(view.clocks.values())
    late = len(clocks.late_ones(watched, view.now))
    _masthead(view, title, panels.all_clocks(view.words, len(watched), late), watched)


def plain_masthead(words: Words, title: str) -> None:
    """The masthead of a page that shows no data: the title and the language switch."""
    st.session_state[_HAS_MASTHEAD] = True
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html(panels.title(title))
        with st.container(key="clocks", width="content"):
            _watch(words, warehouse.current_id(warehouse.default_directory()), (), ())
        _language(words)


def _masthead(view: View, title: str, line: str, watched: Sequence[SourceClock]) -> None:
    """The page's title, the three clocks and the language switch."""
    st.session_state[_HAS_MASTHEAD] = True
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html(panels.title(title))
        with st.container(key="clocks", gap=None, width="content"):
            st.html(line)
            with st.container(key="edition_clock", horizontal=True, horizontal_alignment="right"):
                st.html(panels.edition(view.words, view.snapshot, view.now))
                _watch(view.words, view.snapshot.id, watched, clocks.late_ones(watched, view.now))
        _language(view.words)


@st.fragment(run_every=clocks.POLL_SECONDS)
def _watch(
    words: Words, shown: str | None, sources: Sequence[SourceClock], late: tuple[SourceClock, ...]
) -> None:
    """Draw the page again for a new snapshot, a source that is late or a session that is over; else the third clock."""
    now = clocks.now()
    current = warehouse.current_id(warehouse.default_directory())
    if current != shown or clocks.late_ones(sources, now) != late or not visitor.is_here():
        lifetime.rerun_unattended()
    st.html(panels.refreshed(words, now))


def run(page: Callable[[], None], words: Words) -> None:
    """Run a page; what it cannot do is logged and told calmly."""
    st.session_state[_HAS_MASTHEAD] = False
    started_with = warehouse.current_id(warehouse.default_directory())
    try:
        page()
    except RefusedError as refusal:
        if not st.session_state[_HAS_MASTHEAD]:
            _bare_masthead(words)
        st.html(panels.message(words.say("shared.refused_title"), words.pick(refusal.zh, refusal.en)))
    except Exception:
        current = warehouse.current_id(warehouse.default_directory())
        if current != started_with:
            lifetime.rerun_unattended()
        if not st.session_state[_HAS_MASTHEAD]:
            _bare_masthead(words)
        now = clocks.now()
        LOG.exception("a page failed at %s", now.isoformat(timespec="seconds"))
        text = words.say("shared.failing_text", moment=now.strftime("%Y-%m-%d %H:%M:%S"))
        st.html(panels.message(words.say("shared.failing_title"), text, failing=True))
        _watch_failing(current)


@st.fragment(run_every=clocks.POLL_SECONDS)
def _watch_failing(shown: str | None) -> None:
    if warehouse.current_id(warehouse.default_directory()) != shown or not visitor.is_here():
        lifetime.rerun_unattended()
