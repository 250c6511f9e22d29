"""Learning without labels: what two views of one thing have in common, and signs that nothing is learnt."""

import torch
import torch.nn.functional as F
from torch import Tensor


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Which of all views is the other view of the same input? The cross-entropy of that question.

    Projections (B, D) of two views give a scalar in nats, the mean over all 2B views. Similarity is
    the cosine over the temperature; the 2 (B − 1) views of other inputs are the wrong answers.

    Source: Chen et al. (SimCLR), ICML 2020, arXiv:2002.05709, eq. 1 and algorithm 1.
    """
    views = F.normalize(torch.cat([first, second]), dim=1)  # (2B, D)
    similarity = views @ views.T / temperature  # (2B, 2B)
    itself = torch.eye(len(views), dtype=torch.bool, device=views.device)
    partner = torch.arange(len(views), device=views.device).roll(len(first))  # (2B,)
    return F.cross_entropy(similarity.masked_fill(itself, -torch.inf), partner)


def negative_cosine(predicted: Tensor, wanted: Tensor) -> Tensor:
    """−cos between rows (B, D) and (B, D), as a mean: −1 when all point the same way.

    No gradient is stopped here: whoever wants that detaches what is wanted.

    Source: Chen & He (SimSiam), CVPR 2021, arXiv:2011.10566, eq. 1.
    """
    return -F.cosine_similarity(predicted, wanted, dim=1).mean()


def barlow_twins(first: Tensor, second: Tensor, redundancy: float) -> Tensor:
    """Σ_i (1 − C_ii)² + λ Σ_i Σ_{j≠i} C_ij², with C the correlation between the two views' features.

    Projections (B, D) of two views give a scalar: 0 when each feature is the same in both views, and tells
    nothing of any other. `redundancy` is λ. As in the authors' code, 1e-5 is added to each variance.

    Source: Zbontar et al., ICML 2021, arXiv:2103.03230, eq. 1 and 2.
    """
    # Batch norm without weights: each feature has mean 0 and (biased) variance 1 over the batch.
    views = [F.batch_norm(each, None, None, training=True) for each in (first, second)]
    correlation = views[0].T @ views[1] / len(first)  # (D, D)
    own = correlation.diagonal()
    return (1 - own).square().sum() + redundancy * (correlation.square().sum() - own.square().sum())


def spread(projections: Tensor) -> Tensor:
    """How far the directions of rows (B, D) are spread: the mean over D of the standard deviation of z / ‖z‖.

    A scalar: 0 when all inputs have become one and the same (collapse), 1/√D when directions are even.

    Source: Chen & He (SimSiam), CVPR 2021, arXiv:2011.10566, section 4.1 and figure 2.
    """
    return F.normalize(projections, dim=1).std(0, correction=0).mean()
