"""One form that a run can be taken away in; without torch, so that the page can add some."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tlcore.runs.store import Store

Which = Literal["last", "kept"]  # model: at the end, or what a label-free validator has kept


@dataclass(frozen=True)
class Format:
    """One form of a run: how it is made, and how its file is called."""

    ending: str
    made: Callable[[Store, int, Which], bytes]
