"""L²-SP: fine-tune on a leash that is tied to the weights one started from, not to zero."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import Descent, cosine
from tlcore.hparams import hparam
from tlcore.losses.staying import l2_sp
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class L2SPHParams(Training):
    steps: int = hparam(300, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    leash: float = hparam(
        0.01,
        "Pull α of the starting weights; 0 is plain fine-tuning. The nearer the domains, the more of it pays.",
        low=0.0,
        high=1e4,
        log=True,
    )
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class L2SP(Strategy[L2SPHParams]):
    card = Card(
        key="l2-sp",
        title="L²-SP",
        family=Family.INDUCTIVE,
        idea="Fine-tune on a leash: every weight is pulled back to where the source left it.",
        source="Li et al., ICML 2018, arXiv:1802.01483, section 3",
        needs=(Access.LABELS, Access.FEW),
        curves={
            "classification": "Cross-entropy on the source, then on the labelled target images.",
            "distance": "How far the weights have moved: half the squared distance from their start, ½ ‖w − w⁰‖².",
        },
        use="With few labels, when plain fine-tuning forgets what the source knew.",
        avoid="When the target is far away: for negatives of the source's images, the shorter the leash, the worse.",
        assumes="A good solution for the target lies near the source's.",
        cost="Fine-tuning, and a copy of the weights",
        trains={"learn the source": ("backbone", "head"), "fine-tune": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "labelled target > backbone > head > cross-entropy + leash"),
        promise=Promise("handwritten-to-noisy", over="scratch", points=15, target_labels=5),
    )
    HParams = L2SPHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        network, hparams = self.network, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={network: hparams.lr}
        )
        weights = list(network.parameters())
        start = [weight.detach().clone() for weight in weights]
        descend = Descent({network: hparams.lr}, hparams.steps, schedule=cosine)
        batches = task.few.batches(hparams.batch)
        for inputs, labels in self.phase("fine-tune", hparams.steps, batches, keep=[descend]):
            classification = F.cross_entropy(network(inputs), labels)
            distance = l2_sp(weights, start)
            descend(classification + hparams.leash * distance)
            yield {"classification": classification, "distance": distance}
