"""Target only: what somebody would reach who had every target label; the ceiling, not a technique."""

from collections.abc import Iterator

from tlcore.cards import Access, Card, Family
from tlcore.data import Task
from tlcore.strategies.base import Strategy, Training, Values, supervised


class TargetOnly(Strategy[Training]):
    card = Card(
        key="target-only",
        title="Target only (oracle)",
        family=Family.BASELINE,
        idea="Be given every target label, which nobody has in practice: the ceiling that adaptation climbs towards.",
        source="The row 'train on target' of Ganin et al., JMLR 17(59), 2016, table 2",
        needs=(Access.NOTHING, Access.LABELS),
        curves={"classification": "Cross-entropy on labelled target images; 0 is perfect, ln(classes) is guessing."},
        use="As the ceiling: source only below, target only above, every adaptation somewhere between.",
        avoid="As a method: whoever has all target labels needs no transfer.",
        assumes="That every target label is there.",
        cost="1 × plain training, and all the labelling that transfer saves",
        trains={"learn the target": ("backbone", "head")},
        flow=("labelled target > backbone > head > cross-entropy",),
    )
    HParams = Training

    def steps(self, task: Task) -> Iterator[Values]:
        yield from supervised(
            self, task.few, name="learn the target", steps=self.hparams.steps, rates={self.network: self.hparams.lr}
        )
