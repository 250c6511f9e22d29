"""BitFit, and its sister that tunes norms: leave all weights alone, move only what shifts and scales."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from tlcore.cards import Access, Card, Family, Promise
from tlcore.data import Task
from tlcore.descent import cosine
from tlcore.errors import RequestError
from tlcore.hparams import hparam
from tlcore.strategies.base import Strategy, Training, Values, supervised

_NORMS = (nn.GroupNorm, nn.LayerNorm, nn.modules.batchnorm._NormBase)


@dataclass(frozen=True)
class BitFitHParams(Training):
    steps: int = hparam(300, "Steps on the labelled target images.", low=1, high=1_000_000, log=True)
    lr: float = hparam(0.01, "Learning rate while tuning.", low=1e-6, high=10.0, log=True)
    moves: str = hparam(
        "both",
        "What moves, beside the head: every bias (BitFit), scale and shift of the norms, or both.",
        among=("biases", "norms", "both"),
    )
    source_steps: int = hparam(
        300, "Steps on the source first; 0 starts from the weights that the backbone came with.", low=0, high=1_000_000
    )
    source_lr: float = hparam(0.003, "Learning rate while learning the source.", low=1e-6, high=10.0, log=True)


class BitFit(Strategy[BitFitHParams]):
    card = Card(
        key="bitfit",
        title="BitFit / norm-only",
        family=Family.INDUCTIVE,
        idea="Move only biases and the norms' scales and shifts, one weight in a hundred, and leave the rest alone.",
        source="Ben Zaken et al., ACL 2022, arXiv:2106.10199; norms: Frankle et al., ICLR 2021, arXiv:2003.00152",
        needs=(Access.LABELS, Access.FEW),
        curves={"classification": "Cross-entropy on the source, then on the labelled target images."},
        use="With few labels, or one network for many targets, each of which keeps only its biases.",
        avoid="When the target needs features that the network lacks: those it has are only turned up and down.",
        assumes="The features are there; the target only weighs them otherwise.",
        cost="As many passes as fine-tuning; about one weight in a hundred to keep",
        trains={"learn the source": ("backbone", "head"), "tune": ("biases", "norms", "statistics", "head")},
        flow=(
            "source > backbone > head > cross-entropy",
            "labelled target > biases and norms in backbone* > head > cross-entropy",
        ),
        promise=Promise("handwritten-to-dark", over="linear-probe", points=5, target_labels=2),
    )
    HParams = BitFitHParams

    def length(self) -> int:
        return self.hparams.source_steps + self.hparams.steps

    def steps(self, task: Task) -> Iterator[Values]:
        backbone, head, hparams = self.network.backbone, self.network.head, self.hparams
        yield from supervised(
            self,
            task.source,
            name="learn the source",
            steps=hparams.source_steps,
            rates={self.network: hparams.source_lr},
        )
        backbone.requires_grad_(False)
        for each in moving(backbone, hparams.moves):
            each.requires_grad_(True)
        rates: dict[nn.Module, float] = {backbone: hparams.lr, head: hparams.lr}
        yield from supervised(self, task.few, name="tune", steps=hparams.steps, rates=rates, schedule=cosine)


def moving(backbone: nn.Module, what: str) -> list[nn.Parameter]:
    """The biases, the affine weights of norms, or both; a norm's shift is a bias as well."""
    biases = [each for name, each in backbone.named_parameters() if name.rpartition(".")[2] == "bias"]
    norms = [each for module in backbone.modules() if isinstance(module, _NORMS) for each in module.parameters()]
    if what == "norms" and not norms:
        raise RequestError("Only the norms shall move, but this backbone has none: let the biases move.")
    return {"biases": biases, "norms": norms, "both": list({*biases, *norms})}[what]
