"""Every test of this folder that asks for `key` runs for every strategy."""

import pytest

from tests.strategies.small import small_task
from tlcore.data import Task
from tlcore.strategies import STRATEGIES


@pytest.fixture
def task() -> Task:
    return small_task()


@pytest.fixture(params=sorted(STRATEGIES))
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)
