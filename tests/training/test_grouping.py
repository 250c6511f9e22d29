"""Accuracy by group, calibration and how many images stand behind a number, against counting by hand."""

from dataclasses import replace
from math import log
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.strategies.small import small, small_exam, small_task
from tlcore import scenarios
from tlcore.cards import Factor
from tlcore.data import Domain
from tlcore.intervals import wilson
from tlcore.scenarios.prepare import prepare
from tlcore.strategies import Strategy
from tlcore.training.bystander import untouched
from tlcore.training.evaluators import Accuracy, Exam
from tlcore.training.grouping import FEWEST, Groups, grouped
from tlcore.training.keeping import copied, put

COLOUR = Factor("colour", ("red", "green"))


class Colourist:
    """Names the colour, and not the shape: it is right wherever the shortcut holds."""

    asked = 0

    def predict(self, inputs: Tensor) -> Tensor:
        Colourist.asked += len(inputs)
        return 3 * torch.eye(2)[inputs[:, 0, 0, 0].long()]


def painted(colours: list[int], labels: list[int]) -> Domain:
    images = torch.zeros(len(labels), 1, 1, 1, dtype=torch.uint8)
    images[:, 0, 0, 0] = torch.tensor(colours)
    environment = torch.zeros(len(labels), dtype=torch.int64)
    return Domain("painted", images, torch.tensor(labels), 0, torch.stack([environment, torch.tensor(colours)], 1))


def colourist() -> Strategy[Any]:
    return Colourist()  # type: ignore[return-value]


def exam() -> Exam:
    # In the source nine of ten agree, in the target half of them do; one group of it has two images only.
    source = painted([0] * 20 + [1] * 20, [0] * 18 + [1] * 2 + [1] * 18 + [0] * 2)
    return Exam(source, painted([0] * 12 + [1] * 12 + [0] * 2, [0] * 24 + [1] * 2))


def test_the_worst_group_is_where_the_shortcut_fails_and_tiny_groups_do_not_count() -> None:
    groups = Groups(("circle", "square"), COLOUR, 1)
    told = Accuracy(exam(), groups=groups).evaluate(colourist(), final=False)
    assert told["target_accuracy"] == pytest.approx(12 / 26)
    assert told["target_worst_group_accuracy"] == 0.0
    assert told["source_worst_group_accuracy"] == 1.0, "groups of two images are too small to say anything"
    target = exam().target
    found = groups.accuracies(target, torch.tensor([True] * 12 + [False] * 14))
    assert found == {"circle, red": wilson(1.0, 12), "circle, green": wilson(0.0, 12)}
    assert FEWEST > 2


def test_numbers_say_of_how_many_images_they_are_and_the_last_one_how_calibrated() -> None:
    between, end = (Accuracy(exam(), quick=10).evaluate(colourist(), final=final) for final in (False, True))
    assert (between["target_items"], end["target_items"], end["source_items"]) == (10, 26, 40)
    certain = 1 / (1 + torch.tensor(-3.0).exp().item())  # all answers are equally sure: one stretch of certainty
    assert end["target_ece"] == pytest.approx(abs(certain - 12 / 26), abs=1e-6)
    assert end["source_ece"] == pytest.approx(abs(certain - 36 / 40), abs=1e-6)
    assert "target_ece" not in between
    assert end["source_loss"] == pytest.approx(-(36 * log(certain) + 4 * log(1 - certain)) / 40, abs=1e-6)


def test_a_scenario_is_grouped_by_what_may_be_a_shortcut() -> None:
    card = scenarios.find("shapes-bias").card
    found = grouped(card.classes, card.factors, "classes")
    assert found is not None and found.factor.name == "colour" and card.factors[found.place].name == "colour"
    assert len(found.names) == len(card.classes) * len(found.factor.values)
    assert grouped(card.classes, card.factors, "zero-shot") is None and grouped(card.classes, (), "classes") is None


def test_groups_of_a_real_pair_are_those_of_its_factors() -> None:
    prepared = prepare("colored-digits", seed=1)
    groups = prepared.groups
    assert groups is not None
    target = prepared.exam.target
    found = groups.accuracies(target, torch.ones(len(target), dtype=torch.bool))
    split = prepared.pair.target_test
    assert split.factors is not None
    for place, name in enumerate(prepared.pair.classes):
        for value, colour in enumerate(("red", "green")):
            count = int(((split.labels == place) & (split.factors[:, groups.place] == value)).sum())
            assert found[f"{name}, {colour}"].n == count


def test_who_asks_the_same_again_takes_no_further_pass() -> None:
    task, asked = small_task(), list[int]()
    strategy = small("source-only", steps=3)
    walk = strategy.walk(task)
    next(walk)
    strategy.network.register_forward_hook(lambda *_: asked.append(1))
    questions = small_exam()
    with untouched(strategy):
        first, again = questions.asked(strategy), questions.asked(strategy)
    assert len(asked) == 2 and again[1].logits is first[1].logits
    with untouched(strategy):
        questions.asked(strategy, 10)
    assert len(asked) == 4, "fewer images are another question"
    put(strategy, {name: value + 1 for name, value in copied(strategy).items()})
    with untouched(strategy):
        other = questions.asked(strategy, 10)
    assert len(asked) == 6 and not torch.equal(other[1].logits, first[1].logits[:10])
    next(walk)
    with untouched(strategy):
        questions.asked(strategy, 10)
    assert len(asked) == 9, "it has learnt a step, which is a pass of its own, and is asked anew"


def test_without_target_labels_nothing_can_be_graded() -> None:
    blind = replace(exam(), target=exam().target.without_labels())
    with pytest.raises(Exception, match="hidden"):
        Accuracy(blind).evaluate(colourist(), final=False)
