"""Which backbone to begin from, told from the target's few labels before anything is trained."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tlcore import catalogue
from tlcore.data import Domain
from tlcore.errors import DataUnavailable, OutOfRange
from tlcore.library.hubcache import weights_here
from tlcore.networks import build_backbone
from tlcore.runs.progress import Progress, silent
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.prepare import prepare
from tlcore.transferability import h_score, knn_accuracy, leep, logme, nce, transrate

Floats = NDArray[np.float64]

SOURCE_ROWS = 1000  # from which the source's classes are learned, for LEEP and NCE
SUBSETS = 30  # draws of the few labels without repeats, for the ranks' uncertainty; see `_spread`
SHARE = 0.8  # of the labels in a draw
SCORES: Mapping[str, str] = {  # by key: what it is, in a sentence
    "logme": "LogME: how well a Bayesian linear model explains the labels from the features; larger is better.",
    "h-score": "H-score, shrunk: how much of the features' spread lies between the classes; larger is better.",
    "transrate": "TransRate: how many nats fewer it takes to code the features class by class; larger is better.",
    "knn": "How often the five nearest other images name the class; larger is better.",
    "leep": "LEEP: how likely the labels are, guessed from the source's classes; at most 0, larger is better.",
    "nce": "NCE: how little the source's answers leave open about the labels; at most 0, larger is better.",
}


@dataclass(frozen=True)
class Candidate:
    """A backbone with one of its pre-trainings, what each score says of it, and where that puts it."""

    backbone: str
    weights: str  # "none" for random ones
    scores: Mapping[str, float]
    ranks: Mapping[str, tuple[float, float, float]]  # 1 is best: with all labels, and where nine of ten draws lie

    def as_json(self) -> dict[str, Any]:
        ranks = {key: {"rank": rank, "low": low, "high": high} for key, (rank, low, high) in self.ranks.items()}
        return {"backbone": self.backbone, "weights": self.weights, "scores": dict(self.scores), "ranks": ranks}


@dataclass(frozen=True)
class Ranking:
    spec: RunSpec
    labels: int  # labelled target images, of all classes together
    candidates: Sequence[Candidate]  # best by LogME first
    left_out: Mapping[str, str]  # backbones that were not ranked, and why

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"scenario": self.spec.scenario, "seed": self.spec.seed, "labels": self.labels}
        told |= {"target_labels": self.spec.target_labels, "left_out": dict(self.left_out), "scores": dict(SCORES)}
        return told | {"backbones": [each.as_json() for each in self.candidates]}


def ranked(
    spec: RunSpec, backbones: Sequence[str] = (), progress: Progress = silent, subsets: int = SUBSETS
) -> Ranking:
    """Every backbone that is on this machine, with each of its pre-trainings, scored on the few target labels.

    Features are computed once for each; the source's images serve LEEP and NCE. How far the ranks reach is told by
    `subsets` draws of the labels, at least one, as `_spread` makes of them what other labels would say. Raises
    `OutOfRange` for fewer than two labels a class, and what `RunSpec.completed` and `prepare` raise.
    """
    spec = spec.completed()
    if (spec.target_labels or 0) < 2:
        raise OutOfRange("Ranking backbones takes at least 2 labelled target images per class: allow some more.")
    progress("Reading the images", 0.0)
    prepared = prepare(
        spec.scenario, shift=spec.shift, settings=spec.settings, target_labels=spec.target_labels or 0, seed=spec.seed
    )
    task = prepared.task
    labels = task.few.answers().numpy()
    draws = list(_subsets(labels, spec.seed, subsets))
    source = task.source.at(slice(SOURCE_ROWS))
    left_out: dict[str, str] = {}
    found: list[tuple[str, str, dict[str, float], list[dict[str, float]]]] = []
    entries = list(_offered(spec.scenario, backbones, left_out))
    for done, (key, weights) in enumerate(entries):
        progress(f"{key} ({weights})", done / len(entries))
        try:
            shape = tuple(task.source.inputs.shape[1:])
            encoder = build_backbone(key, seed=spec.seed, input_shape=shape, weights=weights).eval()
        except DataUnavailable as reason:
            left_out[f"{key}:{weights}"] = str(reason)
            continue
        few, known = (features(each, encoder) for each in (task.few, source))
        guesses = as_the_source(known, source.answers().numpy(), few)
        with threadpool_limits(1):
            all_of_them = scored(few, guesses, labels)
            found.append((key, weights, all_of_them, [scored(few[at], guesses[at], labels[at]) for at in draws]))
    progress("Done", 1.0)
    part = len(draws[0]) / len(labels)
    ranks = {score: _ranks(score, found, part) for score in SCORES}
    candidates = [
        Candidate(key, weights, scores, {score: ranks[score][place] for score in SCORES})
        for place, (key, weights, scores, _) in enumerate(found)
    ]
    return Ranking(spec, len(labels), sorted(candidates, key=lambda each: each.ranks["logme"][0]), left_out)


def _offered(scenario: str, chosen: Sequence[str], left_out: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The backbones that take a scenario's inputs, each with every pre-training that is on this machine."""
    takes = "points" if catalogue.scenario(scenario)["kind"] == "points" else "images"
    for key, card in catalogue.backbones().items():
        if card["takes"] != takes or (chosen and key not in chosen):
            continue
        for weights in card["pretrainings"] or ["none"]:
            if weights == card["own"] and not card["shipped"] and not weights_here(card):
                left_out[f"{key}:{weights}"] = f"Its weights ({card['download_mb']:.0f} MB) are not on this machine."
            else:
                yield key, weights


def features(domain: Domain, encoder: Callable[[Any], Any]) -> Floats:
    return np.asarray(domain.encoded(encoder).inputs, dtype=np.float64)


def as_the_source(known: Floats, classes: NDArray[Any], asked: Floats) -> Floats:
    """How likely each of the source's classes is for the rows that are asked about, by a linear probe: (N, Z)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with threadpool_limits(1):
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)).fit(known, classes)
        return np.asarray(probe.predict_proba(asked))


def scored(features: Floats, guesses: Floats, labels: NDArray[Any]) -> dict[str, float]:
    return {
        "logme": logme(features, labels),
        "h-score": h_score(features, labels, shrinkage=None).value,
        "transrate": transrate(features, labels),
        "knn": knn_accuracy(features, labels),
        "leep": leep(guesses, labels),
        "nce": nce(guesses.argmax(1), labels),
    }


def _subsets(labels: NDArray[Any], seed: int, count: int) -> Iterator[NDArray[np.intp]]:
    """Four fifths of each class's rows at random, at least two of them."""
    random = np.random.default_rng([seed, 0x4A4C])
    for _ in range(count):
        rows = [random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
        yield np.concatenate([each[: max(2, round(SHARE * len(each)))] for each in rows])


def _ranks(
    score: str, found: Sequence[tuple[str, str, dict[str, float], list[dict[str, float]]]], part: float
) -> list[Any]:
    """Of each candidate the rank with all labels, and between which 90 % of its ranks lie, had other labels been drawn.

    Of two labels a class none can be left out, so nothing is known of the ranks: they reach from first to last.
    """
    if not found:
        return []
    from scipy.stats import rankdata

    whole = np.array([scores[score] for _, _, scores, _ in found])
    if part >= 1:
        return [(float(rank), 1.0, float(len(found))) for rank in rankdata(-whole)]
    parts = np.array([[each[score] for each in on_subsets] for _, _, _, on_subsets in found])  # (candidates, subsets)
    low, high = np.quantile(rankdata(-_spread(whole, parts, part), axis=0), [0.05, 0.95], axis=1)
    return [(float(rank), float(least), float(most)) for rank, least, most in zip(rankdata(-whole), low, high)]


def _spread(whole: Floats, parts: Floats, part: float) -> Floats:
    """How scores (candidates,) would scatter over other labels, from those on draws of a part of them (candidates, K).

    A delete-d jackknife: draws without repeats share most of their rows, so they scatter less than new labels would.
    With m of n rows a draw their deviations are stretched by √(m / (n − m)), which is 2 for four fifths, about the
    score of all labels. Shao & Wu, "A general theory for jackknife variance estimation", Ann. Statistics 17, 1989.
    A bootstrap will not do: a row that is drawn twice is its own nearest neighbour, and makes a linear model of few
    rows sure of itself. On Gaussian classes it took LogME from −0.21 to +0.07, and the jackknife's spread was right.
    """
    stretched: Floats = whole[:, None] + np.sqrt(part / (1 - part)) * (parts - parts.mean(1, keepdims=True))
    return stretched
