"""The verdict: one sentence that says what the run's numbers mean, computed and never canned.

Plain arithmetic on accuracies in [0, 1] and on the judge's accuracy; knows neither torch nor the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import floor, sqrt
from typing import Any

CLEAR = 0.03  # a change of accuracy smaller than this is not called a change
GAP_CLEAR = 0.05  # the same for the judge's accuracy
FORGET = 0.05
LEARNT = 0.9  # the source counts as learnt at this share of the way from guessing to its best


@dataclass(frozen=True)
class Reading:
    """The numbers of one moment; what has not been measured is None."""

    step: int
    source: float | None = None
    target: float | None = None
    judge: float | None = None
    judge_low: float | None = None
    judge_high: float | None = None


@dataclass(frozen=True)
class About:
    """What the numbers are of. `labels` is target labels per class, -1 for all of them."""

    classes: int = 2
    labels: int = 0
    baseline: float | None = None  # target accuracy of source-only on the same data and seed
    exam: int = 0  # held-out target images; 0 when not known
    is_baseline: bool = False


@dataclass(frozen=True)
class Verdict:
    headline: str
    detail: str = ""
    tone: str = "plain"  # plain | rise | careful | wait | stop: an icon, never "good" or "bad"
    gap_words: str = ""
    gap_level: str = ""  # same | partly | clear | apart | unsure
    gap_was: float | None = None
    gap_was_step: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def judge_words(judge: float, low: float | None = None, high: float | None = None) -> tuple[str, str]:
    """What a judge's accuracy means, and the level's name."""
    if low is not None and high is not None and high - low > 0.15:
        return "Too few samples to say.", "unsure"
    if judge <= 0.55:
        return "The two domains look the same to the judge.", "same"
    if judge <= 0.70:
        return "Partly mixed.", "partly"
    return ("Clearly different.", "clear") if judge <= 0.90 else ("Worlds apart.", "apart")


def verdict(readings: Sequence[Reading], about: About, ended: bool = False) -> Verdict:
    """What can be said after the last of `readings`; with `ended` it is said about one whole run."""
    told = [reading for reading in readings if reading.source is not None and reading.target is not None]
    judged = [reading for reading in readings if reading.judge is not None]
    start = _start(told, about)
    was = next((reading for reading in judged if start is not None and reading.step >= start.step), None)
    headline, detail, tone = _sentences(told, start, was, judged[-1] if judged else None, about)
    if ended:
        detail = f"{detail} (one run)"
    if not judged:
        return Verdict(headline, detail, tone)
    now = judged[-1]
    words, level = judge_words(now.judge or 0.0, now.judge_low, now.judge_high)
    was = was or judged[0]
    return Verdict(headline, detail, tone, words, level, was.judge, was.step)


def waiting(status: str, step: int, error: str | None) -> Verdict | None:
    """What is said about a run that has no numbers yet, or that ended too soon; None otherwise."""
    if status == "queued":
        return Verdict("Waiting for the device.", "Another run is on it; this one starts by itself.", "wait")
    if status == "starting":
        return Verdict("Loading the data and the network.", "The first numbers come in a moment.", "wait")
    if status == "crashed":
        return Verdict("Training stopped unexpectedly.", f"Everything up to step {step:,} is kept.", "stop")
    if status == "failed":
        return Verdict("Training could not go on.", error or f"Everything up to step {step:,} is kept.", "stop")
    return None


def percent(share: float) -> str:
    return f"{floor(100 * share + 0.5)} %"  # halves go up, as in the browser


def points(difference: float) -> str:
    count = round(abs(100 * difference))
    return f"{count} point" if count == 1 else f"{count} points"


def _start(told: Sequence[Reading], about: About) -> Reading | None:
    """The moment when the source was learnt: what the target was worth without any adaptation."""
    if not told:
        return None
    guess = 1 / about.classes
    best = max(reading.source or 0.0 for reading in told)
    bar = min(best, guess + LEARNT * (best - guess))  # the best may lie below guessing
    return next(reading for reading in told if (reading.source or 0.0) >= bar)


def _sentences(
    told: Sequence[Reading], start: Reading | None, was: Reading | None, gap: Reading | None, about: About
) -> tuple[str, str, str]:
    if start is None:
        return "Nothing has been measured yet.", "", "wait"
    now, guess = told[-1], 1 / about.classes
    source, target = now.source or 0.0, now.target or 0.0
    best = max(reading.source or 0.0 for reading in told)
    rose = target - (start.target or 0.0)
    shrank = (was.judge or 0.0) - (gap.judge or 0.0) if was and gap else 0.0
    if best < guess + 0.5 * (1 - guess):
        detail = f"Target {percent(target)}; guessing among {about.classes} classes gives {percent(guess)}."
        return f"Learning the source: {percent(source)} so far.", detail, "plain"
    if best - source > FORGET:
        return (
            f"The model is forgetting the source: {percent(best)} → {percent(source)}.",
            f"Target accuracy is {percent(target)}. {_judge_sentence(gap)}".strip(),
            "careful",
        )
    hurt = _hurt(target, about)
    if hurt:
        return hurt, _judge_sentence(gap), "careful"
    if rose <= -CLEAR and shrank >= GAP_CLEAR:
        return (
            "Careful: the domains mix, but classes may be mixed up too.",
            f"Target accuracy fell from {percent(start.target or 0)} to {percent(target)}. {_judge_sentence(gap)}",
            "careful",
        )
    if rose >= CLEAR:
        return _rose(start.target or 0.0, target, shrank, gap, about)
    return _no_change(source, target, rose, start, gap, about)


def _rose(before: float, target: float, shrank: float, gap: Reading | None, about: About) -> tuple[str, str, str]:
    headline = f"Target accuracy rose from {percent(before)} to {percent(target)} {_labels(about)}."
    if shrank >= GAP_CLEAR:
        return headline, f"The gap shrank with it. {_judge_sentence(gap)}", "rise"
    return headline, _judge_sentence(gap), "rise"


def _no_change(
    source: float, target: float, rose: float, start: Reading, gap: Reading | None, about: About
) -> tuple[str, str, str]:
    detail = _judge_sentence(gap)
    if source - target <= CLEAR:
        return f"The target is as good as the source: {percent(target)} and {percent(source)}.", detail, "rise"
    if rose <= -CLEAR:
        return f"Target accuracy fell from {percent(start.target or 0)} to {percent(target)}.", detail, "careful"
    halfway = (source + 1 / about.classes) / 2
    lags = "the target lags behind" if target >= halfway else "the target is not"
    return f"The source is learnt ({percent(source)}), {lags} ({percent(target)}).", detail, "plain"


def _hurt(target: float, about: About) -> str:
    """A sentence when the run is clearly below source-only: the two 95 % intervals are apart."""
    if about.baseline is None or about.is_baseline or not about.exam:
        return ""
    width = 1.96 * sqrt(0.25 / about.exam) * 2  # both at their widest
    below = about.baseline - target
    return f"This strategy hurts here: {points(below)} below doing nothing." if below > width else ""


def _labels(about: About) -> str:
    if about.labels < 0:
        return "with all target labels"
    if about.labels == 0:
        return "without one target label"
    return f"with {about.labels} target label{'s' if about.labels > 1 else ''} per class"


def _judge_sentence(gap: Reading | None) -> str:
    if gap is None or gap.judge is None:
        return ""
    if gap.judge <= 0.55:
        return f"A judge can no longer tell the domains apart ({percent(gap.judge)}; 50 % = guessing)."
    return f"A judge tells the domains apart {percent(gap.judge)} of the time (50 % = cannot)."
