"""KLIEP: the ratio of the domains' densities that makes the target most likely; then learn the weighted source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task
from tlcore.exhibits import Exhibit, of_weights
from tlcore.hparams import hparam
from tlcore.losses.weighting import bounded, kliep, median_distance
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, compared, supervised, weighted

HISTOGRAM, GALLERY = "Weights of the source samples", "Source images that count most and least"


@dataclass(frozen=True)
class KLIEPHParams(Training):
    steps: int = hparam(500, "Steps on the weighted source.", low=1, high=1_000_000, log=True)
    source_steps: int = hparam(500, "Steps on the source as it is, first.", low=1, high=1_000_000, log=True)
    space: str = hparam(
        "inputs",
        "Where samples are compared: as they come in, as in the paper, or by the features that the source has taught.",
        among=("inputs", "features"),
    )
    bandwidth: float = hparam(
        0.2, "Width of the Gaussian kernels, in median distances between samples.", low=0.01, high=100.0, log=True
    )
    centres: int = hparam(
        100, "Kernels that the ratio is built of, on target samples drawn by chance.", low=1, high=2000, log=True
    )
    bound: float = hparam(20.0, "No sample counts more than so many times the average.", low=1.0, high=1e6, log=True)


class KLIEP(Strategy[KLIEPHParams]):
    card = Card(
        key="kliep",
        title="KLIEP",
        family=Family.REWEIGHTING,
        idea="Find the ratio of the two densities that makes the target most likely, and weigh the source by it.",
        source="Sugiyama et al., Annals of the Institute of Statistical Mathematics 60, 2008, eq. 9 to 11",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on the source: plain at first, weighted in the last phase.",
            "effective samples": "Share of the source that the weights leave: (Σw)² / Σw² over its number of samples.",
        },
        use="When the source holds samples like the target's; smoother weights than those of kernel mean matching.",
        avoid="When the domains do not overlap, or features are so many that kernels see everything as equally far.",
        assumes="The same rule holds in both domains; only how often each kind of input occurs differs.",
        cost="2 × plain training, and a concave problem of as many unknowns as centres",
        trains={"learn the source": ("backbone", "head"), "learn the weighted source": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > sums of kernels > ratio = weights",
            "source × weights > backbone > head > cross-entropy",
        ),
        exhibits={
            HISTOGRAM: "How many source samples have which weight; 1 is plain training. A few far to the right "
            "among many at 0 mean that little of the source is used.",
            GALLERY: "The source images that look most, and least, like the target, with their weights.",
        },
        promise=Promise("covariate-shift", over="source-only", points=10, seeds=5),
    )
    HParams = KLIEPHParams

    def __init__(self, network: Network, hparams: KLIEPHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.weighted: tuple[Domain, Tensor] | None = None  # the source and the weights of its rows (N,)

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.lr}
        )

        network.eval()
        source, target = compared(self, hparams.space, task.source, task.target)  # (N, D), (M, D)
        centres = target[torch.randperm(len(target))[: hparams.centres].to(target.device)]  # (B, D)
        width = hparams.bandwidth * median_distance(torch.cat([source, target]))
        weights = bounded(kliep(source, target, centres, width), hparams.bound)  # (N,)
        network.train()

        self.weighted = task.source, weights
        yield from weighted(self, task.source, weights, steps=hparams.steps, rates={network: hparams.lr})

    def exhibits(self) -> Sequence[Exhibit]:
        if self.weighted is None:
            return ()
        domain, weights = self.weighted
        return of_weights(HISTOGRAM, GALLERY, weights.cpu().numpy(), domain.look)
