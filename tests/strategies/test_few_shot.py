"""What few-shot and meta-learning strategies make of a new problem, and what they leave behind: nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.strategies.small import images, small, small_task
from tlcore.data import Batch, Task
from tlcore.phases import chance
from tlcore.strategies import Strategy
from tlcore.training.bystander import untouched

TRANSDUCTIVE = ["maml", "reptile"]
LEARNERS = ["proto-net", "matching-net", "siamese", "baseline-plus-plus", "maml", "anil", "reptile"]


def trained(key: str, task: Task | None = None, **settings: Any) -> Strategy[Any]:
    strategy = small(key, **settings)
    list(strategy.walk(task or small_task()))
    return strategy


@pytest.fixture
def problem() -> Batch:
    inputs, labels = images("new", 12, 0.8, seed=7).labelled()
    return inputs[:6], labels[:6]


@pytest.fixture(params=LEARNERS)
def learner(request: pytest.FixtureRequest) -> Iterator[Strategy[Any]]:
    strategy = trained(request.param)
    with untouched(strategy):
        yield strategy


def test_a_new_problem_leaves_no_trace(learner: Strategy[Any], problem: Batch) -> None:
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    drawn = chance()["torch"]
    first = learner.adapted(problem)(problem[0])
    second = learner.adapted(problem)(problem[0])
    assert torch.equal(first, second) and not first.requires_grad and torch.isfinite(first).all()
    assert first.shape == (6, 3)
    assert torch.equal(drawn, chance()["torch"])
    assert all(torch.equal(value, before[name]) for name, value in learner.network.state_dict().items())
    assert all(parameter.grad_fn is None for parameter in learner.network.parameters())


def test_a_question_is_answered_alike_whoever_else_is_asked(learner: Strategy[Any], problem: Batch) -> None:
    """Questions that are normalised together help each other: Nichol et al. 2018 call it transduction.

    MAML and Reptile do it, as in their papers, and their cards say so; nobody else may.
    """
    answer = learner.adapted(problem)
    alike = torch.allclose(answer(problem[0])[:1], answer(problem[0][:1]), atol=1e-5)
    assert alike != (learner.card.key in TRANSDUCTIVE)
    assert alike == ("transductive" not in learner.card.assumes)


def test_a_problem_may_have_more_classes_than_an_episode_of_training(learner: Strategy[Any], problem: Batch) -> None:
    inputs, _ = problem
    assert learner.adapted((inputs, torch.arange(6)))(inputs).shape == (6, 6)  # three times an episode's two


def test_a_class_without_a_labelled_target_image_comes_last_at_a_finite_distance() -> None:
    task = small_task()
    some = replace(task, few=task.few.at(task.few.labelled()[1] != 1))
    for key in LEARNERS:
        if key == "baseline-plus-plus":
            continue  # its head was fitted to all classes' names
        strategy = trained(key, some)
        with untouched(strategy):
            logits = strategy.predict(task.target.inputs)
        assert torch.isfinite(logits).all() and (logits.argmax(1) != 1).all(), key
        assert (logits[:, 1] < logits[:, [0, 2]].amin(1) - 19).all(), key


def test_maml_takes_the_step_of_algorithm_2() -> None:
    """One meta-step with plain autograd on a copy: inner step by hand, outer loss through it, Adam's first step."""
    task = small_task()
    strategy = small("maml", steps=1, inner_steps=1, meta_batch=1, lr=0.01, inner_lr=0.2, backbone_rate=1.0)
    twin = small("maml").network
    list(strategy.walk(task))

    episode = task.source.episodes(2, 1, 2).at(0)
    twin.train()  # batch norm takes its statistics from the images that it is shown
    names, weights = zip(*twin.named_parameters())

    def logits(values: tuple[Tensor, ...], inputs: Tensor) -> Tensor:
        return torch.func.functional_call(twin, dict(zip(names, values)), (inputs,))[:, :2]

    inner = torch.autograd.grad(
        F.cross_entropy(logits(weights, episode.support), episode.support_labels), weights, create_graph=True
    )
    moved = tuple(weight - 0.2 * slope for weight, slope in zip(weights, inner))
    outer = torch.autograd.grad(F.cross_entropy(logits(moved, episode.query), episode.query_labels), weights)
    for name, weight, slope in zip(names, weights, outer):
        change = strategy.network.get_parameter(name) - weight
        clear = slope.abs() > 1e-4  # Adam's first step is the learning rate against the sign of the slope
        assert torch.allclose(change[clear], -0.01 * slope[clear].sign(), atol=1e-4), name


def test_reptile_goes_its_share_of_the_way_by_hand() -> None:
    task = small_task()
    strategy = small("reptile", steps=1, inner_steps=2, lr=0.5, inner_lr=0.1, backbone_rate=1.0)
    twin, start = small("reptile").network, small("reptile").network
    list(strategy.walk(task))

    episode = task.source.episodes(2, 1, 0).at(0)
    twin.train()
    for _ in range(2):
        twin.zero_grad()
        F.cross_entropy(twin(episode.support)[:, :2], episode.support_labels).backward()
        with torch.no_grad():
            for parameter in twin.parameters():
                parameter -= 0.1 * parameter.grad
    for name, there in twin.named_parameters():
        half = (start.get_parameter(name) + there) / 2
        assert torch.allclose(strategy.network.get_parameter(name), half, atol=1e-6), name


def test_anil_moves_the_head_alone_on_a_new_problem(problem: Batch) -> None:
    strategy = trained("anil", test_steps=1, inner_lr=0.3)
    inputs, labels = problem
    with untouched(strategy):
        features, head = strategy.embed(inputs), strategy.start(3)
        shares = F.softmax(F.linear(features, head["weight"], head["bias"]), 1) - F.one_hot(labels, 3)  # (6, 3)
        weight = head["weight"] - 0.3 * shares.T @ features / 6
        bias = head["bias"] - 0.3 * shares.mean(0)
        assert torch.allclose(strategy.adapted(problem)(inputs), features @ weight.T + bias, atol=1e-5)


def test_siamese_answers_by_the_mean_verdict_on_a_classs_examples(problem: Batch) -> None:
    strategy = trained("siamese")
    inputs, labels = problem
    with untouched(strategy):
        features = strategy.embed(inputs)
        weight, bias = strategy.verifier.weight[0], strategy.verifier.bias
        verdicts = torch.stack([torch.stack([(a - b).abs() @ weight + bias[0] for b in features]) for a in features])
        expected = torch.stack([verdicts[:, labels == label].mean(1) for label in range(3)], dim=1)
        assert torch.allclose(strategy.adapted(problem)(inputs), expected, atol=1e-5)


def test_baseline_plus_plus_fits_its_examples_better_than_their_means_do(problem: Batch) -> None:
    strategy = trained("baseline-plus-plus")
    inputs, labels = problem
    costs = []
    for steps in (1, 50):
        object.__setattr__(strategy.hparams, "episode_steps", steps)
        with untouched(strategy):
            costs.append(F.cross_entropy(strategy.adapted(problem)(inputs), labels).item())
    assert costs[1] < costs[0]
