"""A demo bureau: lawful records as feed files, with irregularities planted where they are asked for.

`write` is all that others need. Everything is invented, nobody real is in it, and the same seed gives the same bytes.
"""

from etl.demo.generate import write

__all__ = ["write"]
