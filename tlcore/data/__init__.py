"""Domains, their streams, and tasks that withhold."""

from tlcore.data.domain import Batch, Described, Domain, Episode, View, withheld
from tlcore.data.mapped import AT_ONCE, Inputs, Mapped, portion
from tlcore.data.stream import Stream, both, generator_of, numbered, seed_of, several
from tlcore.data.task import Task

__all__ = [
    "AT_ONCE",
    "Batch",
    "Described",
    "Domain",
    "Episode",
    "Inputs",
    "Mapped",
    "Stream",
    "Task",
    "View",
    "both",
    "generator_of",
    "numbered",
    "portion",
    "seed_of",
    "several",
    "withheld",
]
