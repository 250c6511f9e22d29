"""Every test of this folder that asks for `key` runs for every strategy."""

import pytest
import torch

from tests.strategies.small import small_task
from tlcore.data import Task
from tlcore.strategies import STRATEGIES


@pytest.fixture(autouse=True)
def _chance_of_its_own() -> None:
    """What a strategy draws must not depend on which tests ran before."""
    torch.manual_seed(0)


@pytest.fixture
def task() -> Task:
    return small_task()


@pytest.fixture(params=sorted(STRATEGIES))
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)
