"""What the lines of a strategy's flow say: its stages, what leads where, and what each of them is.

A line reads "source + target > backbone* > head": what a step feeds into what; * is frozen. Stages of one
name are one stage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

LETTERS = 13  # in one line of a stage's name
BY_LABELS = ("cross-entropy", "prototype", "nearest", "closed form", "gradient steps", "labels", "same or different")
NOT_BY_LABELS = ("swapped", "pseudo", "domain")
TRAINABLE = re.compile(
    r"adapt|autoencoder|backbone|bias|block|decoder|discriminator|embedding|encoder|head|judge|layer|model|network|norms"
    r"|predictor|projector|regressor|rival|student|teacher"
)
LABELS = {"labels": "labels", "few": "few labels", "images": "no labels", "nothing": "exam only"}


class Arrow(NamedTuple):
    start: str
    end: str
    of_target: bool


@dataclass(frozen=True)
class Flow:
    """The lines of a card, and what its strategy may see of source and target."""

    lines: Sequence[str]
    needs: Sequence[str]

    @cached_property
    def paths(self) -> list[tuple[list[str], list[str]]]:
        """Of each line, the data that it begins with and the stages that follow."""
        split = [[stage.strip() for stage in line.split(">")] for line in self.lines]
        return [([origin.strip() for origin in first.split("+")], stages) for first, *stages in split]

    @cached_property
    def arrows(self) -> list[Arrow]:
        told = [
            Arrow(start, end, "target" in origin)
            for origins, stages in self.paths
            for origin in origins
            for start, end in pairwise([origin, *stages])
        ]
        return list(dict.fromkeys(told))

    @cached_property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for arrow in self.arrows for name in (arrow.start, arrow.end)))

    def kind(self, name: str) -> str:
        """Of a stage: "data", "box" for what is trained, "box frozen", "plain" for what is computed, or its "end"."""
        if self._is_data(name):
            return "data"
        if name.endswith("*"):
            return "box frozen"
        if TRAINABLE.search(name):
            return "box"
        return "plain" if any(arrow.start == name for arrow in self.arrows) else "end"

    def words(self, name: str) -> list[str]:
        """The lines of a stage's name; under that of data, in brackets, which labels it has."""
        lines = wrap(name.removesuffix("*").replace(",", ""), LETTERS)
        if not self._is_data(name) or not re.search("source|target", name):
            return lines
        labels = LABELS[self._labels(name)]
        return lines if labels in name or "labelled" in name else [*lines, f"({labels})"]

    def uses_labels(self, name: str) -> bool:
        """Whether labels are used in a stage: data that has some leads there, to what asks for them."""
        if not any(word in name for word in BY_LABELS) or any(word in name for word in NOT_BY_LABELS):
            return False
        origins = [origin for origins, stages in self.paths if name in stages for origin in origins]
        return any(self._labels(origin) in ("labels", "few") for origin in origins)

    def _is_data(self, name: str) -> bool:
        return any(name in origins for origins, _ in self.paths)

    def _labels(self, origin: str) -> str:
        """What labels the data of that name has."""
        if any(word in origin for word in ("unlabelled", "without label", "views")):
            return "images"
        need = self.needs[1] if "target" in origin else self.needs[0]
        return "images" if need == "few" and "label" not in origin and "few" not in origin else need
