"""KMM: weigh the source samples so that their mean in a kernel's space is the target's; then learn them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Domain, Task
from tlcore.exhibits import Exhibit, of_weights
from tlcore.hparams import hparam
from tlcore.losses.weighting import bounded, kernel_mean_matching, median_distance
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values, compared, supervised, weighted

HISTOGRAM, GALLERY = "Weights of the source samples", "Source images that count most and least"


@dataclass(frozen=True)
class KMMHParams(Training):
    steps: int = hparam(500, "Steps on the weighted source.", low=1, high=1_000_000, log=True)
    source_steps: int = hparam(500, "Steps on the source as it is, first.", low=1, high=1_000_000, log=True)
    space: str = hparam(
        "inputs",
        "Where samples are compared: as they come in, as in the paper, or by the features that the source has taught.",
        among=("inputs", "features"),
    )
    bandwidth: float = hparam(
        0.2, "Width of the Gaussian kernel, in median distances between samples.", low=0.01, high=100.0, log=True
    )
    bound: float = hparam(
        20.0, "B: no sample counts more than so many times the average; 1000 in the paper.", low=1.0, high=1e6, log=True
    )
    samples: int = hparam(
        1000, "Source samples to weigh and learn from, at most; the work grows with the square.", low=2, high=20_000
    )


class KMM(Strategy[KMMHParams]):
    card = Card(
        key="kmm",
        title="Kernel mean matching",
        family=Family.REWEIGHTING,
        idea="Weigh the source samples so that their mean in a rich space of functions is the target's.",
        source="Huang et al., NeurIPS 2006, eq. 4 and 5",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on the source: plain at first, weighted in the last phase.",
            "effective samples": "Share of the source that the weights leave: (Σw)² / Σw² over its number of samples.",
        },
        use="When the source holds samples like the target's, and no density ratio should be estimated on the way.",
        avoid="With many samples, as it is a quadratic programme in all of them; and when the domains do not overlap.",
        assumes="The same rule holds in both domains; only how often each kind of input occurs differs.",
        cost="2 × plain training, and a quadratic programme as large as the source",
        trains={"learn the source": ("backbone", "head"), "learn the weighted source": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > kernel means > weights",
            "source × weights > backbone > head > cross-entropy",
        ),
        exhibits={
            HISTOGRAM: "How many source samples have which weight; 1 is plain training. Most at 0 and a few at the "
            "bound mean that little of the source is used.",
            GALLERY: "The source images that are needed most, and least, to resemble the target, with their weights.",
        },
        promise=Promise("covariate-shift", over="source-only", points=10, seeds=5),
    )
    HParams = KMMHParams

    def __init__(self, network: Network, hparams: KMMHParams | None = None) -> None:
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
        kept = task.source.at(torch.randperm(len(task.source))[: hparams.samples].to(task.source.device))
        source, target = compared(self, hparams.space, kept, task.target)  # (N, D), (M, D)
        width = hparams.bandwidth * median_distance(torch.cat([source, target]))
        weights = bounded(kernel_mean_matching(source, target, width, hparams.bound), hparams.bound)  # (N,)
        network.train()

        self.weighted = kept, weights
        yield from weighted(self, kept, weights, steps=hparams.steps, rates={network: hparams.lr})

    def exhibits(self) -> Sequence[Exhibit]:
        if self.weighted is None:
            return ()
        domain, weights = self.weighted
        return of_weights(HISTOGRAM, GALLERY, weights.cpu().numpy(), domain.look)
