"""The teacher is the exponential average of the student, in closed form."""

import numpy as np
import torch
from torch import nn

from tlcore.strategies.mean_teacher import follow


def test_a_teacher_is_the_geometrically_weighted_mean_of_its_students() -> None:
    teacher, student, memory = nn.Linear(3, 2), nn.Linear(3, 2), 0.9
    random = np.random.default_rng(0)
    lives = [teacher.weight.detach().numpy().copy()]
    for _ in range(5):
        lives.append(random.standard_normal((2, 3)).astype(np.float32))
        with torch.no_grad():
            student.weight.copy_(torch.from_numpy(lives[-1]))
        lag = follow(teacher, student, memory)
    weights = [memory**5] + [(1 - memory) * memory ** (4 - k) for k in range(5)]
    assert sum(weights) == 1 or np.isclose(sum(weights), 1)
    assert np.allclose(teacher.weight.detach(), np.average(lives, axis=0, weights=weights), atol=1e-6)
    assert 0 < lag.item() < 3
