"""The verdict: one sentence that says what the run's numbers mean, computed and never canned.

Plain arithmetic on accuracies in [0, 1] and on the judge's accuracy; knows neither torch nor the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.baselines import FORGET, Alone, beside
from dashboard.exams import clusters, episodes, on_target, oracle, unknown, zero_shot
from dashboard.readings import CLEAR, About, Reading, Said, judge_sentence, kept, percent, rise, standing
from tlcore.shift.words import judge_words

GAP_CLEAR = 0.05  # the same for the judge's accuracy
LEARNT = 0.9  # the source counts as learnt at this share of the way from guessing to its best


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


def verdict(readings: Sequence[Reading], about: About, ended: bool = False) -> Verdict:
    """What can be said after the last of `readings`; with `ended` it is said about one whole run."""
    told = [reading for reading in readings if reading.source is not None and reading.target is not None]
    judged = [reading for reading in readings if reading.judge is not None]
    start = _start(told, about)
    was = next((reading for reading in judged if start is not None and reading.step >= start.step), None)
    headline, detail, tone = _sentences(told, start, was, judged[-1] if judged else None, about, ended)
    if ended:
        stands = standing(told[-1] if told else None)
        detail = f"{stands}{kept(readings)}{detail}{'' if stands else ' (one run)'}".strip()
    if not judged:
        return Verdict(headline, detail, tone)
    now = judged[-1]
    words, level = judge_words(now.judge or 0.0, now.judge_low, now.judge_high)
    was = was or judged[0]
    return Verdict(headline, detail, tone, words, level, was.judge, was.step)


def waiting(status: str, step: int, error: str | None, note: str | None = None) -> Verdict | None:
    """What is said about a run that has no numbers yet, or that ended too soon; None otherwise."""
    if status == "queued":
        return Verdict("Waiting for the device.", "Another run is on it; this one starts by itself.", "wait")
    if status == "starting":
        return Verdict("Loading the data and the network.", note or "The first numbers come in a moment.", "wait")
    if status == "crashed":
        return Verdict("Training stopped unexpectedly.", f"Everything up to step {step:,} is kept.", "stop")
    if status == "failed":
        return Verdict("Training could not go on.", error or f"Everything up to step {step:,} is kept.", "stop")
    return None


def _start(told: Sequence[Reading], about: About) -> Reading | None:
    """The moment when the source was learnt: what the target was worth without any adaptation."""
    if not told:
        return None
    guess = about.guessing
    best = max(reading.source or 0.0 for reading in told)
    bar = min(best, guess + LEARNT * (best - guess))  # the best may lie below guessing
    return next(reading for reading in told if (reading.source or 0.0) >= bar)


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
        return episodes(told, about)
    if about.exam == "clusters":
        return clusters(told, about)
    if about.labels < 0:
        return oracle(told[-1], about)
    if not about.learns_source:
        return on_target(told, about, gap)
    now, guess = told[-1], about.guessing
    best = max(reading.source or 0.0 for reading in told)
    if best < guess + 0.5 * (1 - guess):
        detail = f"Target {percent(now.target or 0)}; guessing among {about.classes} classes gives {percent(guess)}."
        headline = "The source was hardly learnt" if ended else "Learning the source"
        return f"{headline}: {percent(now.source or 0)}{'' if ended else ' so far'}.", detail, "plain"
    if about.exam == "zero-shot":
        return zero_shot(now)
    shrank = (was.judge or 0.0) - (gap.judge or 0.0) if was and gap else 0.0
    if about.baseline is not None and not about.is_baseline:
        headline, detail, tone = beside(now, Alone(about.baseline, about.baseline_run), best, shrank, gap, about, ended)
    else:
        headline, detail, tone = _compared(now, start, best, shrank, gap, about)
    return (headline, unknown(now), tone) if about.exam == "open" else (headline, detail, tone)


def _compared(now: Reading, start: Reading, best: float, shrank: float, gap: Reading | None, about: About) -> Said:
    """What adaptation did where no run of the source alone is known: against the moment when the source was learnt."""
    source, target = now.source or 0.0, now.target or 0.0
    rose = target - (start.target or 0.0)
    if best - source > FORGET:
        return _forgets(best, source, start.target or 0.0, target, gap, about)
    if rose <= -CLEAR and shrank >= GAP_CLEAR:
        return (
            "Careful: the domains mix, but classes may be mixed up too.",
            f"Target accuracy fell from {percent(start.target or 0)} to {percent(target)}. {judge_sentence(gap)}",
            "careful",
        )
    if rose >= CLEAR:
        return _rose(start.target or 0.0, target, shrank, gap, about)
    return _no_change(source, target, rose, start, gap, about)


def _forgets(best: float, source: float, before: float, target: float, gap: Reading | None, about: About) -> Said:
    """Many strategies give the source up on purpose: what the target gained is said first, and the price with it."""
    if target - before >= CLEAR:
        price = f"On the source it fell from {percent(best)} to {percent(source)}."
        return rise(before, target, about), f"{price} {judge_sentence(gap)}".strip(), "rise"
    headline = f"The model is forgetting the source: {percent(best)} → {percent(source)}."
    return headline, f"Target accuracy is {percent(target)}. {judge_sentence(gap)}".strip(), "careful"


def _rose(before: float, target: float, shrank: float, gap: Reading | None, about: About) -> Said:
    headline = rise(before, target, about)
    if shrank >= GAP_CLEAR:
        return headline, f"The gap shrank with it. {judge_sentence(gap)}", "rise"
    return headline, judge_sentence(gap), "rise"


def _no_change(source: float, target: float, rose: float, start: Reading, gap: Reading | None, about: About) -> Said:
    detail = judge_sentence(gap)
    if source - target <= CLEAR:
        return f"The target is as good as the source: {percent(target)} and {percent(source)}.", detail, "rise"
    if rose <= -CLEAR:
        return f"Target accuracy fell from {percent(start.target or 0)} to {percent(target)}.", detail, "careful"
    halfway = (source + about.guessing) / 2
    lags = "the target lags behind" if target >= halfway else "the target is not"
    return f"The source is learnt ({percent(source)}), {lags} ({percent(target)}).", detail, "plain"
