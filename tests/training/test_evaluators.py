"""What is asked of a strategy, against answers counted by hand."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.strategies.small import small
from tlcore.data import Batch, Domain
from tlcore.strategies import Strategy
from tlcore.training.evaluators import Accuracy, Exam, Open, Unseen
from tlcore.training.observers import EPISODE, EpisodeView
from tlcore.training.unnamed import Clusters, Episodes, matched_accuracy


class Reader:
    """Reads its answer off the first pixel, and how sure it is off the second."""

    def predict(self, inputs: Tensor) -> Tensor:
        answers, sure = inputs[:, 0, 0, 0].long(), inputs[:, 0, 0, 1].float()
        return torch.eye(6)[answers] * sure[:, None]

    def adapted(self, support: Batch) -> Any:
        known = {int(image[0, 0, 0]): int(label) for image, label in zip(*support)}
        return lambda queries: torch.eye(7)[[known.get(int(image[0, 0, 0]), 6) for image in queries]]


def told(answers: list[int], labels: list[int], sure: list[int] | None = None, name: str = "target") -> Domain:
    images = torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8)
    images[:, 0, 0, 0] = torch.tensor(answers)
    images[:, 0, 0, 1] = torch.tensor(sure or [9] * len(labels))
    return Domain(name, images, torch.tensor(labels))


def reader() -> Strategy[Any]:
    return Reader()  # type: ignore[return-value]


def test_unseen_classes_are_graded_apart_each_class_weighing_the_same() -> None:
    source = told([0, 1], [0, 1], name="source")
    target = told([0, 0, 0, 1, 2, 0, 3, 0], [0, 0, 0, 1, 2, 2, 3, 3])
    values = Unseen(Exam(source, target)).evaluate(reader(), final=True)
    assert values == {"seen_accuracy": 1.0, "unseen_accuracy": 0.5, "harmonic_mean": pytest.approx(2 / 3)}


def test_the_harmonic_mean_is_nothing_when_no_unseen_class_is_named() -> None:
    source, target = told([0], [0], name="source"), told([0, 0], [0, 1])
    values = Unseen(Exam(source, target)).evaluate(reader(), final=True)
    assert values == {"seen_accuracy": 1.0, "unseen_accuracy": 0.0, "harmonic_mean": 0.0}


def test_an_open_exam_grades_known_classes_and_how_well_unknown_ones_are_noticed() -> None:
    source = told([0, 1], [0, 1], name="source")
    target = told([0, 1, 0, 1, 0], [0, 1, 1, 4, 5], sure=[9, 8, 3, 5, 2])
    values = Open(Exam(source, target)).evaluate(reader(), final=True)
    assert values["target_accuracy"] == pytest.approx(2 / 3)
    # Of 3 × 2 pairs of a known and an unknown image, one known image (sure: 3) is less sure than an unknown one (5).
    assert values["unknown_auroc"] == pytest.approx(5 / 6)


def test_the_largest_shares_of_answers_and_of_classes_are_told_of_the_target_alone() -> None:
    source, target = told([0, 1], [0, 1], name="source"), told([3, 3, 3, 1], [0, 3, 1, 1])
    values = Accuracy(Exam(source, target)).evaluate(reader(), final=False)
    assert (values["target_top_answer"], values["target_top_label"]) == (0.75, 0.5)
    assert "source_top_answer" not in values
    known = Open(Exam(source, told([0, 0, 5, 5, 5], [0, 1, 5, 5, 5]))).evaluate(reader(), final=False)
    assert (known["target_top_answer"], known["target_top_label"]) == (1.0, 0.5), "of classes that both know"


def test_episodes_ask_for_new_names_and_say_how_sure_their_mean_is() -> None:
    labels = [row // 8 for row in range(48)]
    swapped = [label ^ 1 if row % 8 == 0 else label for row, label in enumerate(labels)]  # one image in eight misleads
    evaluator = Episodes(Exam(told(labels, labels, name="source"), told(swapped, labels)), way=6, query=7, all=50)
    values = evaluator.evaluate(reader(), final=True)
    assert values["source_accuracy"] == 1.0
    shares = []
    for k in range(50):
        episode = evaluator.exam.target.episodes(6, 1, 7).at(k)
        names = {int(pixel): int(label) for pixel, label in zip(episode.support[:, 0, 0, 0], episode.support_labels)}
        asked = zip(episode.query[:, 0, 0, 0], episode.query_labels)
        shares.append(np.mean([names.get(int(pixel), -1) == int(label) for pixel, label in asked]))
    assert values["target_accuracy"] == pytest.approx(np.mean(shares), abs=1e-6)
    assert values["target_interval"] == pytest.approx(1.96 * np.std(shares, ddof=1) / 50**0.5, rel=1e-4)


def test_the_default_for_a_new_problem_is_the_class_with_the_nearest_mean() -> None:
    strategy = small("source-only")
    images = torch.rand(6, 1, 8, 8)
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    strategy.network.eval()
    with torch.no_grad():
        answers = strategy.adapted((images, labels))(images)
        features = strategy.embed(images)
    centres = torch.stack([(features[k] + features[k + 3]) / 2 for k in range(3)])
    torch.testing.assert_close(answers, -torch.cdist(features, centres).square(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_naming_of_groups_is_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    found, labels = random.integers(0, 5, 60), random.integers(0, 4, 60)
    best = max((np.array(names)[found] == labels).mean() for names in permutations(range(5)))
    assert matched_accuracy(torch.tensor(found), torch.tensor(labels)) == pytest.approx(best)


def test_groups_are_graded_whatever_they_are_called() -> None:
    exam = Exam(told([3, 3, 1], [0, 0, 1], name="source"), told([2, 2, 0, 0], [0, 0, 1, 1]))
    values = Clusters(exam).evaluate(reader(), final=True)
    assert values == {"source_accuracy": 1.0, "target_accuracy": 1.0, "target_nmi": pytest.approx(1.0)}


def test_the_episode_view_shows_examples_questions_and_what_was_right() -> None:
    labels = [row // 8 for row in range(48)]
    exam = Exam(told(labels, labels, name="source"), told(labels, labels))
    (event,) = EpisodeView(exam, way=3, shot=1, query=2).observe(reader(), 7)
    assert (event.name, event.step, event.values["title"]) == ("exhibit", 7, EPISODE)
    examples, questions = event.values["rows"]
    assert examples["captions"] == ["A", "B", "C"]
    assert questions["captions"] == ["A", "A", "B", "B", "C", "C"] and questions["marks"] == [1] * 6
    assert event.arrays["images/1"].shape == (6, 2, 2, 3)
