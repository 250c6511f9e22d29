"""What every strategy is: a card, hyper-parameters, and one generator that reads like the paper."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Card
from tlcore.data import Batch, Domain, Stream, Task
from tlcore.descent import Descent, Schedule, constant
from tlcore.exhibits import Exhibit
from tlcore.hparams import HParams, hparam
from tlcore.losses.few_shot import in_label_space, prototype_logits, prototypes
from tlcore.losses.weighting import effective_sample_size
from tlcore.networks import Network
from tlcore.phases import Journal, Keepable

Values = Mapping[str, Tensor]
"""What a strategy saw in one step: scalars by the names on its card, left on the device until somebody reads them."""


@dataclass(frozen=True)
class Training(HParams):
    """What every strategy has to set: how long, how many at once, how fast."""

    steps: int = hparam(500, "Gradient steps of the strategy's own phase.", low=1, high=1_000_000, log=True)
    batch: int = hparam(64, "Images of each domain in one step.", low=2, high=4096, log=True)
    lr: float = hparam(0.003, "Learning rate of Adam.", low=1e-6, high=10.0, log=True)


H = TypeVar("H", bound=Training)
T = TypeVar("T")


def never() -> bool:
    return False


class Strategy(ABC, Generic[H]):
    """One technique of transfer learning.

    A subclass is final: it states its `card` and `HParams`, and implements `steps`. It may replace
    `length`, `embed` and `predict`, whose defaults suit a network that is trained in place.
    """

    card: ClassVar[Card]
    HParams: ClassVar[type[Training]]

    def __init__(self, network: Network, hparams: H | None = None) -> None:
        self.network = network
        self.hparams: H = hparams if hparams is not None else self.HParams()  # type: ignore[assignment]
        self.journal = Journal()

    @abstractmethod
    def steps(self, task: Task) -> Iterator[Values]:
        """Learn from the task; one yield a step, with what there is to see.

        Two rules make a run resumable: whatever changes inside a phase is kept (the network always,
        the rest by name), and the yield is the last line of the phase's loop.
        """

    def length(self) -> int:
        """How many steps there are, all phases together."""
        return self.hparams.steps

    def embed(self, inputs: Tensor) -> Tensor:
        """Inputs (B, ...) to the features (B, D) that the page shows and the shift is measured on."""
        features: Tensor = self.network.backbone(inputs)
        return features

    def predict(self, inputs: Tensor) -> Tensor:
        """Inputs (B, ...) to logits (B, classes)."""
        logits: Tensor = self.network(inputs)
        return logits

    def decided(self, inputs: Tensor, features: Tensor) -> Tensor:
        """What `predict` says of inputs (B, ...) whose features, by `embed`, are known: no further pass where it is
        the head that decides, on those very features."""
        kind, network = type(self), self.network
        plain = kind.embed is Strategy.embed and kind.predict is Strategy.predict and type(network) is Network
        return network.head(features) if plain else self.predict(inputs)

    def adapted(self, support: Batch) -> Callable[[Tensor], Tensor]:
        """A classifier for a new problem, from its few labelled examples: inputs (B, ...) to logits (B, way).

        The labels of `support` count from 0 to way − 1. By default the class whose mean feature is
        nearest, which any features allow. Called in evaluation mode, without gradients.
        """
        inputs, labels = support
        centres = prototypes(self.embed(inputs), labels, int(labels.max()) + 1)  # (way, D)
        return lambda queries: prototype_logits(self.embed(queries), centres)

    def exhibits(self) -> Sequence[Exhibit]:
        """What only this technique has to show, as it stands now; the titles are explained on its card.

        Called in evaluation mode, without gradients, between any two steps; it must not draw chance.
        """
        return ()

    def walk(self, task: Task) -> Iterator[Values]:
        """`steps`, granted what the card asks for, between two empty phases.

        The first empty phase keeps the initial weights, for what `steps` does before its own first
        phase; the last one marks the run as complete.
        """
        granted = task.granted(*self.card.needs)
        self.network.train()
        list(self.phase("start", 0, _NOTHING))
        yield from self.steps(granted)
        list(self.phase("end", 0, _NOTHING))

    def phase(
        self,
        name: str,
        length: int,
        stream: Stream[T],
        keep: Sequence[Keepable] = (),
        until: Callable[[], bool] = never,
    ) -> Iterator[T]:
        """`length` items of `stream`; see `tlcore.phases`."""
        return self.journal.phase(name, length, stream, [self.network, *keep], until)


def supervised(
    strategy: Strategy[H],
    domain: Domain,
    *,
    name: str,
    steps: int,
    rates: Mapping[nn.Module, float],
    schedule: Schedule = constant,
) -> Iterator[Values]:
    """A phase of plain supervised learning: cross-entropy on a domain's labels."""
    descend = Descent(rates, steps, schedule=schedule)
    batches = domain.batches(strategy.hparams.batch)
    for inputs, labels in strategy.phase(name, steps, batches, keep=[descend]):
        classification = F.cross_entropy(strategy.network(inputs), labels)
        descend(classification)
        yield {"classification": classification}


def weighted(
    strategy: Strategy[H], domain: Domain, weights: Tensor, *, steps: int, rates: Mapping[nn.Module, float]
) -> Iterator[Values]:
    """The phase "learn the weighted source": as `supervised`, every sample counting by its weight (N,)."""
    labels = domain.answers()
    left = effective_sample_size(weights) / len(weights)
    descend = Descent(rates, steps)
    rows = replace(domain, labels=torch.arange(len(labels), device=labels.device))  # which sample, not which class
    batches = rows.batches(strategy.hparams.batch)
    for inputs, chosen in strategy.phase("learn the weighted source", steps, batches, keep=[descend]):
        losses = F.cross_entropy(strategy.network(inputs), labels[chosen], reduction="none")  # (B,)
        classification = (weights[chosen] * losses).mean()
        descend(classification)
        yield {"classification": classification, "effective samples": left}


def compared(strategy: Strategy[H], space: str, *domains: Domain) -> Iterator[Tensor]:
    """What each domain's samples are compared by, (N, D): their "features", or as they come in."""
    for domain in domains:
        values = strategy.embed if space == "features" else _as_they_come
        yield domain.features(values).flatten(1).float()


def probed(
    strategy: Strategy[H], few: Domain, *, steps: int, lr: float, decay: float, encoder: Callable[[Tensor], Tensor]
) -> Iterator[Values]:
    """The phase "probe": a new head learns on features that stay as they are, computed once by `encoder`."""
    strategy.network.eval()  # else the batch-norm statistics of frozen features would go on moving
    head = strategy.network.head
    reset(head)
    features = few.encoded(encoder)
    descend = Descent({head: lr}, steps, weight_decay=decay)
    for inputs, labels in strategy.phase("probe", steps, features.batches(strategy.hparams.batch), keep=[descend]):
        probe = F.cross_entropy(head(inputs), labels)
        descend(probe)
        yield {"probe": probe}


def by_examples(strategy: Strategy[H], support: Batch, inputs: Tensor) -> Tensor:
    """Logits (B, classes) in the task's own label space, by what `adapted` makes of a few labelled examples.

    A class without an example comes last.
    """
    examples, labels = support
    present, names = labels.unique(return_inverse=True)
    return in_label_space(strategy.adapted((examples, names))(inputs), present, strategy.network.classes)


def _as_they_come(inputs: Tensor) -> Tensor:
    return inputs


def reset(module: nn.Module) -> None:
    """Give a module new random weights, drawn from chance as it stands."""
    for each in module.modules():
        if callable(renew := getattr(each, "reset_parameters", None)):
            renew()


_NOTHING = Stream(lambda k: None)
