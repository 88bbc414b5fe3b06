"""Does something concern me, what was decided so far, and what is my side of it?

Whoever is concerned is heard here, whatever their role: they see what concerns them and nothing else. No business data
is read for this page.
"""

from __future__ import annotations

from pages.parts import controls, frame, hearing, keeping, visitor


def show() -> None:
    """The warnings that concern the person, or the one that the URL names."""
    words = controls.words()
    frame.plain_masthead(words, words.say("own_matters.title"))
    hearing.show(keeping.open_book(words, visitor.present()))
