"""Ways to augment by name: what every training image of a run may go through before a strategy sees it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tlcore.augment.views import Augment
from tlcore.errors import UnknownKey

NONE = "none"


@dataclass(frozen=True)
class AugmentCard:
    """A way to augment, in words."""

    key: str
    title: str
    idea: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_POLICIES: Mapping[str, tuple[AugmentCard, Augment | None]] = {
    card.key: (card, augment)
    for card, augment in (
        (AugmentCard(NONE, "None", "Every training image is shown as it is."), None),
        (
            AugmentCard("light", "Light", "Moved and zoomed by up to a tenth; for digits and other small drawings."),
            Augment(shift=0.1, turn=0.0, zoom=0.1),
        ),
        (
            AugmentCard("relit", "Light and contrast", "Brighter and darker, pale as in fog and stark; nothing moves."),
            Augment(shift=0.0, turn=0.0, zoom=0.0, light=0.25, contrast=0.9),
        ),
        (
            AugmentCard("photos", "Photos", "Cut-outs of other proportions, mirror images, light and colours varied."),
            Augment(shift=0.0, turn=0.0, zoom=0.0, crop=0.4, stretch=1 / 3, flip=True,
                    light=0.1, contrast=0.3, saturation=0.3, hue=0.05),
        ),
        (
            AugmentCard("strong", "Strong", "As photos, and more of it; turned, slanted and blurred as well."),
            Augment(shift=0.0, turn=15.0, zoom=0.0, crop=0.6, stretch=1 / 3, shear=0.1, flip=True,
                    light=0.25, contrast=0.5, saturation=0.7, hue=0.15, blur=0.3),
        ),
    )
}  # fmt: skip


def policy(key: str) -> Augment | None:
    """What a name means; None for "none". Raises `UnknownKey`."""
    if key not in _POLICIES:
        raise UnknownKey("augmentation", key, _POLICIES)
    return _POLICIES[key][1]


def cards() -> dict[str, AugmentCard]:
    return {key: card for key, (card, _) in _POLICIES.items()}
