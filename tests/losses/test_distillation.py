"""What is learnt from a teacher, against numpy and scipy."""

import numpy as np
import pytest
import torch
from scipy.special import rel_entr, softmax

from tlcore.losses.distillation import attention, attention_transfer, distillation, hint


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 20.0])
def test_distillation_is_the_divergence_of_the_softened_answers_times_t_squared(temperature: float) -> None:
    """tllib (`KnowledgeDistillationLoss`) has no T²; torchdistill 1.1.5 drops it where α is 0 or None."""
    student, teacher = 5 * noise(7, 4, seed=1), 5 * noise(7, 4, seed=2)
    wanted, given = (softmax(logits.numpy() / temperature, axis=1) for logits in (teacher, student))
    expected = temperature**2 * rel_entr(wanted, given).sum(1).mean()
    assert distillation(student, teacher, temperature).item() == pytest.approx(expected, rel=1e-12)


def test_the_weight_of_distillation_means_the_same_at_every_temperature() -> None:
    """Hinton's eq. 4: at high T the gradient is that of matching the centred logits, (z − v) / N, whatever T is."""
    student, teacher = noise(6, 5, seed=3).requires_grad_(), noise(6, 5, seed=4)
    centred = [logits.detach() - logits.detach().mean(1, keepdim=True) for logits in (student, teacher)]
    for temperature in (300.0, 3000.0):
        (slope,) = torch.autograd.grad(distillation(student, teacher, temperature), student)
        torch.testing.assert_close(slope, (centred[0] - centred[1]) / 5 / 6, atol=1e-3, rtol=0)


def test_a_hint_is_half_the_mean_squared_difference() -> None:
    guided, teacher = noise(3, 4, 5, 6, seed=1), noise(3, 4, 5, 6, seed=2)
    expected = np.square(guided.numpy() - teacher.numpy()).mean() / 2
    assert hint(guided, teacher).item() == pytest.approx(expected, rel=1e-12)


def test_attention_is_where_the_channels_are_strong() -> None:
    maps = noise(3, 8, 4, 5).numpy()
    strength = np.einsum("nchw,nchw->nhw", maps, maps).reshape(3, 20)
    expected = strength / np.linalg.norm(strength, axis=1, keepdims=True)
    np.testing.assert_allclose(attention(torch.from_numpy(maps)).numpy(), expected, rtol=1e-12)


def test_attention_transfer_is_the_distance_of_the_two_attentions() -> None:
    student, teacher = noise(3, 8, 4, 4, seed=1), noise(3, 16, 8, 8, seed=2)
    smaller = teacher.numpy().reshape(3, 16, 4, 2, 4, 2).mean((3, 5))
    units = []
    for maps in (student.numpy(), smaller):
        strength = (maps**2).sum(1).reshape(3, -1)
        units.append(strength / np.sqrt((strength**2).sum(1, keepdims=True)))
    expected = np.sqrt(((units[0] - units[1]) ** 2).sum(1)).mean()
    assert attention_transfer(student, teacher).item() == pytest.approx(expected, rel=1e-9)


def test_attention_does_not_see_how_strong_or_how_many_the_channels_are_and_equal_maps_have_a_slope() -> None:
    maps = noise(2, 3, 4, 4).requires_grad_()
    doubled = torch.cat([7 * maps, 7 * maps], dim=1).detach()
    distance = attention_transfer(maps, doubled)
    assert distance.item() == pytest.approx(0, abs=1e-5)
    (slope,) = torch.autograd.grad(distance, maps)
    assert slope.isfinite().all()
