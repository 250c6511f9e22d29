"""An alert: what it says, and what every kind of it means."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["info", "warn", "error"]


@dataclass(frozen=True)
class Remedy:
    """What can be done about it with one press: `act` is known to the page, `step` is where it leads, if anywhere."""

    act: Literal["gentler", "show", "resume", "log"]
    words: str
    step: int | None = None


@dataclass(frozen=True)
class Alert:
    """Something about a run that a person should look at; `sentence` says what it is and what to do."""

    level: Level
    key: str  # of `MEANINGS`
    step: int  # at which it began
    sentence: str
    until: int | None = None  # the step from which on it held no more; None: it still does
    lesson: str = ""  # the key of the lesson that explains it
    remedies: tuple[Remedy, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "title": MEANINGS[self.key][0]}

    @property
    def line(self) -> str:
        """For the command line: "WARN, steps 400 to 640: …"."""
        when = f"step {self.step:,}" if self.until is None else f"steps {self.step:,} to {self.until:,}"
        return f"{self.level.upper()}, {when}: {self.sentence}"


# Of every kind: its title, and exactly when it is raised. A warning about what is over is no more than a note.
MEANINGS: Mapping[str, tuple[str, str]] = {
    "not-a-number": (
        "Not a number",
        "A loss became infinite or not-a-number, and training ended there: the weights are lost from that step on. "
        "Nearly always the learning rate, or the weight of a loss, is too high.",
    ),
    "too-high": (
        "Loss too high",
        "Over twenty steps that were told, half of the classification losses lay above three times that of guessing, "
        "ln(number of classes). Who learns stays below guessing.",
    ),
    "spike": (
        "Spike",
        "One step's classification loss lay above that of guessing, ln(number of classes), and above ten times the "
        "largest of the twenty that were told before it in the same phase.",
    ),
    "plateau": (
        "Plateau",
        "Over a quarter of the run, and four evaluations at least, accuracy stayed within 2 points and the loss "
        "within 2 %, far from its best: 10 points below it, or not a tenth of the way from guessing to 100 %. "
        "Accuracy is the source's, or the target's where the source's labels are not used.",
    ),
    "forgetting": (
        "Forgetting",
        "Source accuracy lay more than 5 points below its best, in three evaluations in a row. The best is that of "
        "three evaluations in a row (their median), and at least six tenths of the way from guessing to 100 %. It is "
        "no more than a note where the target has gained 5 points since then, or lies so far above the source alone.",
    ),
    "judge-wins": (
        "The judge wins",
        "For 200 steps and a quarter of the run, a judge told the domains apart 100 % of the time (99.5 % and more), "
        "though the strategy is made to align them: the features have given up. Not said of a run whose target lies 5 "
        "points above the source alone.",
    ),
    "one-class": (
        "One class",
        "More than 90 % of the target's images got one and the same class as their answer, in three evaluations in a "
        "row after the first tenth of the run and after the first labels, though no class has 80 % of them.",
    ),
    "mixed-up": (
        "Mixed up",
        "Target accuracy lay 5 points or more below what it was when the source was learnt, and the judge's accuracy "
        "too: the domains mix, but not class by class. Medians of three evaluations, three times in a row; not said "
        "of a run whose target lies 5 points above the source alone.",
    ),
    "crashed": ("Crashed", "The process that trained it ended without a word: killed, or out of memory."),
    "failed": ("Failed", "It could not go on, for the reason that is said. What it told until then is kept."),
    "less-room": ("Less room", "Memory was full, so it went on with half of the batch, once, by itself."),
}
