"""Who may sign in, in which role and for which unit; and how somebody's sessions are ended at once.

It shows accounts and nothing of what they may see: no business data is read for this page.
"""

from __future__ import annotations

from pages.parts import account_forms, controls, frame, keeping, visitor


def show() -> None:
    """The accounts with the form of a new one, or the one that the URL names."""
    words = controls.words()
    frame.plain_masthead(words, words.say("accounts.title"))
    account_forms.show(keeping.open_book(words, visitor.present()))
