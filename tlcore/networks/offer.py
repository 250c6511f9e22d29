"""What is offered: a backbone's card, how it is built, and how it comes by its weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tlcore.cards import BackboneCard
from tlcore.errors import RequestError
from tlcore.networks.backbone import Backbone

SMALLEST_IMAGE = 8
NONE = "none"  # the name of random weights


@dataclass(frozen=True)
class Offer:
    """A backbone by name, how to describe it, to build it from the shape of one input, and to fill it with weights."""

    key: str
    takes: str
    own: str  # the pre-training that it has unless somebody says otherwise, or ""
    describe: Callable[[], BackboneCard]
    build: Callable[[tuple[int, ...]], Backbone]
    pretrain: Mapping[str, Callable[[Backbone], None]] = field(default_factory=dict)  # by name

    @classmethod
    def of(
        cls,
        card: BackboneCard,
        build: Callable[[tuple[int, ...]], Backbone],
        pretrain: Mapping[str, Callable[[Backbone], None]] | None = None,
    ) -> "Offer":
        """An offer whose card is written out."""
        return cls(card.key, card.takes, card.own, lambda: card, build, pretrain or {})

    @property
    def card(self) -> BackboneCard:
        return self.describe()

    def check(self, input_shape: tuple[int, ...]) -> None:
        """Raise `RequestError` for inputs that this backbone cannot take."""
        kind = "points" if len(input_shape) == 1 else "images"
        if kind != self.takes:
            raise RequestError(
                f"The backbone '{self.key}' takes {self.takes}, but these are {kind} of shape "
                f"{input_shape}: choose a backbone that takes {kind}."
            )
        if kind == "images" and (len(input_shape) != 3 or input_shape[0] not in (1, 3)):
            raise RequestError(f"An image should be grey or of three colours, (C, H, W), but is {input_shape}.")
        if kind == "images" and min(input_shape[1:]) < SMALLEST_IMAGE:
            raise RequestError(
                f"The backbone '{self.key}' takes images of {SMALLEST_IMAGE}×{SMALLEST_IMAGE} pixels or more, "
                f"but these are {input_shape[1]}×{input_shape[2]}: enlarge them."
            )
