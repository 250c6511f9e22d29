"""How work that takes some seconds tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]  # what is done now, and the share that is done, in [0, 1]


def silent(what: str, share: float) -> None:
    """For work of which nobody wants to hear."""
