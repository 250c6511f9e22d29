"""How alike two sets of features of the same images are, whatever their axes: centred kernel alignment."""

import torch
from torch import Tensor


def linear_cka(first: Tensor, second: Tensor) -> float:
    """Linear CKA of two sets of features of the same N images: ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), columns centred, in [0, 1].

    1 where one is the other turned, mirrored, moved or scaled as a whole. With fewer images than features it is
    high by chance, so few images tell little. Not-a-number where features do not vary at all.

    Kornblith, Norouzi, Lee & Hinton, "Similarity of neural network representations revisited", ICML 2019,
    arXiv:1905.00414, section 3, with the linear kernel.

    first (N, D), second (N, E)
    """
    if len(first) != len(second) or first.ndim != 2 or second.ndim != 2:
        raise ValueError(f"CKA compares features of the same images, but got {first.shape} and {second.shape}.")
    x, y = (rows.double() - rows.double().mean(0) for rows in (first, second))
    if len(x) < min(x.shape[1], y.shape[1]):  # the same three norms from the smaller products
        k, m = x @ x.T, y @ y.T  # (N, N)
        shared, own, other = (k * m).sum(), k.norm(), m.norm()
    else:
        shared, own, other = (y.T @ x).square().sum(), (x.T @ x).norm(), (y.T @ y).norm()
    tiny = torch.finfo(torch.float32).eps
    if own <= tiny * first.double().square().sum() or other <= tiny * second.double().square().sum():
        return float("nan")
    return float(shared / (own * other))
