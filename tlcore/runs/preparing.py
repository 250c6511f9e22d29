"""Before the first step: data that has to be read for a first time says how far it is, and can be stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from tlcore.library.waiting import heard_by
from tlcore.runs.hold import Hold
from tlcore.runs.steering import Control, Leave

_TELL = 0.3  # seconds between two sentences, and between two looks at what is wanted
_SURE = 2.0  # seconds after which it can be said how long it takes


@contextmanager
def prepared(hold: Hold, control: Control) -> Iterator[None]:
    """Within this block, whatever takes its time stands in the run's row as a note. Raises `Leave` or `Lost`."""
    try:
        with heard_by(_Preparing(hold, control)):
            yield
    finally:
        hold.saying = None


class _Preparing:
    """Hears how far the data is."""

    def __init__(self, hold: Hold, control: Control) -> None:
        self._hold, self._control = hold, control
        self._what, self._began, self._from, self._told = "", monotonic(), 0, -_TELL

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._control.leave is not None:
            raise Leave(self._control.leave)
        now = monotonic()
        if what != self._what:
            self._what, self._began, self._from = what, now, done
        elif now - self._told < _TELL and done < total:
            return
        self._told = now
        self._hold.say(self._sentence(done, total))
        self._control.hear(what, done, total)
        if self._hold.look().want == "stop":
            raise Leave("stopped")

    def _sentence(self, done: int, total: int) -> str:
        if not total:
            return f"{self._what}."
        taken, here = monotonic() - self._began, done - self._from
        left = f" ({told(taken / here * (total - done))} left)" if here and taken > _SURE else ""
        return f"{self._what}: {done:,} of {total:,}{left}"


def told(seconds: float) -> str:
    """A time as a person says it: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
