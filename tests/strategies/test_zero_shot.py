"""Classes that have attributes and no images."""

from dataclasses import replace

import pytest
import torch

from tests.strategies.small import small, small_task
from tlcore.data import Task
from tlcore.errors import RequestError
from tlcore.training.bystander import untouched

METHODS = ["eszsl", "attribute-embedding"]


def lacking() -> Task:
    """The source shows the classes 0 and 1 of three; class 2 has the attributes of both."""
    task = small_task()
    return replace(task, source=task.source.at(task.source.labelled()[1] != 2))


@pytest.mark.parametrize("key", METHODS)
def test_a_class_without_attributes_cannot_be_known(key: str) -> None:
    with pytest.raises(RequestError, match="attributes"):
        list(small(key).walk(replace(small_task(), attributes=None)))


@pytest.mark.parametrize("key", METHODS)
def test_the_handicap_sends_questions_to_unseen_classes(key: str) -> None:
    task, unseen = lacking(), []
    for handicap in (0.0, 2.0):
        torch.manual_seed(0)
        strategy = small(key, handicap=handicap)
        list(strategy.walk(task))
        with untouched(strategy):
            scores = strategy.predict(task.target.inputs)
        unseen.append(scores[:, 2] - scores[:, 0])
    assert torch.allclose(unseen[1] - unseen[0], torch.tensor(2.0), atol=1e-5)


@pytest.mark.parametrize("key", METHODS)
def test_unseen_classes_are_possible_answers(key: str) -> None:
    task = lacking()
    strategy = small(key, handicap=2.0)
    list(strategy.walk(task))
    with untouched(strategy):
        assert (strategy.predict(task.target.inputs).argmax(1) == 2).any()


def test_the_embedding_never_learns_that_an_unseen_class_does_not_occur() -> None:
    """What it is told of class 2 makes no difference while class 2 has no image."""
    task = lacking()
    assert task.attributes is not None
    other = task.attributes.clone()
    other[2] = torch.tensor([5.0, -3.0])
    curves = []
    for each in (task, replace(task, attributes=other)):
        torch.manual_seed(0)
        curves.append([values["classification"].item() for values in small("attribute-embedding").walk(each)])
    assert curves[0] == curves[1]
