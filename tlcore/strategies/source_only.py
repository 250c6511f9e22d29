"""Source only: learn the source and hope; the baseline that every adaptation must beat."""

from collections.abc import Iterator

from tlcore.cards import Access, Card, Family
from tlcore.data import Task
from tlcore.strategies.base import Strategy, Training, Values, supervised


class SourceOnly(Strategy[Training]):
    card = Card(
        key="source-only",
        title="Source only",
        family=Family.BASELINE,
        idea="Learn the source and hope that it carries over.",
        source="Ben-David et al., Machine Learning 79, 2010: the source error that its bound starts from",
        needs=(Access.LABELS, Access.NOTHING),
        curves={"classification": "Cross-entropy on labelled source images; 0 is perfect, ln(classes) is guessing."},
        use="Always, as the baseline beside any adaptation.",
        avoid="When unlabelled target images are at hand and the domains clearly differ.",
        assumes="Source and target look alike.",
        cost="1 × plain training",
        trains={"learn the source": ("backbone", "head")},
        flow=("source > backbone > head > cross-entropy",),
    )
    HParams = Training

    def steps(self, task: Task) -> Iterator[Values]:
        yield from supervised(
            self, task.source, name="learn the source", steps=self.hparams.steps, rates={self.network: self.hparams.lr}
        )
