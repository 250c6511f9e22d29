"""What one open page has on its table: the experiment that is chosen, and the run that is on stage.

Lives in the session's state, so that leaving the page and coming back changes nothing. Free of drawing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from dashboard import hiding, links, words
from dashboard.choices import quick
from dashboard.lessons.attending import Attending
from dashboard.pacing import stretch
from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

SETTLED = 0.45  # seconds without a further change, after which a quick experiment starts by itself
ECHO = 3.0  # seconds for which a browser may still send a link that we have replaced
FIRST_LENGTH = 12.0  # seconds that the very first run is stretched to, so that it can be followed


@dataclass
class Visit:
    """Mutable on purpose: one per session, and every script run picks it up where the last one left it."""

    spec: RunSpec
    run: int | None = None
    ghost: int | None = None
    pinned: bool = False  # the ghost stays, whatever runs come
    on_stage: bool = True  # the run is one of this experiment, and not of one that was chosen before
    due: float | None = None  # when a changed experiment starts by itself
    link: Mapping[str, str] = field(default_factory=dict)  # what we put into the address bar last
    replaced: list[tuple[float, Mapping[str, str]]] = field(default_factory=list)  # … before that, and until when
    welcome: bool = False  # nobody has touched anything yet, in this store
    notices: list[str] = field(default_factory=list)
    started: set[int] = field(default_factory=set)  # by this session; only those it may stop unasked
    restarted: int | None = None  # the last run that the stage started by itself
    attending: Attending | None = None  # the lesson that the page is in
    hidden: frozenset[str] = frozenset()  # controls that the link leaves out
    addressed: bool = False  # the address bar has been told at least once

    @classmethod
    def arrive(cls, store: Store, link: Mapping[str, str]) -> Self:
        """Whatever the link says; without one the last experiment, and for the first of all a fresh one."""
        if links.LESSON in link:
            return cls._attend(store, link)
        if link:
            named = _named(store, link)
            spec, ignored = links.read(link) if named is None else (adopted(named.spec), [])
            visit = cls(spec, link=dict(link), notices=[words.ignored(ignored)] if ignored else [])
            visit.hidden = hiding.hidden_in(link.get(links.HIDE, ""))
            found = named or _like(store, spec)
            if found is not None:
                visit.run = found.id
            elif visit.quick:
                visit.begin(store)
            return visit
        last = next((run for run in store.runs() if _readable(run)), None)
        if last is not None:
            return cls(adopted(last.spec), run=last.id)
        visit = cls(links.FIRST)
        visit.begin(store, FIRST_LENGTH)
        visit.welcome = True
        return visit

    @classmethod
    def _attend(cls, store: Store, link: Mapping[str, str]) -> Self:
        """In the lesson that the link names; where there is none of that number, in what else it says."""
        try:
            attending = Attending.arrive(store, link)
        except UnknownKey as error:
            visit = cls.arrive(store, {name: text for name, text in link.items() if name != links.LESSON})
            visit.notices.append(str(error))
            return visit
        spec = list(attending.lesson.runs(attending.seed).values())[-1]
        hidden = hiding.hidden_in(link.get(links.HIDE, ""))
        return cls(adopted(spec), link=dict(link), attending=attending, hidden=hidden)

    @property
    def free(self) -> bool:
        """Whether there is something to choose: in a lesson only after its end."""
        return self.attending is None or self.attending.explained

    def shows(self) -> hiding.Shows:
        """The controls that are on the page: what is not hidden, and in a lesson what it unlocks."""
        if self.attending is None:
            return hiding.all_but(self.hidden)
        return hiding.only(set(self.attending.lesson.unlocked) - self.hidden)

    @property
    def quick(self) -> bool:
        """Whether this experiment takes seconds on any machine, so that a change starts it without a press."""
        return quick(self.spec)

    def choose(self, store: Store, spec: RunSpec) -> None:
        """The controls say this experiment now."""
        if spec == self.spec:
            self.spec = spec  # it may have another name
            return
        self.spec, self.welcome = spec, False
        shown = _found(store, self.run)
        self.on_stage = shown is not None and _readable(shown) and links.same(shown.spec, spec)
        self.due = time.monotonic() + SETTLED if self.quick and not self.on_stage else None

    def ready(self) -> bool:
        """Whether a changed experiment has rested long enough to start."""
        return self.due is not None and time.monotonic() >= self.due

    def begin(self, store: Store, seconds: float | None = None) -> Run:
        """Start the chosen experiment; what ran before becomes its ghost. Raises `TransferError`."""
        run = store.submit(self.spec)
        self.welcome = False
        if self.quick:
            stretch(store, run, seconds)
        self._leave(store)
        _hurry(store, run)
        self.show(store, run)
        self.started.add(run.id)
        return run

    def show(self, store: Store, run: Run) -> None:
        """Put a run on stage, and its experiment into the controls."""
        before = _found(store, self.run)
        if before is not None and before.id != run.id and before.step and not self.pinned:
            self.ghost = before.id
        behind = _found(store, self.ghost)
        if behind is None or behind.spec.scenario != run.spec.scenario:  # its picture would be of other data
            self.ghost, self.pinned = None, False
        self.run, self.spec, self.due, self.on_stage = run.id, adopted(run.spec), None, True

    def put_on_stage(self, run: Run, ghost: int | None) -> None:
        """Show a run of a lesson, with another one of it behind."""
        self.run, self.ghost, self.pinned, self.on_stage = run.id, ghost, False, True

    def put(self, link: Mapping[str, str]) -> None:
        """The address bar says this from now on."""
        now = time.monotonic()
        self.replaced = [(until, old) for until, old in self.replaced if now - until < ECHO] + [(now, self.link)]
        self.link = dict(link)

    def is_news(self, link: Mapping[str, str]) -> bool:
        """Whether somebody opened another link, or went back to one.

        A control that was moved before the browser got our last link still comes with the one before.
        """
        now = time.monotonic()
        echo = any(link == old for until, old in self.replaced if now - until < ECHO)
        return bool(link) and link != self.link and not echo

    def pin(self) -> None:
        """Keep the run on stage as the ghost of all that follow; a second time: let it go."""
        self.pinned = not self.pinned
        if self.pinned:
            self.ghost = self.run

    def behind(self) -> int | None:
        """The ghost to draw: none behind itself."""
        return None if self.ghost == self.run else self.ghost

    def _leave(self, store: Store) -> None:
        """A quick run of ours that is overtaken by the next one would only keep it waiting."""
        before = _found(store, self.run) if self.run in self.started else None
        if before is None or before.status in OVER or not quick(before.spec):
            return
        if before.status == "queued" and before.step == 0:
            store.delete(before.id)  # it never began, so there is nothing to keep
        else:
            store.ask(before.id, want="stop")


def _hurry(store: Store, waiting: Run) -> None:
    """Quick runs that somebody watches stretched end at full speed when another one waits for the device."""
    for run in store.runs():
        if run.id != waiting.id and run.pace is not None and run.device == waiting.device and run.status not in OVER:
            store.ask(run.id, pace=None)


def adopted(spec: RunSpec) -> RunSpec:
    """A stored run's spec as the controls can show it: without a device that this machine lacks."""
    try:
        return links.normal(spec)
    except RequestError:
        return links.normal(replace(spec, device="auto"))


def _named(store: Store, link: Mapping[str, str]) -> Run | None:
    """The run that the link names, unless another machine's link names another run by the same number."""
    number = link.get(links.RUN, "")
    run = _found(store, int(number)) if number.isdecimal() and len(number) < 10 else None
    if run is None or not _readable(run):
        return None
    told = {name: text for name, text in link.items() if name not in (links.RUN, links.NAME)}
    return run if not told or told == links.write(replace(run.spec, name="")) else None


def _like(store: Store, spec: RunSpec) -> Run | None:
    """The newest run of the same experiment that has something to show."""
    fit = (run for run in store.runs() if run.status not in ("failed", "crashed") and _readable(run))
    fit = (run for run in fit if run.step or run.status not in OVER)  # one that was stopped before it began is empty
    return next((run for run in fit if links.same(run.spec, spec)), None)


def _found(store: Store, run: int | None) -> Run | None:
    try:
        return None if run is None else store.run(run)
    except UnknownKey:
        return None


def _readable(run: Run) -> bool:
    """Whether this version of the program can show what the run was made of."""
    try:
        adopted(run.spec)
    except RequestError:
        return False
    return True
