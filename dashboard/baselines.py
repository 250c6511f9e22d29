"""The verdict where it is known what doing nothing gives: source-only on the same data, backbone and seed."""

from typing import NamedTuple

from dashboard.readings import CLEAR, About, Reading, Said, judge_sentence, labels_told, percent, points
from tlcore.intervals import wilson

FORGET = 0.05  # of the source's accuracy
FEW = 300  # held-out images that an accuracy is taken to be of where nobody told


class Alone(NamedTuple):
    """Target accuracy of the source alone, and which run that is of, where it is known."""

    target: float
    run: int | None = None

    @property
    def name(self) -> str:
        return "source-only" if self.run is None else f"source-only, run {self.run}"


def beside(
    now: Reading, alone: Alone, best: float, shrank: float, gap: Reading | None, about: About, ended: bool
) -> Said:
    """What adaptation did: the target now beside the end of a run that only learnt the source.

    It is a rise or a fall where the two 95 % intervals are apart. Both runs are asked about the same images, so the
    intervals are wider than they need be: what is told is certain, and what is not may still be there.
    """
    source, target = now.source or 0.0, now.target or 0.0
    clear = _apart(target, alone.target, int(now.more.get("target_items") or about.items or FEW))
    by, against = points(target - alone.target), f"({percent(target)} against {percent(alone.target)})"
    price = f"On the source it fell from {percent(best)} to {percent(source)}. " if best - source > FORGET else ""
    if clear and target > alone.target:
        told = f"{price}{'The gap shrank with it. ' if shrank >= FORGET else ''}{judge_sentence(gap)}".strip()
        return f"{by} above {alone.name}, {labels_told(about)} {against}.", told, "rise"
    if clear and not ended:
        return f"Still {by} below {alone.name} {against}.", f"{price}{judge_sentence(gap)}".strip(), "plain"
    if clear:
        mixed = "The domains mix, but classes may be mixed up too. " if shrank >= FORGET else ""
        told = f"{mixed}{price}{judge_sentence(gap)}".strip()
        return f"This strategy hurts here: {by} below {alone.name} {against}.", told, "careful"
    if price:
        headline = f"The model is forgetting the source: {percent(best)} → {percent(source)}."
        return headline, f"No clear difference from {alone.name} {against}. {judge_sentence(gap)}".strip(), "careful"
    if source - target <= CLEAR:
        same = f"The target is as good as the source: {percent(target)} and {percent(source)}."
        return same, f"No clear difference from {alone.name} {against}. {judge_sentence(gap)}".strip(), "rise"
    return f"No clear difference from {alone.name} {against}.", judge_sentence(gap), "plain"


def _apart(one: float, other: float, items: int) -> bool:
    """Whether two accuracies differ by more than a little, and their 95 % Wilson intervals do not meet."""
    low, high = sorted((one, other))
    return high - low >= CLEAR and wilson(low, items).high < wilson(high, items).low
