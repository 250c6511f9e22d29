"""Enough digits for differences of sums, whatever the network around them runs in."""

import torch
from torch import Tensor


def wide(features: Tensor) -> Tensor:
    """At least float32: half precision has too few digits for differences of sums."""
    return features.float() if features.dtype in (torch.float16, torch.bfloat16) else features


def full_precision(features: Tensor) -> torch.autocast:
    """Products inside are not rounded to half precision, even while the network runs in it."""
    return torch.autocast(features.device.type, enabled=False)
