"""What a backbone makes of images, stage by stage."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.networks.backbone import Backbone, in_unit_range
from tlcore.shift.examining import examined
from tlcore.training.events import Array

INPUT = "input"
METRIC = (
    "mmd"  # what a look says of every layer: of all metrics the cheapest whose scale does not grow with the features
)
ROWS = 100  # of each domain at a look
FLIPS = 99
SIDE = 32  # pixels to which inputs are brought at a look: distances between large images are dear, and say the same


def through_layers(backbone: Backbone, batches: Iterable[Tensor]) -> dict[str, Tensor]:
    """The inputs and what every stage makes of them, one row an image (N, D), on the CPU.

    Maps (N, C, H, W) are averaged over their places and tokens (N, T, D) over theirs, as a head would see
    them; inputs are flattened as they are. The network is left as it was found, batch norms included.
    """
    names = [INPUT, *stage_names(backbone)]
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    modes = {module: module.training for module in backbone.modules()}
    try:
        backbone.eval()
        with torch.no_grad(), stages_seen(backbone) as seen:
            for batch in batches:
                seen.clear()
                backbone(batch)
                found[INPUT].append(in_unit_range(batch).flatten(1).cpu())
                for name in names[1:]:
                    found[name].append(seen[name].float().cpu())
    finally:
        for module, mode in modes.items():
            module.training = mode
    return {name: torch.cat(rows) for name, rows in found.items()}


@contextmanager
def stages_seen(backbone: Backbone) -> Iterator[dict[str, Tensor]]:
    """While this is open: what every stage made of the last batch, by name, one row an image (N, D)."""
    seen: dict[str, Tensor] = {}

    def keep(name: str) -> object:
        return lambda module, inputs, output: seen.__setitem__(name, averaged(output))

    hooks = [
        stage.register_forward_hook(keep(name))  # type: ignore[arg-type]
        for name, stage in zip(stage_names(backbone), backbone.stages)
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


class LayerGaps:
    """How far the two domains are at the input and after every stage, on a fixed sample of the probe's rows.

    MMD² under a Gaussian kernel whose bandwidth is the median distance of that layer's rows at that moment, so that
    it neither grows with the features nor depends on their number. Beside it are its null and how far chance
    reaches; see `tlcore.shift.examining`.
    """

    def __init__(self, inputs: Tensor, sources: int, seed: int = 0) -> None:
        n = min(ROWS, sources, len(inputs) - sources)
        near, far = np.linspace(0, sources - 1, n), np.linspace(sources, len(inputs) - 1, n)  # rows come class by class
        self._near, self._far, self._seed = near.round().astype(int), far.round().astype(int), seed
        self._input = self._told(_small(inputs[torch.from_numpy(np.concatenate([self._near, self._far]))]), split=n)

    def __call__(self, stages: Mapping[str, Tensor], features: Tensor) -> Array:
        """(layers, 4): value, null, what chance reaches, p-value; of the input, every stage, and, where the
        strategy makes something else of the last stage, the features. Not-a-number where nothing can be said.

        stages: (N, D) each, features (N, D'), rows as the probe has them
        """
        clouds = list(stages.values())
        if clouds and not (clouds[-1].shape == features.shape and torch.allclose(clouds[-1], features, atol=1e-4)):
            clouds.append(features)
        return np.stack([self._input, *map(self._told, clouds)])

    def _told(self, cloud: Tensor, split: int = 0) -> Array:
        rows = cloud.numpy()
        near, far = (rows[:split], rows[split:]) if split else (rows[self._near], rows[self._far])
        found = examined(near, far, (METRIC,), self._seed, FLIPS).get(METRIC)
        if found is None:
            return np.full(4, np.nan, dtype=np.float32)
        return np.array([found.value, found.null, found.reach, found.p_value], dtype=np.float32)


def stage_names(backbone: Backbone) -> list[str]:
    """ "stage 1" and so on; the last is what the head sees, or is averaged to it."""
    return [f"stage {number}" for number in range(1, len(backbone.stages) + 1)]


def averaged(output: Tensor) -> Tensor:
    """A stage's output as one row an image (N, D)."""
    if output.ndim == 4:
        return output.mean((2, 3))
    return output.mean(1) if output.ndim == 3 else output.flatten(1)


def _small(inputs: Tensor) -> Tensor:
    """Inputs as rows (N, D) on the CPU, images at most `SIDE` pixels wide and high."""
    rows = in_unit_range(inputs).float()
    if rows.ndim == 4 and max(rows.shape[-2:]) > SIDE:
        rows = F.adaptive_avg_pool2d(rows, (min(SIDE, rows.shape[-2]), min(SIDE, rows.shape[-1])))
    return rows.flatten(1).cpu()
