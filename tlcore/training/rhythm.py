"""How often the loop speaks: by the step where numbers depend on it, by the clock where only a view does."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from tlcore.strategies import Strategy
from tlcore.training.bystander import untouched
from tlcore.training.events import Observed
from tlcore.training.observers import Observer

FEW = 4  # evaluations that the shortest run has


@dataclass
class Rhythm:
    """How often the loop speaks.

    What is measured and evaluated depends on the step alone, so that a resumed run tells the same
    curves. How often it rests, and how often observers look, goes by the clock: `share` of the time may go into
    evaluations and looks together. Whoever reads the events may change `eager` while the run goes on.
    """

    curve_points: int = 1000  # a curve has about so many points
    evaluations: int = 40  # on held-out images, at most
    apart: int = 50  # steps from one to the next, at least: an evaluation takes about as long as a step
    rest: float = 0.1  # seconds between two moments of rest, at least
    look: float = 0.25  # seconds between two looks of the observers, at least
    share: float = 0.04  # of the time may go into evaluating and looking
    least: float = 0.01  # and so much into looking, whatever evaluations take
    waited: float = 0.0  # seconds in which it was made to wait, so that somebody can follow
    idle: float = 0.5  # of these may go into looking, beside its share
    eager: bool = False  # rest after every single step
    look_now: bool = False  # look at the step at which it rests, and rest again: for who is about to pause

    def told_every(self, length: int) -> int:
        """Steps from one that is told to the next, in a run of so many."""
        return ceil(length / self.curve_points)

    def graded_every(self, length: int) -> int:
        """Steps from one evaluation to the next; a run that is short for its number has few."""
        return max(1, ceil(length / self.evaluations), min(self.apart, ceil(length / FEW)))


class Looking:
    """Lets the observers look whenever their share of the time allows: what evaluations leave of it.

    A look waits for as long as makes it no more than its share, whatever was before: a pause is no credit. And as the
    end is looked at in any case, there is none in between that would leave no time for the last one. What a run only
    waits, because somebody slowed it down to follow it, costs nothing.
    """

    def __init__(self, strategy: Strategy[Any], observers: Sequence[Observer], rhythm: Rhythm) -> None:
        self._strategy, self._observers, self._rhythm = strategy, observers, rhythm
        self._length, self._first = strategy.length(), strategy.journal.step
        self._began = self._ended = monotonic()
        self._cost = self._graded = 0.0  # seconds of the last look, and of all evaluations
        self._waited = 0.0  # seconds that the run had waited when it ended
        self._looks, self._last = 0, -1

    def graded(self, seconds: float) -> None:
        """An evaluation took so long, of the same share."""
        self._graded += seconds

    def due(self, step: int) -> bool:
        if not self._observers or not self._looks:
            return bool(self._observers)
        now, rhythm = monotonic(), self._rhythm
        elapsed = now - self._began
        if now - self._ended < rhythm.look:
            return False
        if self._cost <= rhythm.idle * (rhythm.waited - self._waited):
            return True
        left = max(rhythm.least, rhythm.share - self._graded / max(1e-9, elapsed))
        whole = elapsed * (self._length - self._first) / max(1, step - self._first)  # seconds, if it goes on so
        return now - self._ended >= self._cost / left - self._cost and (self._looks + 2) * self._cost <= left * whole

    def at(self, step: int) -> Generator[Observed, None, None]:
        if step == self._last:
            return
        began = monotonic()
        with untouched(self._strategy):
            seen = [observed for observer in self._observers for observed in observer.observe(self._strategy, step)]
        self._ended, self._waited = monotonic(), self._rhythm.waited
        self._cost, self._looks, self._last = self._ended - began, self._looks + 1, step
        yield from seen
