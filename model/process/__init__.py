"""The processes that an office runs: their steps, what ends each, and by when it has to be done."""

from model.process.declaration import Process, Processes, Step, processes

__all__ = ["Process", "Processes", "Step", "processes"]
