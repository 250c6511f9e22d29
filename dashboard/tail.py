"""What the store knows of one run, read once and shared by every page that watches it."""

import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard import words
from dashboard.facts import about, facts
from dashboard.packets import Item, packet
from dashboard.readings import Reading
from dashboard.verdict import Verdict, verdict, waiting
from tlcore.runs.alerting import Alert, History, found
from tlcore.runs.encoding import StoredKind
from tlcore.runs.rows import OVER, Run
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Finished, Measured, Observed

FRAMES = 300  # more looks than this are thinned for whoever comes late
EXHIBITS = 1_500_000  # bytes of one exhibit, over which its looks are thinned as well
FEWEST = 12  # looks at an exhibit that are told in any case
CHUNK = 400_000  # bytes after which a packet is closed; the rest comes in the next


class Tail:
    """All events of one run in memory, and what can be said of them. Its methods may run in threads.

    Raises `UnknownKey` when the store has no such run.
    """

    def __init__(self, store: Store, run: int) -> None:
        self._store, self._run = store, run
        self._lock = threading.Lock()
        self.row: Run = store.run(run)
        self.items: list[Item] = []  # what a page is told, in order
        self._forget()
        self.about = about(store, self.row)
        self.facts = facts(self.row)
        self.read()

    @property
    def last(self) -> int:
        return self._seen

    @property
    def generation(self) -> int:
        """Counts how often the run has taken back what it told, to tell it again after a resume."""
        return self.row.rewinds

    @property
    def ended(self) -> bool:
        return self.row.status in OVER

    def read(self) -> bool:
        """Read what is new; True when there is something. Raises `UnknownKey` once the run is deleted."""
        with self._lock:
            before = (self.last, self.generation, _face(self.row))
            row = self._store.run(self._run)
            if row.rewinds != self.row.rewinds:
                self._forget()
            if row.status != self.row.status:
                self._look_beside(row)
            self.row = row
            for stored in self._store.events(self._run, self._seen):
                self._take(stored.seq, stored.event)
            if self._stirred:
                self._stirred, self.alerts = False, found(row, self._history, self.about.baseline)
            return before != (self.last, self.generation, _face(self.row))

    def packet(self, after: int, generation: int | None = None) -> tuple[bytes, int]:
        """What came after event `after` (0: everything), and the number of the last event in it.

        A client of an older `generation`, or one that is ahead of the store, is told to begin anew.
        """
        with self._lock:
            reset = after > self.last or (generation is not None and generation != self.generation)
            after = 0 if reset else after
            items = _portion(self.items[bisect_right(self.items, after, key=lambda item: item.seq) :], after == 0)
            left = bool(items) and items[-1] is not self.items[-1]
            seq = items[-1].seq if left else self._seen
            head = {"run": self._run, "seq": seq, "row": self._told_row(), "verdict": self.said().as_json()}
            head |= {"alerts": [each.as_json() for each in self.alerts]}
            head |= {"reset": True} if reset else {}
            head |= {"about": self.facts} if after == 0 else {}
            return packet(head, items), seq

    def _forget(self) -> None:
        self.items = []
        self.alerts: list[Alert] = []
        self._readings: list[Reading] = []
        self._history, self._stirred = History(), True  # stirred: there may be something new to be alarmed about
        self._looks = self._seen = 0

    def _look_beside(self, row: Run) -> None:
        """A run that begins or ends is held against what is known by now."""
        self.about, self._stirred = replace(about(self._store, row), items=self.about.items), True

    def _take(self, seq: int, event: StoredKind) -> None:
        self._seen = seq
        self._stirred |= self._history.take(event)
        match event:
            case Measured():
                self.items.append(Item(seq, event))
            case Evaluated(step, values) | Finished(step, values):
                accuracies = (values.get(f"{domain}_accuracy") for domain in ("source", "target"))
                self._readings.append(Reading(step, *accuracies, more=values))
                self.items.append(Item(seq, event))
            case Observed(_, "features"):  # for the projector; a browser has no use for it
                self._looks += 1
            case Observed(step, name, values, arrays):
                if name == "scene":  # the exam has at least so many target items
                    self.about = replace(self.about, items=int(arrays["domain"].sum()))
                if "judge" in values:
                    self._readings.append(_judged(step, values))
                said = verdict(self._readings, self.about).as_json() if name == "frame" else None
                self.items.append(Item(seq, event, said))

    def said(self) -> Verdict:
        """What can be said of the run as it stands."""
        row = self.row
        early = waiting(row.status, row.step, row.error, row.note)
        if early and (row.status not in ("queued", "starting") or not self._readings):
            return early
        return verdict(self._readings, self.about, self.ended)

    def _told_row(self) -> dict[str, Any]:
        row = self.row
        told = {"status": row.status, "want": row.want, "pace": row.pace, "step": row.step, "steps": row.steps}
        return told | {
            "seconds": row.seconds,
            "left": row.left,
            "device": row.device,
            "looks": self._looks,
            "note": row.note,
            "room": words.less_room(row),
        }


def _face(row: Run) -> tuple[Any, ...]:
    """What of a row is worth a packet of its own."""
    return (row.status, row.want, row.pace, row.step, row.steps, row.error, row.note, row.batch)


def _portion(items: list[Item], whole: bool) -> list[Item]:
    """As many items as fit into one packet; of a long past, frames and exhibits are thinned."""
    if whole:
        left_out = _too_many([item for item in items if item.verdict is not None], FRAMES)
        for looks in _exhibits(items).values():
            most = min(FRAMES, EXHIBITS * len(looks) // max(1, sum(map(_size, looks))))
            left_out |= _too_many(looks, max(FEWEST, most))
        items = [item for item in items if item.seq not in left_out]
    size = 0
    for k, item in enumerate(items):
        size += _size(item)
        if size > CHUNK:
            return items[: k + 1]
    return items


def _exhibits(items: Iterable[Item]) -> dict[str, list[Item]]:
    """The looks at each exhibit, by its title."""
    looks: dict[str, list[Item]] = {}
    for item in items:
        if isinstance(item.event, Observed) and item.event.name == "exhibit":
            looks.setdefault(item.event.values["title"], []).append(item)
    return looks


def _too_many(looks: Sequence[Item], most: int) -> set[int]:
    """What is left out so that at most `most` remain, evenly over the run; the first and the last always do."""
    if len(looks) <= most:
        return set()
    kept = {looks[k * (len(looks) - 1) // (most - 1)].seq for k in range(most)}
    return {look.seq for look in looks} - kept


def _size(item: Item) -> int:
    return 40 + sum(a.nbytes for a in item.event.arrays.values()) if isinstance(item.event, Observed) else 40


def _judged(step: int, values: Mapping[str, Any]) -> Reading:
    return Reading(step, None, None, values["judge"], values.get("judge_low"), values.get("judge_high"))
