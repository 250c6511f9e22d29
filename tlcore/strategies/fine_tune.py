"""Fine-tuning: learn the source, then go on with the target, the backbone slower than the head."""

from collections.abc import Iterator
from dataclasses import dataclass

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import cosine
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised


@dataclass(frozen=True)
class FineTuneHParams(Training):
    steps: int = hparam(200, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    backbone_rate: float = hparam(0.1, "Learning rate of the backbone, as a share of the head's.", low=0.0, high=1.0)
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )


class FineTune(Strategy[FineTuneHParams]):
    card = Card(
        key="fine-tune",
        title="Fine-tuning",
        family=Family.INDUCTIVE,
        idea="Learn the source, then let a few target labels move everything, the backbone more slowly.",
        source="Yosinski et al., NeurIPS 2014, arXiv:1411.1792; two rates: Long et al., ICML 2015, arXiv:1502.02791",
        needs=(Access.LABELS, Access.FEW),
        curves={"classification": "Cross-entropy on the source, then on the labelled target images."},
        use="With some ten or more target labels a class.",
        avoid="With one or two labels a class, or when the model must stay good outside of the target.",
        assumes="The source's weights are a better start than random ones.",
        cost="Source training, then a short one on the target",
        trains={"learn the source": ("backbone", "head"), "fine-tune": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy", "labelled target > backbone > head > cross-entropy"),
        promise=Promise("handwritten-to-noisy", over="scratch", points=10, target_labels=5),
    )
    HParams = FineTuneHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self, task.source, name="learn the source", steps=hparams.source_steps, rates={self.network: hparams.lr}
        )
        rates = {backbone: hparams.backbone_rate * hparams.lr, head: hparams.lr}
        yield from supervised(self, task.few, name="fine-tune", steps=hparams.steps, rates=rates, schedule=cosine)
