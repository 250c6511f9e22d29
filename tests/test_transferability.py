"""The transferability scores against independent computations, closed forms and published rankings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, weightedtau
from sklearn.linear_model import BayesianRidge
from sklearn.metrics import mutual_info_score
from sklearn.neighbors import KNeighborsClassifier

from tlcore.transferability import h_score, knn_accuracy, leep, logme, nce, transrate

SCORES = {
    "logme": logme,
    "transrate": transrate,
    "h-score": lambda f, y: h_score(f, y).value,
    "knn": knn_accuracy,
}


def drawn(rows: int = 60, dim: int = 5, classes: int = 3, apart: float = 1.0, seed: int = 0) -> tuple:
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, rows - classes)])
    return random.normal(size=(rows, dim)) + apart * random.normal(size=(classes, dim))[labels], labels


def softmax(logits: np.ndarray) -> np.ndarray:
    exp = np.exp(logits - logits.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


def test_leep_is_its_formula_row_by_row() -> None:
    _, labels = drawn(seed=1)
    theta = softmax(np.random.default_rng(2).normal(size=(60, 4)))
    total = 0.0
    for row, label in enumerate(labels):
        chance = 0.0
        for z in range(4):
            joint = sum(theta[i, z] for i in range(60) if labels[i] == label) / 60
            chance += joint / (theta[:, z].sum() / 60) * theta[row, z]
        total += np.log(chance)
    assert leep(theta, labels) == pytest.approx(total / 60, rel=1e-10)


@given(st.integers(0, 1000), st.integers(2, 6))
def test_nce_is_mutual_information_less_entropy(seed: int, answers: int) -> None:
    random = np.random.default_rng(seed)
    z, y = random.integers(0, answers, 50), random.integers(0, 4, 50)
    shares = np.bincount(y)[np.bincount(y) > 0] / 50
    assert nce(z, y) == pytest.approx(mutual_info_score(z, y) + (shares * np.log(shares)).sum(), abs=1e-9)


def test_answers_that_tell_the_labels_score_nought_whatever_they_are_called() -> None:
    labels = np.array([3, 3, 7, 9, 9, 9])
    assert nce(100 - labels, labels) == pytest.approx(0)
    assert nce(np.zeros(6), labels) < -0.9


def test_a_source_class_that_nobody_is_given_does_no_harm() -> None:
    theta = np.array([[1.0, 0, 0], [0, 1, 0]])
    assert leep(theta, [0, 1]) == pytest.approx(0)


def test_logme_is_the_evidence_of_a_bayesian_ridge() -> None:
    features, labels = drawn(apart=0.5)
    expected = []
    for each in range(3):
        model = BayesianRidge(
            fit_intercept=False, alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0,
            compute_score=True, tol=1e-12, max_iter=3000,
        )  # fmt: skip
        model.fit(features, (labels == each).astype(float))
        expected.append(model.scores_[-1] / 60)
    assert logme(features, labels) == pytest.approx(np.mean(expected), rel=1e-8)


@pytest.mark.parametrize(("rows", "dim"), [(60, 5), (20, 40)])
def test_logme_is_the_largest_density_of_the_labels(rows: int, dim: int) -> None:
    """The labels are Gaussian with covariance I / β + F Fᵀ / α, whatever the weights are."""
    features, labels = drawn(rows, dim, apart=0.5)

    def surprise(logs: np.ndarray, answers: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        covariance = np.eye(rows) / beta + features @ features.T / alpha
        return -multivariate_normal(np.zeros(rows), covariance).logpdf(answers) / rows

    best = [
        -minimize(surprise, [3.0, 1.0], args=((labels == each).astype(float),), method="Nelder-Mead").fun
        for each in range(3)
    ]
    assert logme(features, labels) == pytest.approx(np.mean(best), abs=2e-3)


def test_h_score_is_pillais_trace() -> None:
    """Pillai's trace is tr(B (B + W)⁻¹), with the sums of squares between and within the classes."""
    features, labels = drawn(80, 6, 4)
    mean = features.mean(0)
    between, within = np.zeros((6, 6)), np.zeros((6, 6))
    for each in range(4):
        own = features[labels == each]
        between += len(own) * np.outer(own.mean(0) - mean, own.mean(0) - mean)
        within += (own - own.mean(0)).T @ (own - own.mean(0))
    assert h_score(features, labels).value == pytest.approx(np.trace(between @ np.linalg.inv(between + within)))
    assert h_score(features, labels).shrinkage == 0


def test_with_few_images_only_a_shrunk_h_score_tells_good_features_from_noise() -> None:
    labels = np.repeat(np.arange(4), 5)
    random = np.random.default_rng(0)
    noise = random.normal(size=(20, 100))
    good = noise + 3 * random.normal(size=(4, 100))[labels]
    assert h_score(noise, labels).value == pytest.approx(3)
    assert h_score(good, labels).value == pytest.approx(3)
    assert h_score(good, labels, None).value > 1.5 * h_score(noise, labels, None).value
    assert 0 < h_score(noise, labels, None).shrinkage <= 1


@pytest.mark.parametrize("shrinkage", [0.0, 0.3, None])
@pytest.mark.parametrize(("rows", "dim"), [(80, 6), (20, 100)], ids=["narrow", "wide"])
def test_h_score_is_the_trace_that_its_covariances_say(rows: int, dim: int, shrinkage: float | None) -> None:
    features, labels = drawn(rows, dim, 4)
    said = h_score(features, labels, shrinkage)
    centred = features - features.mean(0)
    means = np.stack([centred[labels == each].mean(0) for each in labels])
    covariance, between = centred.T @ centred / rows, means.T @ means / rows
    sphere = said.shrinkage * np.trace(covariance) / dim * np.eye(dim)
    whole = np.linalg.pinv((1 - said.shrinkage) * covariance + sphere, rcond=1e-12, hermitian=True)
    assert said.value == pytest.approx((1 - said.shrinkage) * np.trace(whole @ between))


def test_transrate_is_the_papers_formula() -> None:
    features, labels = drawn(50, 4)
    centred = features - features.mean(0)

    def rate(z: np.ndarray) -> float:
        return 0.5 * np.linalg.slogdet(np.eye(4) + z.T @ z / (len(z) * 1e-4))[1]

    expected = rate(centred) - np.mean([rate(centred[labels == each]) for each in range(3)])
    assert transrate(features, labels) == pytest.approx(expected, rel=1e-9)


def test_knn_is_scikit_learns_with_each_row_left_out() -> None:
    features, labels = drawn(40, 4, apart=1.5)
    right = 0
    for row in range(40):
        others = np.arange(40) != row
        model = KNeighborsClassifier(1, metric="cosine").fit(features[others], labels[others])
        right += int(model.predict(features[row : row + 1])[0] == labels[row])
    assert knn_accuracy(features, labels, neighbours=1) == right / 40
    assert knn_accuracy(features[:3], labels[:3], neighbours=50) == 0  # one of each class: the others outvote it


def test_of_equal_votes_the_nearest_wins() -> None:
    features = [[1, 0], [0.999, 0.01], [0.99, 0.1], [0, 1]]
    assert knn_accuracy(features, [0, 0, 1, 1], neighbours=2) == 0.75


@pytest.mark.parametrize("name", SCORES)
def test_every_score_prefers_features_that_tell_the_classes(name: str) -> None:
    for seed in range(5):
        poor, labels = drawn(200, 8, 4, apart=0.2, seed=seed)
        good, same = drawn(200, 8, 4, apart=2.0, seed=seed)
        assert (labels == same).all()
        assert SCORES[name](good, labels) > SCORES[name](poor, labels), seed


@pytest.mark.parametrize("name", SCORES)
def test_rows_and_names_of_classes_do_not_matter(name: str) -> None:
    features, labels = drawn()
    order = np.random.default_rng(1).permutation(60)
    value = SCORES[name](features, labels)
    assert SCORES[name](features[order], labels[order]) == pytest.approx(value)
    assert SCORES[name](features, 10 * labels + 5) == pytest.approx(value)


@pytest.mark.parametrize("score", [leep, logme, transrate, h_score, knn_accuracy])
def test_rows_that_do_not_match_are_refused(score) -> None:
    with pytest.raises(ValueError, match=r"needs values"):
        score(np.ones((4, 2)), [0, 1, 0])


def test_published_rankings_have_the_weighted_tau_that_follows_from_their_rows() -> None:
    """Ten backbones on CIFAR-10, as the Transfer Learning Library's page on model selection lists them."""
    accuracy = [96.2, 97.5, 96.8, 97.7, 97.9, 97.2, 97.4, 97.4, 95.7, 96.8]
    rows = {
        0.800: [5.911, 6.363, 6.567, 6.901, 6.945, 6.210, 6.547, 6.706, 5.928, 6.018],
        0.638: [-1.385, -1.259, -1.010, -0.829, -0.838, -1.035, -0.934, -0.888, -1.100, -1.066],
        0.785: [0.293, 0.349, 0.388, 0.463, 0.469, 0.302, 0.343, 0.369, 0.291, 0.304],
        0.714: [-1.139, -1.060, -1.007, -0.838, -0.851, -1.006, -0.946, -0.866, -1.089, -1.086],
    }
    for tau, scores in rows.items():
        assert weightedtau(accuracy, scores).statistic == pytest.approx(tau, abs=5e-4)
