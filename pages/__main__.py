"""The command line of the presentation: python -m pages --help.

Streamlit warns of every cached read that it is not being served; here that is no news. This must hold no command.
"""

from __future__ import annotations

from streamlit import logger

if __name__ == "__main__":
    logger.set_log_level("error")
    from pages.parts.report import command

    command.run()
