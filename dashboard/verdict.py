"""The verdict: one sentence that says what the run's numbers mean, computed and never canned.

Plain arithmetic on accuracies in [0, 1] and on the judge's accuracy; knows neither torch nor the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    more: Mapping[str, float] = field(default_factory=dict)  # what an exam tells beside accuracy, by its own names


@dataclass(frozen=True)
class About:
    """What the numbers are of. `labels` is target labels per class, -1 for all of them: an oracle."""

    classes: int = 2
    labels: int = 0
    baseline: float | None = None  # target accuracy of source-only on the same data and seed
    items: int = 0  # held-out target images; 0 when not known
    is_baseline: bool = False
    learns_source: bool = True  # from labelled source images; else accuracy on the source says little
    exam: str = "classes"  # or "episodes", "zero-shot", "open", "clusters"
    guess: float | None = None  # accuracy of guessing; by the number of classes if not said

    @property
    def guessing(self) -> float:
        return 1 / self.classes if self.guess is None else self.guess


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
    headline, detail, tone = _sentences(told, start, was, judged[-1] if judged else None, about, ended)
    if ended:
        detail = f"{detail} (one run)".strip()
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
    guess = about.guessing
    best = max(reading.source or 0.0 for reading in told)
    bar = min(best, guess + LEARNT * (best - guess))  # the best may lie below guessing
    return next(reading for reading in told if (reading.source or 0.0) >= bar)


Said = tuple[str, str, str]  # headline, detail, tone


def _sentences(
    told: Sequence[Reading],
    start: Reading | None,
    was: Reading | None,
    gap: Reading | None,
    about: About,
    ended: bool,
) -> Said:
    if start is None:
        return "Nothing has been measured yet.", "", "wait"
    if about.exam == "episodes":
        return _episodes(told, about)
    if about.exam == "clusters":
        return _clusters(told, about)
    if about.labels < 0:
        return _oracle(told[-1], about)
    if not about.learns_source:
        return _on_target(told, about, gap)
    now, guess = told[-1], about.guessing
    best = max(reading.source or 0.0 for reading in told)
    if best < guess + 0.5 * (1 - guess):
        detail = f"Target {percent(now.target or 0)}; guessing among {about.classes} classes gives {percent(guess)}."
        headline = "The source was hardly learnt" if ended else "Learning the source"
        return f"{headline}: {percent(now.source or 0)}{'' if ended else ' so far'}.", detail, "plain"
    if about.exam == "zero-shot":
        return _zero_shot(now)
    shrank = (was.judge or 0.0) - (gap.judge or 0.0) if was and gap else 0.0
    headline, detail, tone = _compared(now, start, best, shrank, gap, about)
    return (headline, _unknown(now), tone) if about.exam == "open" else (headline, detail, tone)


def _compared(now: Reading, start: Reading, best: float, shrank: float, gap: Reading | None, about: About) -> Said:
    """What adaptation did: the target now, against the moment when the source was learnt."""
    source, target = now.source or 0.0, now.target or 0.0
    rose = target - (start.target or 0.0)
    if best - source > FORGET:
        return _forgets(best, source, start.target or 0.0, target, gap, about)
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


def _forgets(best: float, source: float, before: float, target: float, gap: Reading | None, about: About) -> Said:
    """Many strategies give the source up on purpose: what the target gained is said first, and the price with it."""
    if target - before >= CLEAR:
        price = f"On the source it fell from {percent(best)} to {percent(source)}."
        return _rise(before, target, about), f"{price} {_judge_sentence(gap)}".strip(), "rise"
    headline = f"The model is forgetting the source: {percent(best)} → {percent(source)}."
    return headline, f"Target accuracy is {percent(target)}. {_judge_sentence(gap)}".strip(), "careful"


def _oracle(now: Reading, about: About) -> Said:
    detail = "An oracle: it learns from all target labels, which nobody has in practice. No rival to the others."
    guess = about.guessing
    if (now.target or 0.0) < guess + 0.5 * (1 - guess):
        return f"Learning the target from all of its labels: {percent(now.target or 0)}.", detail, "plain"
    return f"The ceiling: {percent(now.target or 0)} on the target, with all of its labels.", detail, "plain"


def _on_target(told: Sequence[Reading], about: About, gap: Reading | None) -> Said:
    """For who learns without source labels: only the target counts, against guessing."""
    now, guess = told[-1].target or 0.0, about.guessing
    detail = f"The source's labels were not used. Guessing gives {percent(guess)}. {_judge_sentence(gap)}".strip()
    first = told[0].target or 0.0
    if now - max(first, guess) >= CLEAR:
        return _rise(first, now, about), detail, "rise"
    return f"The target is at {percent(now)} {_labels(about)}.", detail, "plain"


def _episodes(told: Sequence[Reading], about: About) -> Said:
    now, guess = told[-1], about.guessing
    interval = now.more.get("target_interval")
    chance = f" ± {100 * interval:.1f} points" if interval is not None else ""
    if (now.target or 0.0) - guess < CLEAR:
        return f"New classes: {percent(now.target or 0)}{chance}, no better than guessing.", _of_known(now), "plain"
    rose = (now.target or 0.0) - (told[0].target or 0.0) >= CLEAR
    headline = f"New classes: {percent(now.target or 0)}{chance} from one example each (guessing: {percent(guess)})."
    return headline, f"{_from(told[0].target) if rose else ''}{_of_known(now)}", "rise" if rose else "plain"


def _from(first: float | None) -> str:
    return f"It was {percent(first or 0)} before training. "


def _of_known(now: Reading) -> str:
    return f"New images of the classes that it trained on: {percent(now.source or 0)}."


def _clusters(told: Sequence[Reading], about: About) -> Said:
    now, first = told[-1], told[0]
    nmi = now.more.get("target_nmi")
    says = f"They tell {percent(nmi)} of what there is to know about the class (NMI). " if nmi is not None else ""
    detail = f"{says}Names were given by the answers, for grading alone."
    rose = (now.target or 0.0) - (first.target or 0.0) >= CLEAR
    was = f", {percent(first.target or 0)} before training" if rose else ""
    headline = f"Clusters fit the target's classes for {percent(now.target or 0)} of the images{was}."
    return headline, detail, "rise" if rose else "plain"


def _zero_shot(now: Reading) -> Said:
    seen, unseen, mean = (now.more.get(name) for name in ("seen_accuracy", "unseen_accuracy", "harmonic_mean"))
    if seen is None or unseen is None or mean is None:
        return f"Target accuracy is {percent(now.target or 0)}.", "", "plain"
    if unseen < CLEAR:
        headline = f"It never names a class that it was not shown (unseen: {percent(unseen)})."
        return headline, f"Classes that it was shown: {percent(seen)}.", "careful"
    headline = f"Classes never shown: {percent(unseen)} right, by their description alone."
    return headline, f"Classes that were shown: {percent(seen)}. Harmonic mean of the two: {percent(mean)}.", "rise"


def _unknown(now: Reading) -> str:
    auroc = now.more.get("unknown_auroc")
    if auroc is None:
        return "Accuracy is on the classes that both domains know."
    return (
        f"On the classes that both domains know. An image of an unknown class is answered less surely than a known "
        f"one {percent(auroc)} of the time (50 % = not noticed)."
    )


def _rise(before: float, target: float, about: About) -> str:
    return f"Target accuracy rose from {percent(before)} to {percent(target)} {_labels(about)}."


def _rose(before: float, target: float, shrank: float, gap: Reading | None, about: About) -> Said:
    headline = _rise(before, target, about)
    if shrank >= GAP_CLEAR:
        return headline, f"The gap shrank with it. {_judge_sentence(gap)}", "rise"
    return headline, _judge_sentence(gap), "rise"


def _no_change(source: float, target: float, rose: float, start: Reading, gap: Reading | None, about: About) -> Said:
    detail = _judge_sentence(gap)
    if source - target <= CLEAR:
        return f"The target is as good as the source: {percent(target)} and {percent(source)}.", detail, "rise"
    if rose <= -CLEAR:
        return f"Target accuracy fell from {percent(start.target or 0)} to {percent(target)}.", detail, "careful"
    halfway = (source + about.guessing) / 2
    lags = "the target lags behind" if target >= halfway else "the target is not"
    return f"The source is learnt ({percent(source)}), {lags} ({percent(target)}).", detail, "plain"


def _hurt(target: float, about: About) -> str:
    """A sentence when the run is clearly below source-only: the two 95 % intervals are apart."""
    if about.baseline is None or about.is_baseline or not about.items:
        return ""
    width = 1.96 * sqrt(0.25 / about.items) * 2  # both at their widest
    below = about.baseline - target
    return f"This strategy hurts here: {points(below)} below doing nothing." if below > width else ""


def _labels(about: About) -> str:
    if about.labels == 0:
        return "without one target label"
    return f"with {about.labels} target label{'s' if about.labels > 1 else ''} per class"


def _judge_sentence(gap: Reading | None) -> str:
    if gap is None or gap.judge is None:
        return ""
    if gap.judge <= 0.55:
        return f"A judge can no longer tell the domains apart ({percent(gap.judge)}; 50 % = guessing)."
    return f"A judge tells the domains apart {percent(gap.judge)} of the time (50 % = cannot)."
