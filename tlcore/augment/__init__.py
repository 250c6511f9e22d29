"""Random views of a batch, and the named ways of drawing them."""

from tlcore.augment.changes import blurred, quarter_turns, recoloured
from tlcore.augment.policies import NONE, AugmentCard, cards, policy
from tlcore.augment.views import Augment

__all__ = ["NONE", "Augment", "AugmentCard", "blurred", "cards", "policy", "quarter_turns", "recoloured"]
