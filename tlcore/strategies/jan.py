"""JAN: make features and the predictions that go with them have the same joint distribution in both domains."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import torch.nn.functional as F

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task, both, numbered
from tlcore.descent import Descent
from tlcore.hparams import hparam
from tlcore.losses.alignment import jmmd
from tlcore.strategies.base import Strategy, Training, Values


@dataclass(frozen=True)
class JANHParams(Training):
    align: float = hparam(1.0, "Weight λ of the alignment at the end of its warm-up.", low=0.0, high=1e4, log=True)
    warm_up: float = hparam(10.0, "How fast λ rises from 0 (γ in the paper).", low=0.0, high=100.0)


class JAN(Strategy[JANHParams]):
    card = Card(
        key="jan",
        title="JAN",
        family=Family.ALIGNMENT,
        idea="Align features together with the predictions made from them, so that classes are not matched crosswise.",
        source="Long et al., ICML 2017, arXiv:1605.06636, eq. 9 and 11",
        needs=(Access.LABELS, Access.IMAGES),
        curves={
            "classification": "Cross-entropy on labelled source images.",
            "joint alignment": "Squared mean discrepancy of features and predictions under the product of their "
            "kernels, unbiased: about 0 when the joint distributions agree.",
            "strength": "Weight λ of the alignment, as it rises.",
        },
        use="When MMD aligns the clouds but mixes up the classes.",
        avoid="When class proportions differ: predictions are aligned too, and so pushed to the source's shares.",
        assumes="Classes come in similar proportions, and early predictions on the target are better than chance.",
        cost="2 × plain training, and two batch × batch kernels",
        trains={"adapt": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source + target > backbone > features × predictions > kernel mean distance",
        ),
        promise=Promise("printed-to-handwritten", over="source-only", points=20),
    )
    HParams = JANHParams

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        descend = Descent({self.network: hparams.lr}, hparams.steps)
        streams = both(task.source.batches(hparams.batch), task.target.unlabelled(hparams.batch))

        for k, ((images, labels), target_images) in self.phase(
            "adapt", hparams.steps, numbered(streams), keep=[descend]
        ):
            source, target = backbone(images), backbone(target_images)  # (B, D)
            source_logits, target_logits = head(source), head(target)  # (B, classes)
            classification = F.cross_entropy(source_logits, labels)
            alignment = jmmd([source, source_logits.softmax(1)], [target, target_logits.softmax(1)])
            strength = hparams.align * (2 / (1 + exp(-hparams.warm_up * k / hparams.steps)) - 1)
            descend(classification + strength * alignment)
            yield {
                "classification": classification,
                "joint alignment": alignment,
                "strength": alignment.new_tensor(strength),
            }
