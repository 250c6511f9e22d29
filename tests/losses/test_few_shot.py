"""Classifying by a few examples: each formula against numpy or scikit-learn, written another way.

Prototypes stand in `test_losses.py`, against scikit-learn's NearestCentroid. easyfsl 1.5.0, a known library of
few-shot methods, takes distances that are not squared: the same class wins, but loss and gradients are others.
"""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import cosine_similarity
from torch import Tensor

from tlcore.losses.few_shot import (
    attention_logits,
    cosine_logits,
    differences,
    in_label_space,
    prototype_logits,
    prototypes,
    verification,
)


def cloud(rows: int, dim: int = 5, seed: int = 0) -> Tensor:
    return torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_attention_is_a_softmax_of_cosines_summed_by_class(temperature: float) -> None:
    queries, support, labels = cloud(7, seed=1), cloud(6, seed=2), torch.tensor([0, 1, 2, 2, 1, 2])
    expected = np.zeros((7, 3))
    for row, query in enumerate(queries.numpy()):
        weights = [
            np.exp(query @ each / np.linalg.norm(query) / np.linalg.norm(each) / temperature)
            for each in support.numpy()
        ]
        for weight, label in zip(weights, labels.tolist()):
            expected[row, label] += weight / sum(weights)
    logits = attention_logits(queries, support, labels, 3, temperature)
    assert np.allclose(logits.exp(), expected, rtol=1e-12)
    assert torch.allclose(logits.softmax(1), logits.exp())


def test_attention_sees_directions_alone_and_stays_finite_when_it_is_sure() -> None:
    queries, support, labels = cloud(7, seed=1), cloud(6, seed=2), torch.arange(6) % 3
    same = attention_logits(100 * queries, 0.01 * support, labels, 3)
    assert torch.allclose(same, attention_logits(queries, support, labels, 3))
    opposite = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], requires_grad=True)
    logits = attention_logits(opposite, opposite, torch.tensor([0, 1]), 2, temperature=0.01)
    logits.sum().backward()
    assert torch.isfinite(logits).all() and torch.isfinite(opposite.grad).all()


def test_attention_with_one_example_a_class_is_a_cosine_classifier() -> None:
    """Vinyals et al., section 2.1: with one example of each class the attention is the class distribution."""
    queries, support = cloud(7, seed=1), cloud(4, seed=2)
    logits = attention_logits(queries, support, torch.arange(4), 4, temperature=0.5)
    assert torch.allclose(logits, cosine_logits(queries, support, 2.0).log_softmax(1))


def test_cosine_logits_are_scaled_cosines() -> None:
    features, weights = cloud(7, seed=1), cloud(4, seed=2)
    assert np.allclose(cosine_logits(features, weights, 3.0), 3 * cosine_similarity(features.numpy(), weights.numpy()))


def test_differences_are_of_every_pair_and_feature() -> None:
    features, others = cloud(3, seed=1), cloud(4, seed=2)
    expected = [[np.abs(a - b) for b in others.numpy()] for a in features.numpy()]
    assert np.allclose(differences(features, others), expected)


def test_verification_is_the_log_loss_with_either_kind_of_pair_weighing_half() -> None:
    logits, same = cloud(6, 3, seed=1), cloud(6, 3, seed=2) > 0.8
    kinds = same.numpy().ravel()
    weights = np.where(kinds, 1 / kinds.sum(), 1 / (~kinds).sum())
    expected = log_loss(kinds, logits.sigmoid().numpy().ravel(), sample_weight=weights)
    assert verification(logits, same).item() == pytest.approx(expected, rel=1e-6)
    assert verification(torch.zeros(4), torch.tensor([True, False, False, False])).item() == pytest.approx(np.log(2))
    assert verification(torch.tensor([-1e4, 1e4]), torch.tensor([True, False])).item() == pytest.approx(1e4)


def test_classes_without_an_example_come_last_at_a_finite_distance() -> None:
    logits = cloud(5, 2).requires_grad_()
    wide = in_label_space(logits, torch.tensor([3, 1]), 4)
    assert torch.equal(wide[:, [3, 1]], logits)
    assert torch.isfinite(wide).all()
    assert (wide[:, [0, 2]] <= logits.amin(1, keepdim=True) - 20).all()
    wide.sum().backward()
    assert torch.equal(logits.grad, torch.ones(5, 2))  # what pads takes no gradient


def test_squared_distances_and_plain_ones_choose_alike_and_learn_differently() -> None:
    features, queries, labels = cloud(9, seed=1), cloud(20, seed=2), torch.arange(9) % 3
    centres = prototypes(features, labels, 3)
    ours, easyfsl = prototype_logits(queries, centres), -torch.cdist(queries, centres)
    assert torch.equal(ours.argmax(1), easyfsl.argmax(1))
    assert torch.allclose(ours, -easyfsl.square())
    assert not torch.allclose(ours.log_softmax(1), easyfsl.log_softmax(1), atol=0.1)
