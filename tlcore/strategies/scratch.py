"""From scratch: forget everything and learn the few target labels alone."""

from collections.abc import Iterator

from tlcore.cards import Access, Card, Family
from tlcore.data import Task
from tlcore.strategies.base import Strategy, Training, Values, reset, supervised


class Scratch(Strategy[Training]):
    card = Card(
        key="scratch",
        title="From scratch",
        family=Family.BASELINE,
        idea="Transfer nothing: new weights, and only the few labelled target images.",
        source="The baseline of Yosinski et al., NeurIPS 2014, arXiv:1411.1792",
        needs=(Access.NOTHING, Access.FEW),
        curves={"classification": "Cross-entropy on the labelled target images; soon 0, since they are few."},
        use="To know what transfer buys; and when target labels are plenty.",
        avoid="When a class has fewer than some ten labelled images.",
        assumes="Nothing about the source.",
        cost="1 × plain training",
        trains={"learn the target": ("backbone", "head")},
        flow=("labelled target > backbone > head > cross-entropy",),
    )
    HParams = Training

    def steps(self, task: Task) -> Iterator[Values]:
        reset(self.network)
        yield from supervised(
            self, task.few, name="learn the target", steps=self.hparams.steps, rates={self.network: self.hparams.lr}
        )
