"""Two runs of one seed on the same images: where does only one of them answer rightly?"""

from dataclasses import dataclass
from typing import cast

import numpy as np

from tlcore.paired import mcnemar
from tlcore.runs.store import Store
from tlcore.training.events import Array, Observed


@dataclass(frozen=True)
class Discordant:
    """Held-out target images that both runs answered at their end: graded with target labels."""

    ours_alone: int  # right in the first run only
    theirs_alone: int
    items: int  # that both were asked

    @property
    def p_value(self) -> float:
        """McNemar's, exact."""
        return mcnemar(self.ours_alone, self.theirs_alone)


def discordant(store: Store, ours: int, theirs: int) -> Discordant | None:
    """The two runs' answers side by side, from the last look inside each; None where they were asked other images.

    They were asked the same where their scenes are alike to the last byte: one pair of domains, one seed.
    """
    one, other = _answers(store, ours), _answers(store, theirs)
    if one is None or other is None or not _alike(one[0], other[0]):
        return None
    target = one[0]["domain"] == 1
    labels = one[0]["label"][target]
    first, second = (answers[target] == labels for answers in (one[1], other[1]))
    return Discordant(int((first & ~second).sum()), int((second & ~first).sum()), int(target.sum()))


def _answers(store: Store, run: int) -> tuple[dict[str, Array], Array] | None:
    """A run's scene, and its last answers (N,) to the items of that scene; None without either."""
    looks = [cast(Observed, each.event) for each in store.events(run, kinds=("observed",))]
    scene = next((dict(each.arrays) for each in looks if each.name == "scene"), None)
    frame = next((each for each in reversed(looks) if each.name == "frame"), None)
    if scene is None or frame is None or "predicted" not in frame.arrays:
        return None
    answers = frame.arrays["predicted"]
    return (scene, answers) if len(answers) == len(scene["label"]) else None


def _alike(one: dict[str, Array], other: dict[str, Array]) -> bool:
    names = [name for name in one if not name.startswith("few")]  # labels that were given away are no question
    return all(name in other and np.array_equal(one[name], other[name]) for name in names)
