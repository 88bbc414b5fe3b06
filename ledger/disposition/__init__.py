"""Warnings handled to the end: assigned, verified, disposed of, reviewed by a second person, closed.

The flow is declared in disposition.toml; `handling.act` makes a move, `syncing` brings in what the published snapshot
warns of, `reading` gives what people see, `outcome` how often each rule proved right.
"""
