"""Domains, their streams, and tasks that withhold."""

from tlcore.data.domain import Batch, Described, Domain, Episode, View, withheld
from tlcore.data.stream import Stream, both, generator_of, numbered, seed_of, several
from tlcore.data.task import Task

__all__ = [
    "Batch",
    "Described",
    "Domain",
    "Episode",
    "Stream",
    "Task",
    "View",
    "both",
    "generator_of",
    "numbered",
    "seed_of",
    "several",
    "withheld",
]
