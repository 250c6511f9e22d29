"""The numbers of one moment, what they are of, and how they are said: shared by all verdicts.

Plain arithmetic on accuracies in [0, 1] and on the judge's accuracy; knows neither torch nor the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from tlcore.intervals import wilson
from tlcore.picking import STEP
from tlcore.runs.spec import ALL_LABELS

CLEAR = 0.03  # a change of accuracy smaller than this is not called a change

Said = tuple[str, str, str]
"""Headline, detail, tone: plain | rise | careful | wait | stop, an icon and never "good" or "bad"."""


@dataclass(frozen=True)
class Reading:
    """The numbers of one moment; what has not been measured is None."""

    step: int
    source: float | None = None
    target: float | None = None
    judge: float | None = None
    judge_low: float | None = None
    judge_high: float | None = None
    more: Mapping[str, float] = field(default_factory=dict)  # what an exam tells beside accuracy, by its own names


@dataclass(frozen=True)
class About:
    """What the numbers are of. `labels` is target labels per class, -1 for all of them: an oracle."""

    classes: int = 2
    labels: int = 0
    baseline: float | None = None  # target accuracy of source-only on the same data, backbone and seed
    baseline_run: int | None = None  # which run that is of
    items: int = 0  # held-out target images; 0 when not known
    is_baseline: bool = False
    learns_source: bool = True  # from labelled source images; else accuracy on the source says little
    exam: str = "classes"  # or "episodes", "zero-shot", "open", "clusters"
    guess: float | None = None  # accuracy of guessing; by the number of classes if not said

    @property
    def guessing(self) -> float:
        return 1 / self.classes if self.guess is None else self.guess


def percent(share: float) -> str:
    return f"{floor(100 * share + 0.5)} %"  # halves go up, as in the browser


def points(difference: float) -> str:
    count = round(abs(100 * difference))
    return f"{count} point" if count == 1 else f"{count} points"


def rise(before: float, target: float, about: About) -> str:
    return f"Target accuracy rose from {percent(before)} to {percent(target)} {labels_told(about)}."


def labels_told(about: About) -> str:
    if about.labels == 0:
        return "without one target label"
    if about.labels >= ALL_LABELS:
        return "with every target label"
    return f"with {about.labels} target label{'s' if about.labels > 1 else ''} per class"


def standing(now: Reading | None) -> str:
    """What the target's accuracy stands on: its interval, of how many images, from where; empty if nobody told."""
    items = now.more.get("target_items") if now is not None else None
    if now is None or now.target is None or not items:
        return ""
    sure = wilson(now.target, int(items))
    low, high = percent(sure.low).removesuffix(" %"), percent(sure.high)
    return f"Target ⚑ {low}–{high} (95 % interval, n = {sure.n} held-out test images, one run). "


def kept(readings: Sequence[Reading]) -> str:
    """What a validator picked, and how good that is; empty where nothing was kept."""
    told = readings[-1].more if readings else {}
    step, target = told.get(STEP), told.get("kept_target_accuracy")
    if step is None or target is None:
        return ""
    if step == readings[-1].step:
        return "Kept: the last step. "
    return f"Kept: step {step:,.0f}, {percent(target)}. "


def judge_sentence(gap: Reading | None) -> str:
    if gap is None or gap.judge is None:
        return ""
    if gap.judge <= 0.55:
        return f"A judge can no longer tell the domains apart ({percent(gap.judge)}; 50 % = guessing)."
    return f"A judge tells the domains apart {percent(gap.judge)} of the time (50 % = cannot)."
