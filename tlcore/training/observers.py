"""Observers look inside while the network trains: where the features lie, and how far apart the domains are."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.data import AT_ONCE, Batch, Domain, portion
from tlcore.exhibits import Gallery, Row, thumbnails, told
from tlcore.shift.observing import observe_shift
from tlcore.shift.projection import TrackedPCA
from tlcore.strategies import Strategy
from tlcore.training.evaluators import Exam
from tlcore.training.events import Array, Observed
from tlcore.training.layers import LayerGaps, stages_seen

EPISODE = "An episode"


class Observer(Protocol):
    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        """What there is to see at this step; called in evaluation mode, without gradients."""
        ...


class Probe:
    """A fixed sample of held-out images of both domains, the same in every frame.

    Up to `per_domain` items of each, as many of every class as there are to be had; of a domain with
    hundreds of classes only some, so that a class is more than a point.
    """

    def __init__(self, exam: Exam, per_domain: int = 300, most_classes: int = 20) -> None:
        source, target = (_stratified(domain, most_classes, per_domain) for domain in (exam.source, exam.target))
        self.sources = len(source[1])
        self.inputs = torch.cat([source[0], target[0]])  # (N, ...)
        self.labels = torch.cat([source[1], target[1]])  # (N,)
        self.domain = (torch.arange(len(self.labels)) >= self.sources).to(torch.uint8)  # (N,)

    def __len__(self) -> int:
        return len(self.labels)


class Scene:
    """Tells once what every later frame refers to: the probe's items, their domain and their class.

    Points come with the window to draw them in, and with the labelled target points that the
    strategy was given; images with thumbnails of a part of them.
    """

    def __init__(
        self, probe: Probe, words: dict[str, str | list[str]], few: Domain | None = None, thumbs: int = 200
    ) -> None:
        self._probe, self._words, self._few, self._thumbs = probe, words, few, thumbs

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        if step > 0:
            return
        probe, words = self._probe, {**self._words, "stages": len(strategy.network.backbone.stages)}
        arrays = {"domain": _bytes(probe.domain), "label": _bytes(probe.labels)}
        if probe.inputs.ndim == 2:
            points = _floats(probe.inputs)
            arrays |= {"inputs": points, "extent": extent(points)}
            if self._few is not None:
                arrays |= {"few": _floats(self._few.inputs[:]), "few_label": _bytes(self._few.answers())}
        else:
            ids = torch.cat(
                [
                    torch.arange(0, probe.sources)[:: max(1, 2 * probe.sources // self._thumbs)],
                    torch.arange(probe.sources, len(probe))[
                        :: max(1, 2 * (len(probe) - probe.sources) // self._thumbs)
                    ],
                ]
            )
            arrays |= {"thumbs": _thumbnails(probe.inputs[ids]), "thumb_ids": ids.numpy().astype(np.uint16)}
        yield Observed(step, "scene", words, arrays)


class Frames:
    """A frame: the map of the features, the predictions, and the shift between the domains, at the end and by layer."""

    def __init__(self, probe: Probe, seed: int = 0, kept: int = 12, length: int = 1, grid: int = 48) -> None:
        self._probe, self._seed, self._grid = probe, seed, grid
        self._map, self._gaps = TrackedPCA(), LayerGaps(probe.inputs, probe.sources, seed)
        self._keep_every, self._keep_next = max(1, length // kept), 0
        self._last = length

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        probe, cut = self._probe, self._probe.sources
        features, logits, stages = self._answered(strategy)
        certain, predicted = _decided(logits)
        labels = probe.labels.cpu()
        values = observe_shift(features[:cut], features[cut:], labels[:cut], labels[cut:], seed=self._seed)
        arrays = {
            "map": np.asarray(self._map(features.numpy()), dtype=np.float32),
            "predicted": predicted,
            "confidence": certain,
            "layers": self._gaps(stages, features),
        }
        if probe.inputs.ndim == 2:
            confidence, decision = _decided(strategy.predict(self._lattice()))
            arrays |= {
                "grid_class": decision.reshape(self._grid, self._grid),
                "grid_confidence": confidence.reshape(self._grid, self._grid),
            }
        yield Observed(step, "frame", values, arrays)
        if step >= self._keep_next or step == self._last:  # how it ended does not depend on the clock
            self._keep_next = step + self._keep_every
            yield Observed(step, "features", {}, {"features": features.numpy().astype(np.float16)})

    def _answered(self, strategy: Strategy[Any]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Features (N, D) and logits (N, classes) of the probe, and what every stage made of it, all on the CPU."""
        inputs, features, logits, stages = self._probe.inputs, list[Tensor](), list[Tensor](), dict[str, list[Tensor]]()
        with stages_seen(strategy.network.backbone) as seen:
            for part in inputs.split(portion(inputs, AT_ONCE)):
                embedded = strategy.embed(part)
                features.append(embedded.float().cpu())
                for name, rows in seen.items():
                    stages.setdefault(name, []).append(rows.float().cpu())
                logits.append(strategy.decided(part, embedded).float().cpu())
        return torch.cat(features), torch.cat(logits), {name: torch.cat(rows) for name, rows in stages.items()}

    def _lattice(self) -> Tensor:
        """The points (G², 2) of a lattice over the scene, row by row from below."""
        x0, x1, y0, y1 = extent(self._probe.inputs.cpu().numpy())
        ys, xs = torch.meshgrid(torch.linspace(y0, y1, self._grid), torch.linspace(x0, x1, self._grid), indexing="ij")
        return torch.stack([xs.flatten(), ys.flatten()], dim=1).to(self._probe.inputs)


class Exhibits:
    """What only this strategy has to show; see `tlcore.exhibits`."""

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        for exhibit in strategy.exhibits():
            words, arrays = told(exhibit)
            yield Observed(step, "exhibit", words, arrays)


class EpisodeView:
    """One few-shot problem of new classes, always the same: its examples, and its questions with the answers."""

    def __init__(self, exam: Exam, way: int = 5, shot: int = 1, query: int = 3) -> None:
        self._episode = exam.target.episodes(way, shot, query).at(0)
        self._way = way

    def observe(self, strategy: Strategy[Any], step: int) -> Iterator[Observed]:
        episode = self._episode
        answers = strategy.adapted((episode.support, episode.support_labels))(episode.query).argmax(1).tolist()
        truth = episode.query_labels.tolist()
        letters = [chr(ord("A") + k) for k in range(self._way)]
        examples = Row("examples", _array(episode.support), [letters[k] for k in episode.support_labels.tolist()])
        asked = Row(
            "questions and answers",
            _array(episode.query),
            [letters[answer] for answer in answers],
            [1 if answer == right else -1 for answer, right in zip(answers, truth)],
        )
        words, arrays = told(Gallery(EPISODE, (examples, asked)))
        yield Observed(step, "exhibit", words, arrays)


def extent(points: Array) -> Array:
    """The square window [x0, x1, y0, y1] around points (N, 2), with a margin of a tenth."""
    low, high = points.min(0), points.max(0)
    centre, half = (low + high) / 2, 0.55 * float((high - low).max()) or 1.0
    return np.array([centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half], dtype=np.float32)


def _decided(logits: Tensor) -> tuple[Array, Array]:
    """Confidence (0 to 255) and class of each row of logits (N, classes), as bytes (N,)."""
    confidence, predicted = F.softmax(logits.float(), dim=1).max(1)
    return _bytes((255 * confidence).round()), _bytes(predicted)


def _stratified(domain: Domain, most: int, count: int) -> Batch:
    """The first few of each class that the domain has, as many of each as `count` allows."""
    labels = domain.answers()
    present = labels.unique()[:most]
    each = max(1, count // len(present))
    rows = torch.cat([(labels == label).nonzero().squeeze(1)[:each] for label in present])
    return domain.inputs[rows], labels[rows]


def _bytes(values: Tensor) -> Array:
    array: Array = values.to(torch.uint8).cpu().numpy()
    return array


def _array(images: Tensor) -> Array:
    array: Array = images.cpu().numpy()
    return array


def _floats(values: Tensor) -> Array:
    array: Array = values.float().cpu().numpy()
    return array


def _thumbnails(images: Tensor, side: int = 28) -> Array:
    """Images (N, C, H, W) uint8 as thumbnails (N, h, w, 3) uint8, at most `side` pixels wide."""
    if images.shape[-1] > side:
        images = F.interpolate(images.float(), size=(side, side), mode="area").round().to(torch.uint8)
    return thumbnails(images.cpu().numpy(), side)
