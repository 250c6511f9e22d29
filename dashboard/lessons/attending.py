"""One learner in one lesson: what was predicted, which runs show it, and what they came to. Free of drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np

from dashboard import links
from dashboard.pacing import stretch
from tlcore.errors import UnknownKey
from tlcore.lessons import Lesson, Surprise, find
from tlcore.lessons.results import Result, result_of
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.rows import OVER, Run
from tlcore.runs.store import Store
from tlcore.training.events import Array

Stage = Literal["predict", "running", "broken", "reveal", "explained"]
STAGES = ("predict", "run", "reveal", "why", "try")  # as the card counts them
LENGTH = 10.0  # seconds to which the runs of a lesson are stretched, all together, so that they can be followed
KINDS = ("evaluated", "observed", "finished")  # events that a lesson reads


@dataclass
class Attending:
    """Mutable on purpose: one per session, like the visit that it belongs to."""

    lesson: Lesson
    seed: int = 0
    said: int | None = None
    runs: dict[str, int] = field(default_factory=dict)  # run numbers by take
    explained: bool = False
    surprise: Surprise | None = None
    shown: Result | None = None  # the result whose maps are drawn in the middle of the page

    @classmethod
    def arrive(cls, store: Store, link: Mapping[str, str]) -> Self:
        """The lesson that a link names; where it says what was predicted, with the runs that were started then.

        Raises `UnknownKey` for a lesson that there is not.
        """
        seed = link.get(links.SEED, "0")
        here = cls(find(link[links.LESSON]), int(seed) if seed.isdecimal() and len(seed) < 7 else 0)
        if (said := link.get(links.SAID, "")) in ("0", "1", "2"):
            known = _newest(store, here.lesson, here.seed)
            if known:
                here.said, here.runs = int(said), known
        return here

    def begin(self, store: Store, said: int) -> None:
        """Take the answer and start the runs, in their order. Raises `TransferError`."""
        specs = self.lesson.runs(self.seed)
        self.said, self.runs, self.surprise, self.explained = said, {}, None, False
        for name, spec in specs.items():
            run = store.submit(spec)
            stretch(store, run, LENGTH / len(specs))
            self.runs[name] = run.id

    def rows(self, store: Store) -> dict[str, Run]:
        """The runs as they stand; one that was deleted is missing."""
        found = {}
        for name, number in self.runs.items():
            try:
                found[name] = store.run(number)
            except UnknownKey:
                continue
        return found

    def drawing(self, store: Store, rows: Mapping[str, Run]) -> Chore | None:
        """The work that draws the maps, where the lesson has any; begun when the last run is finished."""
        if not self.lesson.maps or any(run.status != "finished" for run in rows.values()):
            return None
        wishes = {"store": str(store.path), "run": list(rows.values())[-1].id, "seeds": list(self.lesson.maps)}
        known = (each for each in chores.chores("maps") if each.order["wishes"] == wishes)
        return next((each for each in known if not each.over or each.status == "done"), None) or chores.start(
            "maps", **wishes
        )

    def maps_on_show(self, run: int | None) -> Result | None:
        """The result whose maps fill the middle of the page: until the learner puts another run on stage."""
        return self.shown if self.runs and run == list(self.runs.values())[-1] else None

    def stage(self, rows: Mapping[str, Run]) -> Stage:
        if self.said is None:
            return "predict"
        if len(rows) < len(self.lesson.takes) or any(
            run.status in OVER and run.status != "finished" for run in rows.values()
        ):
            return "broken"
        if any(run.status != "finished" for run in rows.values()):
            return "running"
        return "explained" if self.explained else "reveal"

    def on_stage(self, rows: Mapping[str, Run]) -> tuple[str, Run] | None:
        """The take to look at now: the first that is not over, or the last."""
        open_ones = [(name, run) for name, run in rows.items() if run.status not in OVER]
        return next(iter(open_ones or list(rows.items())[-1:]), None)

    def revealed(self, store: Store) -> Surprise:
        """What the runs came to, read once from their events."""
        if self.surprise is None:
            events = {name: store.events(number, kinds=KINDS) for name, number in self.runs.items()}
            results = {name: result_of(each.event for each in told) for name, told in events.items()}
            if (chore := self.drawing(store, self.rows(store))) is not None:
                last = list(results)[-1]
                results[last] = replace(results[last], maps=_layouts(chore))
                self.shown = results[last]
            self.surprise = self.lesson.surprise(results)
        return self.surprise

    def link(self) -> dict[str, str]:
        """What the address bar says in this lesson."""
        said = {links.LESSON: str(self.lesson.number)} | ({links.SEED: str(self.seed)} if self.seed else {})
        return said | ({links.SAID: str(self.said)} if self.said is not None else {})


def _layouts(chore: Chore) -> dict[int, Array]:
    return {int(seed): np.array(rows) for seed, rows in chore.result["maps"].items()}


def _newest(store: Store, lesson: Lesson, seed: int) -> dict[str, int]:
    """The newest runs of a lesson's specs by take; empty unless every take has one."""
    runs, found = store.runs(), {}
    for name, spec in lesson.runs(seed).items():
        number = next((run.id for run in runs if run.spec == spec), None)
        if number is None:
            return {}
        found[name] = number
    return found
