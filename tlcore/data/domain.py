"""A domain: inputs of one kind, and how much of them may be seen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tlcore.data.mapped import Inputs, Mapped, portion
from tlcore.data.stream import Stream, generator_of, shuffled
from tlcore.errors import RequestError, Withheld

SMALL = 1 << 26  # bytes: so much of what lies on disk is brought into memory when it is chosen
MOST = 1 << 31  # bytes: and no more than that when all of it is wanted at once

Batch = tuple[Tensor, Tensor]
"""Inputs (B, ...) and their labels (B,)."""

View = Callable[[Tensor, torch.Generator], Tensor]
"""A random view of each of some inputs (B, ...), of equal shape and type, drawn from a generator on the CPU."""

Described = tuple[Tensor, Tensor, Tensor]
"""Inputs (B, ...), their labels (B,) and their factors (B, F)."""


@dataclass(frozen=True)
class Episode:
    """A few-shot problem; its labels count from 0 to way - 1."""

    support: Tensor  # (way * shot, ...)
    support_labels: Tensor  # (way * shot,)
    query: Tensor  # (way * query, ...)
    query_labels: Tensor  # (way * query,)


@dataclass(frozen=True)
class Domain:
    """Inputs on a device, with their labels or without; a strategy asks it for the stream it wants.

    Labels that are hidden are absent: there is nothing to leak. Each stream is seeded by domain,
    purpose and seed, and its item k is a function of k. So are the views that the streams show, if
    there are any; whoever asks for the inputs themselves (`labelled`, `once`) gets them as they are.
    """

    name: str
    inputs: Inputs  # (N, C, H, W) uint8, perhaps on disk, or (N, D) float
    labels: Tensor | None  # (N,) int64, or None
    seed: int = 0
    factors: Tensor | None = None  # (N, F) int64, answers to further questions; None where there are none
    view: View | None = None  # how streams show an input: cut out, mirrored, …; None: as it is

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def device(self) -> torch.device:
        """Where batches arrive."""
        return self.inputs.device

    def answers(self) -> Tensor:
        """All labels (N,). Raises `Withheld` where they are hidden."""
        if self.labels is None:
            raise Withheld(
                f"The labels of '{self.name}' are hidden from this strategy: its card does not ask for them."
            )
        return self.labels

    def batches(self, size: int) -> Stream[Batch]:
        """Labelled batches: inputs (size, ...) and labels (size,)."""
        labels = self.answers()
        return self._drawn("labelled", size).map(lambda drawn: (drawn[1], labels[drawn[0]]))

    def described(self, size: int) -> Stream[Described]:
        """Batches with the answers to all questions: inputs (size, ...), labels (size,) and factors (size, F).

        Raises `RequestError` where there is one question only.
        """
        labels = self.answers()
        factors = self.factors
        if factors is None:
            raise RequestError(
                f"'{self.name}' has one label an image and no further factors: "
                "choose a scenario that has, such as one of the shapes."
            )
        return self._drawn("labelled", size).map(lambda drawn: (drawn[1], labels[drawn[0]], factors[drawn[0]]))

    def unlabelled(self, size: int) -> Stream[Tensor]:
        """Batches of inputs alone: (size, ...)."""
        return self._drawn("unlabelled", size).map(lambda drawn: drawn[1])

    def episodes(self, way: int, shot: int, query: int) -> Stream[Episode]:
        """Few-shot problems of `way` classes, with `shot` labelled examples and `query` questions each.

        Raises `RequestError` if there are fewer than `way` classes with `shot + query` examples.
        """
        labels = self.answers()
        by_class = [(labels == label).nonzero().squeeze(1) for label in labels.unique()]
        large = [rows for rows in by_class if len(rows) >= shot + query]
        if len(large) < way:
            raise RequestError(
                f"Episodes of {way} classes with {shot} + {query} examples each need {way} classes of that size, "
                f"but '{self.name}' has {len(large)}: lower 'way', 'shot' or 'query'."
            )

        def episode(k: int) -> Episode:
            random = generator_of(self.name, "episodes", self.seed, k)
            chosen = torch.randperm(len(large), generator=random)[:way].tolist()
            drawn = [large[label] for label in chosen]
            rows = torch.stack(
                [each[torch.randperm(len(each), generator=random)[: shot + query].to(each.device)] for each in drawn]
            )  # (way, shot + query)
            names = torch.arange(way, device=labels.device)
            return Episode(
                self._shown(rows[:, :shot].flatten(), "support", k),
                names.repeat_interleave(shot),
                self._shown(rows[:, shot:].flatten(), "query", k),
                names.repeat_interleave(query),
            )

        return Stream(episode)

    def labelled(self) -> Batch:
        """All inputs (N, ...) and all labels (N,), in memory. Raises `RequestError` where they are too many."""
        labels = self.answers()
        if isinstance(self.inputs, Mapped) and self.inputs.nbytes > MOST:
            raise RequestError(
                f"This strategy needs all {len(self):,} images of '{self.name}' at once, which are "
                f"{self.inputs.nbytes / 1e9:.1f} GB: choose fewer images, a smaller side, or another strategy."
            )
        return self.inputs[:], labels

    def once(self, size: int = 256) -> Iterator[Tensor]:
        """All inputs in their order, in batches of `size` at the most: large images come fewer at a time."""
        yield from self.inputs.split(portion(self.inputs, size))

    @property
    def look(self) -> Callable[[NDArray[np.int64]], NDArray[np.uint8]] | None:
        """Gives the images (B, C, H, W) of some rows to whoever draws them; None where there are no images."""
        inputs = self.inputs
        if inputs.ndim != 4:
            return None
        return lambda rows: inputs[torch.from_numpy(np.ascontiguousarray(rows))].cpu().numpy()

    def without_labels(self) -> Self:
        return replace(self, labels=None, factors=None)

    def few(self, per_class: int) -> Self:
        """`per_class` labelled examples of every class (fewer where a class is smaller), chosen by the seed."""
        labels = self.answers()
        order = torch.randperm(len(self), generator=generator_of(self.name, "few", self.seed)).to(labels.device)
        kept = [order[labels[order] == label][:per_class] for label in labels.unique()]
        rows = torch.cat(kept) if kept else order[:0]
        return self.at(rows)

    def at(self, rows: Tensor | slice) -> Self:
        """Some of its rows, with whatever is known of them."""
        labels = None if self.labels is None else self.labels[rows]
        factors = None if self.factors is None else self.factors[rows]
        return replace(self, inputs=_chosen(self.inputs, rows), labels=labels, factors=factors)

    def encoded(self, encoder: Callable[[Tensor], Tensor]) -> Self:
        """The same domain with features for inputs, computed once: (N, D)."""
        return replace(self, inputs=self.features(encoder), view=None)

    def features(self, encoder: Callable[[Tensor], Tensor]) -> Tensor:
        """What an encoder makes of all inputs: (N, D)."""
        with torch.no_grad():
            return torch.cat([encoder(inputs) for inputs in self.once()])

    def to(self, device: torch.device | str) -> Self:
        labels = None if self.labels is None else self.labels.to(device)
        factors = None if self.factors is None else self.factors.to(device)
        return replace(self, inputs=self.inputs.to(device), labels=labels, factors=factors)

    def _drawn(self, purpose: str, size: int) -> Stream[tuple[Tensor, Tensor]]:
        """Row numbers (size,), and the inputs in them as a stream shows them (size, ...)."""
        rows = shuffled(len(self), size, self.name, purpose, self.seed)

        def drawn(k: int) -> tuple[Tensor, Tensor]:
            chosen = rows.at(k)
            there = chosen.to(self.device)
            return there, self._shown(chosen if isinstance(self.inputs, Mapped) else there, purpose, k)

        return Stream(drawn)

    def _shown(self, rows: Tensor, purpose: str, k: int) -> Tensor:
        """The inputs in some rows, each in the view that item k of a stream has of it."""
        inputs = self.inputs[rows]
        if self.view is None:
            return inputs
        return self.view(inputs, generator_of(self.name, "views", purpose, self.seed, k))


def _chosen(inputs: Inputs, rows: Tensor | slice) -> Inputs:
    """Some rows: of what lies on disk they stay there too, unless they are few."""
    if isinstance(inputs, Mapped) and (some := inputs.at(rows)).nbytes > SMALL:
        return some
    return inputs[rows]


def withheld(name: str) -> Domain:
    """A domain of which nothing may be seen: every use of it raises `Withheld`."""
    return _Withheld(name, torch.empty(0), None)


class _Withheld(Domain):
    def __getattribute__(self, attribute: str) -> object:
        if attribute in _CLOSED:
            name = object.__getattribute__(self, "name")
            raise Withheld(f"'{name}' is hidden from this strategy: its card does not ask for it.")
        return object.__getattribute__(self, attribute)

    def to(self, device: torch.device | str) -> Self:
        return self


_CLOSED = {
    "inputs",
    "device",
    "answers",
    "look",
    "features",
    "labels",
    "factors",
    "batches",
    "described",
    "unlabelled",
    "episodes",
    "labelled",
    "once",
    "few",
    "at",
    "encoded",
    "without_labels",
}
