"""The command line of the loader: python -m etl --help. Each module of commands adds its own to `main`."""

from __future__ import annotations

from etl.commands import keys, loading, looking, main, making

__all__ = ["keys", "loading", "looking", "main", "making"]

if __name__ == "__main__":
    main()
