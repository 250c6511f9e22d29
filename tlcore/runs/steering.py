"""What happens between two steps of a run: telling, saving, and doing what is wanted of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from tlcore.errors import TransferError
from tlcore.library.waiting import Heard, unheard
from tlcore.runs.checkpoints import About
from tlcore.runs.encoding import Logged, StoredKind
from tlcore.runs.hold import Hold, Lost
from tlcore.runs.rows import Run, Status
from tlcore.training.events import Evaluated, Event, Finished, Rested
from tlcore.training.loop import Rhythm

_TELL = 0.1  # seconds between two writings of events, at least
_LOOK = 0.05  # seconds between two looks at what is wanted, at least
_SAVE_SHARE = 0.05  # of the time may go into checkpoints, however large the network


def unwatched(step: int, metrics: Mapping[str, float]) -> None:
    return None


@dataclass
class Control:
    """What reaches a run from within its own process, and what comes back."""

    leave: Status | None = None  # set by a signal: come to rest, save, and end with this status
    makes_room: bool = True  # a paused run is let go when another one waits for the device
    watch: Callable[[int, Mapping[str, float]], None] = unwatched  # told the step and the latest numbers
    hear: Heard = unheard  # told what takes its time before the first step
    save_every: float = 10.0  # seconds
    failure: TransferError | None = None


class Leave(Exception):
    """The run is to end here, for now, with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class Steering:
    """Reads the events of one run's loop; between two steps it may save, pause, slow down or raise `Leave`.

    `save(seq, step, seconds)` writes a checkpoint. `start` is the one that the run goes on from:
    events that were told after it are told again.
    """

    def __init__(
        self,
        hold: Hold,
        control: Control,
        rhythm: Rhythm,
        save: Callable[[int, int, float], None],
        start: About | None = None,
    ) -> None:
        self._hold, self._control, self._rhythm, self._save = hold, control, rhythm, save
        self._step, self._seq, seconds = (start.step, start.seq, start.seconds) if start else (0, 0, 0.0)
        self._rewound = False
        self._began = monotonic() - seconds
        self._events: list[StoredKind] = []
        self._metrics: Mapping[str, float] = {}
        self._told, self._looked, self._moved = -_TELL, -_LOOK, monotonic()
        self._saved_step, self._save_next = self._step, monotonic() + control.save_every
        self._spent = self._shown = -1  # the last step that was taken from the budget, and that was looked at to pause
        self._heed(hold.look())

    @property
    def seconds(self) -> float:
        """Time spent on this run, pauses not counted."""
        return monotonic() - self._began

    def remark(self, text: str) -> None:
        self._events.append(Logged(self._step, text))

    def hear(self, event: Event) -> None:
        """One event of the loop. Raises `Leave` or `Lost` between two steps."""
        self._step = event.step
        if isinstance(event, Rested):
            self._rest()
            return
        self._events.append(event)
        if isinstance(event, Evaluated | Finished):
            self._metrics = event.values
        if isinstance(event, Finished):
            self._saved_step = -1  # one saved at this step before lacks the end, and what follows the last yield
        if monotonic() - self._told >= _TELL:
            self.tell()

    def tell(self) -> None:
        """Write what has happened."""
        after = None if self._rewound else self._seq
        self._seq = self._hold.record(
            self._events, step=self._step, seconds=self.seconds, metrics=self._metrics or None, after=after
        )
        self._rewound = True
        self._events.clear()
        self._told = monotonic()
        self._control.watch(self._step, self._metrics)

    def save(self) -> None:
        """Write what has happened, and a checkpoint that goes on from exactly here."""
        self.tell()
        if self._step == self._saved_step:
            return
        began = monotonic()
        self._save(self._seq, self._step, self.seconds)
        ended = monotonic()
        self._saved_step = self._step
        self._save_next = ended + max(self._control.save_every, (ended - began) / _SAVE_SHARE)

    def _rest(self) -> None:
        if self._control.leave is not None:
            raise Leave(self._control.leave)
        now = monotonic()
        if now - self._told >= _TELL:
            self.tell()
        if self._budgeted and self._step != self._spent:
            self._hold.spend(1)
            self._spent = self._step
        if self._budgeted or now - self._looked >= _LOOK:
            self._obey(self._hold.look())
        if monotonic() >= self._save_next:
            self.save()
        self._keep_pace()

    def _obey(self, run: Run) -> None:
        self._heed(run)
        if run.want == "stop":
            raise Leave("stopped")
        if run.want == "pause" or run.budget == 0:
            if self._shown != self._step:
                # What stands still on the page should be this very step: come back when it was looked at.
                self._shown, self._rhythm.look_now, self._looked = self._step, True, -_LOOK
                return
            self.save()
            if self._hold.pause():
                paused = monotonic()
                self._heed(self._until_wanted())
                self._began += monotonic() - paused
                self._moved = monotonic()

    def _heed(self, run: Run) -> None:
        self._looked = monotonic()
        self._budgeted, self._pace = run.budget is not None, run.pace
        self._rhythm.eager = self._budgeted or self._pace is not None

    def _until_wanted(self) -> Run:
        """Wait in memory until the run is wanted again; its checkpoint is on disk."""
        while True:
            run = self._hold.look()
            if run.want == "stop" or self._control.leave == "stopped":
                raise Leave("stopped")
            if run.want == "run" and self._hold.go_on():
                return run
            told_to_go = self._control.leave is not None
            crowded = self._control.makes_room and self._hold.store.waiting(run.device)
            if (told_to_go or crowded) and self._hold.let_go(only_if_others_wait=not told_to_go):
                raise Lost
            time.sleep(_LOOK)

    def _keep_pace(self) -> None:
        """Wait until the next step is due, in short naps, so that a wish is not kept waiting."""
        while self._pace and (rest := self._moved + 1 / self._pace - monotonic()) > 0:
            nap = min(rest, _LOOK)
            time.sleep(nap)
            self._rhythm.waited += nap
            if self._control.leave is not None:
                raise Leave(self._control.leave)
            if monotonic() - self._looked >= _LOOK:
                self._obey(self._hold.look())
        self._moved = monotonic()
