"""The mathematics of the strategies, as pure functions: one module a kind of loss."""

from tlcore.losses.adversarial import domain_adversarial, reverse_gradient
from tlcore.losses.alignment import coral, mmd
from tlcore.losses.few_shot import prototype_logits, prototypes

__all__ = ["coral", "domain_adversarial", "mmd", "prototype_logits", "prototypes", "reverse_gradient"]
