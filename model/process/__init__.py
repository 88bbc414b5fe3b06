"""The processes that an office runs, and how warnings are disposed of: steps, limits and stages, declared once."""

from model.process.declaration import Process, Processes, Step, processes
from model.process.stages import Stage, Stages, stages

__all__ = ["Process", "Processes", "Stage", "Stages", "Step", "processes", "stages"]
