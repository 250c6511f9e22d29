"""TENT: at test time, turn the scales and shifts of batch norm until answers are sure."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch.nn.modules.batchnorm import _BatchNorm

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.losses.self_training import entropy
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class TENTHParams(Training):
    steps: int = hparam(100, "Batches of the target stream, one update each.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.001, "Learning rate of the scales and shifts.", low=1e-6, high=10.0, log=True)
    source_steps: int = hparam(500, "Steps on the source, first.", low=1, high=1_000_000, log=True)
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)


class TENT(Strategy[TENTHParams]):
    card = Card(
        key="tent",
        title="TENT",
        family=Family.NORMALISATION,
        idea="Normalise each target batch by itself, and turn scales and shifts until its answers are sure.",
        source="Wang et al., ICLR 2021, arXiv:2006.10726, section 3",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images, while learning the source.",
            "uncertainty": "Mean entropy of the predictions on a batch of the target stream, in nats; 0 is certain.",
        },
        use="When a trained model meets another light, sensor or noise, and neither source nor labels are at hand.",
        avoid="With single images or streams of one class at a time: a batch's statistics then mislead.",
        assumes="A batch is a fair sample of the target, and most of its images are named rightly by statistics alone.",
        cost="1 × plain training, and one update of a few numbers for every batch of the stream",
        trains={"learn the source": ("backbone", "head"), "adapt": ("norms", "statistics")},
        wants_norm=True,
        flow=("source > backbone > head > cross-entropy", "target > norms of backbone > head* > entropy"),
        promise=Promise("handwritten-to-low-contrast", over="source-only", points=50, seeds=5),
    )
    HParams = TENTHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        hparams, network = self.hparams, self.network
        norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
        if not norms:
            raise RequestError(
                "TENT turns the scales and shifts of batch norm, but this backbone has none: choose one that has."
            )
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.source_lr}
        )
        # In training mode a batch is normalised by itself. What is asked in between, an image at a time perhaps,
        # is answered with a moving mean of the stream's statistics, which has to forget the source first.
        for norm in norms:
            norm.reset_running_stats()
        adapt = Descent(dict.fromkeys(norms, hparams.lr), hparams.steps)
        for images in self.phase("adapt", hparams.steps, task.target.unlabelled(hparams.batch), keep=[adapt]):
            uncertainty = entropy(network(images)).mean()
            adapt(uncertainty)
            yield {"uncertainty": uncertainty}
