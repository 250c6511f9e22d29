"""Domains, their streams, and tasks that withhold."""

from tlcore.data.domain import Batch, Domain, Episode, withheld
from tlcore.data.stream import Stream, both, generator_of, numbered, seed_of, several
from tlcore.data.task import Task

__all__ = [
    "Batch",
    "Domain",
    "Episode",
    "Stream",
    "Task",
    "both",
    "generator_of",
    "numbered",
    "seed_of",
    "several",
    "withheld",
]
