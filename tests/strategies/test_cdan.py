"""CDAN's random map, for features and classes whose product is too wide: it survives a kill as well."""

import pytest
import torch

from tests.strategies.small import small, small_task
from tlcore.strategies import cdan


def test_a_product_that_is_too_wide_is_mapped_at_random_and_a_resumed_run_draws_the_same_map(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = list(small("cdan").walk(small_task()))
    monkeypatch.setattr(cdan, "WIDEST", 100)  # the small network has 64 features and 3 classes
    torch.manual_seed(0)
    whole = small("cdan")
    told = list(whole.walk(small_task()))
    assert told[0]["domain"] != plain[0]["domain"]

    torch.manual_seed(0)
    first = small("cdan")
    walk = first.walk(small_task())
    next(walk), next(walk)
    saved = first.journal.state()
    torch.manual_seed(99)
    second = small("cdan", network_seed=7)
    second.journal.load(saved)
    rest = list(second.walk(small_task()))
    assert [each["domain"] for each in rest] == [each["domain"] for each in told[2:]]


@pytest.mark.parametrize(("dim", "classes", "width"), [(64, 64, 4096), (500, 10, 1024)])
def test_the_map_is_random_beyond_4096_numbers(dim: int, classes: int, width: int) -> None:
    features, predictions = torch.rand(2, dim), torch.rand(2, classes)
    strategy = small("cdan")
    strategy.network.backbone.dim, strategy.network.head = dim, torch.nn.Linear(dim, classes)
    conditioned, said = strategy._conditioning(torch.device("cpu"))
    assert conditioned(features, predictions).shape == (2, width) and said == width
