"""By which validator a run picks the checkpoint that it keeps: words and rules that need no torch.

A validator may look at what the strategy may see and no more: at held-out source images with labels where it learns
from source labels, at held-out target images without labels where it sees target images.
"""

from collections.abc import Mapping
from typing import Any

NONE = "none"  # keep no checkpoint but the last
PREFIX = "validator_"  # before the name of a validator that an evaluation tells
STEP = "kept_step"  # the step of the best evaluation so far, as evaluations tell it
KEPT = "kept_"  # before a measure of the checkpoint that is kept, told at the end
DEFAULTS = ("information", "source_validation")  # the first that suits

QUICK: Mapping[str, str] = {  # by key: what it is, in a sentence
    "source_validation": "Accuracy on held-out source images: what one would look at without knowing of the target.",
    "certainty": "How sure the network is of its answers on target images, as −H(p) in nats.",
    "information": "How sure and how various its answers on target images are, as H(p̄) − H(p) in nats.",
    "nuclear_norm": "How sure and how various its answers on target images are, as a nuclear norm.",
    "density": "How many near neighbours a target image has among the answers, as an entropy in nats.",
}
THOROUGH: Mapping[str, str] = {
    **QUICK,
    "deep_embedded": "The loss on held-out source images that look like the target, negated, in nats.",
    "reverse": "Accuracy on source images of a classifier that learned the target's predicted classes.",
}
_OF_SOURCE = ("source_validation", "deep_embedded", "reverse")  # look at source labels
_OF_TARGET = tuple(name for name in THOROUGH if name != "source_validation")  # look at target images


def unfit(validator: str, card: Mapping[str, Any], exam: str) -> str:
    """Why a validator cannot pick among the checkpoints of a strategy, by its card; empty if it can."""
    source, target = card["needs"]
    if exam == "episodes":
        return "every episode has classes of its own, so there are no answers for a validator to look at"
    if card["answers"] == "clusters":
        return "clusters have no names, so there are no classes for a validator to look at"
    if validator in _OF_SOURCE and source != "labels":
        return f"'{card['key']}' does not learn from source labels, and '{validator}' looks at them"
    if validator in _OF_TARGET and target == "nothing":
        return f"'{card['key']}' sees no target image, and '{validator}' looks at them"
    return ""


def default(card: Mapping[str, Any], exam: str) -> str:
    """The validator by which a run keeps a checkpoint unless somebody says otherwise; "none" where none makes sense."""
    return next((each for each in DEFAULTS if not unfit(each, card, exam)), NONE)


def fitting(card: Mapping[str, Any], exam: str) -> list[str]:
    """All that could pick, "none" among them."""
    return [*(each for each in THOROUGH if not unfit(each, card, exam)), NONE]
