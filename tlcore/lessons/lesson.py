"""What a lesson is: words, the runs that it is made of, and the surprise that they hold. Loads no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from inspect import cleandoc

from tlcore.lessons.results import Results
from tlcore.runs.spec import RunSpec

COURSES = {
    "why": "Why transfer",
    "shift": "Shift",
    "judgement": "Judgement",
    "more": "Three more",
}


@dataclass(frozen=True)
class Surprise:
    """What a lesson's runs say, worked out from their numbers alone."""

    holds: bool  # whether the lesson's point was made; the suite asks that of five seeds
    answer: int  # which of the three answers these numbers make right: 0, 1 or 2
    sentence: str  # what it is, with the numbers, true whether it holds or not: "It is 0 %: …"
    numbers: Mapping[str, float]  # what the sentence stands on, by plain names; shares in [0, 1]


@dataclass(frozen=True)
class Try:
    """Something to do afterwards, one press away."""

    label: str  # on the button: "Turn it to 60°"
    spec: RunSpec
    hint: str = ""  # what to look for


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Texts are Markdown, in short sentences; what the runs come to is said by the surprise alone, with live numbers.
    """

    number: int
    key: str  # in file names and on the command line: "a-duel"
    title: str
    course: str  # a key of `COURSES`
    minutes: int  # in class, talking included
    teaser: str  # the one question on the card
    story: str  # what the learner sees and is about to do, in two to four sentences
    question: str  # to be answered before anything runs: "Target accuracy will …"
    answers: tuple[str, str, str]  # that go on from it; they leave no number out and do not overlap
    right: int  # which of them comes true
    takes: Mapping[str, RunSpec]  # the runs in order, by the name that the reveal calls them; the last stays on stage
    surprise: Callable[[Results], Surprise]  # pure: results of `takes` by name → what they say
    look: str  # where to look while it runs
    why: str  # the explanation, after the reveal
    tries: tuple[Try, ...]
    unlocked: tuple[str, ...]  # controls that open after the reveal, by their names in a link: "shift", "strength", "s"
    teacher: str  # notes: aim, timing, what classes say, questions to ask, pitfalls
    terms: tuple[str, ...] = ()  # of the glossary
    strategies: tuple[str, ...] = ()  # cards to read on, beside those of the takes
    maps: tuple[int, ...] = ()  # so many maps of the last take's features are drawn, each with its own seed
    seeds_apart: int = 1  # how many seeds one taking of the lesson uses up

    def __post_init__(self) -> None:
        for each in fields(self):
            if isinstance(value := getattr(self, each.name), str):
                object.__setattr__(self, each.name, cleandoc(value))  # texts stand indented in their files

    def runs(self, seed: int = 0) -> dict[str, RunSpec]:
        """The runs of one taking. Takings with other seeds share none of them."""
        return {
            name: replace(spec, seed=spec.seed + seed * self.seeds_apart).completed()
            for name, spec in self.takes.items()
        }
