"""Multi-task learning: one backbone that answers several questions at once, each with a head of its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.cards import Access, Card, Family
from tlcore.data import Task
from tlcore.descent import Descent
from tlcore.errors import RequestError
from tlcore.exhibits import Exhibit, Matrix
from tlcore.hparams import hparam
from tlcore.losses.balancing import cosines, gradnorm, uncertainty_weighted, without_conflicts
from tlcore.networks import Network
from tlcore.strategies.base import Strategy, Training, Values

COSINES = "Do the tasks agree?"


@dataclass(frozen=True)
class MultiTaskHParams(Training):
    balance: str = hparam(
        "equal",
        "How the questions are weighed against each other.",
        among=("equal", "uncertainty", "gradnorm", "pcgrad"),
    )
    alpha: float = hparam(1.5, "GradNorm: how strongly a slow question is helped (α).", low=0.0, high=10.0)
    weights_lr: float = hparam(
        0.025, "GradNorm: learning rate of the questions' weights.", low=1e-5, high=1.0, log=True
    )


class MultiTask(Strategy[MultiTaskHParams]):
    card = Card(
        key="multi-task",
        title="Multi-task",
        family=Family.MULTI_TASK,
        idea="Ask several questions about each image at once: what one of them teaches the backbone helps the others.",
        source="Caruana, Machine Learning 28, 1997; uncertainty: Kendall et al., CVPR 2018, arXiv:1705.07115, eq. 10; "
        "GradNorm: Chen et al., ICML 2018, arXiv:1711.02257, algorithm 1; PCGrad: Yu et al., NeurIPS 2020, "
        "arXiv:2001.06782, algorithm 1",
        needs=(Access.LABELS, Access.NOTHING),
        curves={
            "classification": "Cross-entropy of the class, the question that is graded.",
            "further questions": "Mean cross-entropy of the other questions.",
            "agreement": "Mean cosine between the gradients of two questions on shared weights; below 0 they quarrel.",
        },
        use="When images come with more answers than the one that counts, and that one is scarce or easy to fake.",
        avoid="When the questions have nothing in common: they only share out a small backbone among them.",
        assumes="The questions need the same features.",
        cost="2 to 3 × plain training: a backward pass a question, to compare their gradients",
        trains={"learn together": ("backbone", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "source > backbone > a head a question > cross-entropy, balanced",
        ),
        exhibits={
            COSINES: "Cosine between the gradients of every two questions on the shared weights, averaged over some "
            "ten steps: 1, they want the same; 0, they do not care; below 0, what helps one harms the other."
        },
        wants=("factors",),
        no_promise="With labels enough it loses some seven points on shapes in other surroundings, and more where "
        "colour misleads, as the questions share a small backbone; it is at home where the class has few labels and "
        "the further questions have many.",
    )
    HParams = MultiTaskHParams

    def __init__(self, network: Network, hparams: MultiTaskHParams | None = None) -> None:
        super().__init__(network, hparams)
        self.names: tuple[str, ...] = ()
        self.balance = Balance(0)

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, hparams = self.network.backbone, self.hparams
        if not task.factors:
            raise RequestError(
                "Several tasks need several answers an image, but here there is one: choose a scenario with factors."
            )
        device = task.source.device
        self.names = ("class", *(factor.name for factor in task.factors))
        self.balance = balance = Balance(len(self.names)).to(device)
        heads = nn.ModuleList(nn.Linear(self.network.dim, len(factor.values)) for factor in task.factors).to(device)
        chances = torch.tensor([task.classes, *(len(factor.values) for factor in task.factors)], device=device).log()
        descend = Descent({self.network: hparams.lr, heads: hparams.lr, balance: hparams.lr}, hparams.steps)
        batches = task.source.described(hparams.batch)

        for images, labels, factors in self.phase(
            "learn together", hparams.steps, batches, keep=[descend, heads, balance]
        ):
            features = backbone(images)  # (B, D)
            answers = [self.network.head(features), *(head(features) for head in heads)]
            truths = [labels, *factors.unbind(1)]
            losses = torch.stack([F.cross_entropy(answer, truth) for answer, truth in zip(answers, truths)])  # (T,)
            gradients = each_gradient(losses, list(backbone.parameters()))  # (T, P)
            balance.note(cosines(gradients))
            descend(self.balanced(losses, gradients, losses.detach() / chances))
            yield {
                "classification": losses[0],
                "further questions": losses[1:].mean(),
                "agreement": off_diagonal(balance.agreement).mean(),
            }

    def balanced(self, losses: Tensor, gradients: Tensor, progress: Tensor) -> Tensor:
        """One loss of many (T,), with gradients (T, P) on the shared weights, at `progress` (T,): the share of
        guessing's loss that is left."""
        balance, hparams = self.balance, self.hparams
        if hparams.balance == "uncertainty":
            return uncertainty_weighted(losses, balance.log_variances)
        if hparams.balance == "gradnorm":
            slope = gradnorm(balance.weights, gradients.norm(dim=1), progress, hparams.alpha)
            balance.move(slope, hparams.weights_lr)
            return (balance.weights * losses).sum()
        if hparams.balance == "pcgrad":
            orders = torch.rand(len(losses), len(losses), device=losses.device).argsort(1)  # (T, T)
            change = without_conflicts(gradients, orders).sum(0) - gradients.sum(0)  # (P,)
            # A term whose gradient on the shared weights is the change: the heads' own gradients stay as they are.
            return losses.sum() + change @ flat(self.network.backbone.parameters())
        return losses.sum()

    def exhibits(self) -> Sequence[Exhibit]:
        if not self.names:
            return ()
        return (Matrix(COSINES, self.names, self.names, self.balance.agreement.cpu().numpy()),)


class Balance(nn.Module):
    """What the balance between T tasks remembers from step to step."""

    weights: Tensor
    agreement: Tensor

    def __init__(self, tasks: int) -> None:
        super().__init__()
        self.log_variances = nn.Parameter(torch.zeros(tasks))
        self.register_buffer("weights", torch.ones(tasks))
        self.register_buffer("agreement", torch.eye(tasks))  # (T, T), a running mean of cosines

    def note(self, agreement: Tensor) -> None:
        self.agreement.lerp_(agreement, 0.1)

    def move(self, slope: Tensor, rate: float) -> None:
        """Let the weights follow a gradient, and keep their mean at 1 (Chen et al. 2018, algorithm 1)."""
        moved = (self.weights - rate * slope).clamp_min(1e-3)
        self.weights.copy_(moved / moved.mean())


def each_gradient(losses: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """The gradient of each loss (T,) on all weights together: (T, P)."""
    return torch.stack([flat(torch.autograd.grad(loss, weights, retain_graph=True)) for loss in losses])


def flat(tensors: Iterable[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])


def off_diagonal(square: Tensor) -> Tensor:
    return square[~torch.eye(len(square), dtype=torch.bool, device=square.device)]
