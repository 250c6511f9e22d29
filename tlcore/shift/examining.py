"""How far apart two domains are by every metric, what chance alone would say, and how surely it is more than that."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import ThreadpoolController

from tlcore.shift.metrics import Floats
from tlcore.shift.swaps import Flips, Paired, flips

ROWS = 1000  # of each domain; of larger ones a sample by the seed is measured
FLIPS = 199  # coin flips of all pairs, beside the rows as they are: p-values in steps of 1/200
HALVINGS = 16  # of each domain, for the null
FEWEST = 10  # rows a domain, below which nothing is said


@dataclass(frozen=True)
class Metric:
    """A shift metric: what it says, its formula, and what an hour with its paper would tell."""

    key: str
    title: str
    says: str  # one sentence
    formula: str
    unit: str
    low: float
    high: float | None  # None: without bound
    blind: str  # to what it is blind
    cost: str
    source: str
    of: Callable[[Paired, Flips], Floats]
    # How chance falls with the rows: the value of equal domains is in proportion to (1/n + 1/m) to this power, and
    # 0 for a metric that equal domains give the same value at any size.
    power: float = 1.0

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name not in ("of", "power")}


@dataclass(frozen=True)
class Finding:
    """What one metric says of two domains. Larger always means further apart."""

    value: float
    null: float  # the same between two halves of one domain, as it would be on as many rows: what 0 looks like
    reach: float  # 95 % of all flips of chance stay below it
    p_value: float  # the share of flips that reach the value, the rows as they are included
    unit: str
    rows: int  # measured of each domain

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


METRICS: tuple[Metric, ...] = (
    Metric(
        "judge", "Judge accuracy",
        "How often a small classifier tells which domain an image that it has not learned from comes from.",
        "½ (recall of the source + recall of the target), 5-fold", "share", 0.0, 1.0,
        "domains that differ in no direction's mean", "N D² a fold",
        "Lopez-Paz & Oquab, ICLR 2017, arXiv:1610.06545",
        Paired.judge, power=0.0,
    ),
    Metric(
        "proxy-a", "Proxy A-distance",
        "The judge's error as a distance: 0 if it can but guess, 2 if it is never wrong.",
        "2 (1 − 2 ε), not below 0", "", 0.0, 2.0,
        "domains that differ in no direction's mean", "as the judge's",
        "Ben-David et al., NIPS 2006, section 4",
        lambda rows, swapped: np.maximum(0, 2 * (1 - 2 * (1 - rows.judge(swapped)))), power=0.0,
    ),
    Metric(
        "mmd", "MMD², unbiased",
        "How differently the domains lie under a Gaussian kernel, at the scale of its bandwidth.",
        "mean k(s, s') + mean k(t, t') − 2 mean k(s, t), no row with itself", "", -2.0, 2.0,
        "what is much finer or much coarser than the bandwidth, the median distance", "N² D",
        "Gretton et al., JMLR 13, 2012, eq. 3",
        Paired.mmd2, power=0.0,
    ),
    Metric(
        "mmd-biased", "MMD², biased", "The same over all pairs of rows: never negative, and never quite 0.",
        "mean k(s, s') + mean k(t, t') − 2 mean k(s, t)", "", 0.0, 2.0,
        "what is much finer or much coarser than the bandwidth, the median distance", "N² D",
        "Gretton et al., JMLR 13, 2012, eq. 5",
        lambda rows, swapped: rows.mmd2(swapped, unbiased=False),
    ),
    Metric(
        "coral", "CORAL distance", "How differently the features spread and go together.",
        "‖C_S − C_T‖²_F / (4 D²)", "features⁴", 0.0, None,
        "a move of all features: it does not look at means", "N² D",
        "Sun & Saenko, ECCV Workshops 2016, arXiv:1607.01719, eq. 1",
        Paired.coral,
    ),
    Metric(
        "frechet", "Fréchet distance", "How far two Gaussians with the domains' means and covariances are.",
        "‖μ_S − μ_T‖² + tr(C_S + C_T − 2 (C_S C_T)^½)", "features²", 0.0, None,
        "all that is finer than means and covariances; wide features count along their 64 main directions",
        "N D², and D³ for the root", "Dowson & Landau, J. Multivariate Analysis 12, 1982; Heusel et al., NIPS 2017",
        Paired.frechet,
    ),
    Metric(
        "sliced", "Sliced Wasserstein distance", "How far rows must be moved along a random direction, on the average.",
        "(E_θ W₂²(θᵀS, θᵀT))^½, 64 directions", "features", 0.0, None,
        "nothing in the limit; with few directions, what lies across all of them", "N (D + log N) a direction",
        "Bonneel et al., JMIV 51, 2015",
        Paired.sliced, power=0.5,
    ),
    Metric(
        "energy", "Energy distance", "How much farther rows are from the other domain's than from their own.",
        "2 E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖", "features", 0.0, None,
        "nothing in the limit; fine differences weigh little beside a move", "N² D",
        "Székely & Rizzo, J. Statistical Planning and Inference 143, 2013",
        Paired.energy,
    ),
)  # fmt: skip


def metrics() -> Mapping[str, Metric]:
    return {each.key: each for each in METRICS}


def examined(
    source: ArrayLike, target: ArrayLike, keys: tuple[str, ...] = (), seed: int = 0, count: int = FLIPS
) -> dict[str, Finding]:
    """What the metrics `keys` (all by default) say of two domains, with their nulls and p-values.

    As many rows are measured of the one domain as of the other, at most `ROWS`, drawn by the seed. Says
    nothing, an empty dict, of a domain of fewer than ten rows or of features that are not finite.

    source (N, D), target (M, D): numpy arrays, or tensors on the CPU; raises KeyError for an unknown metric
    """
    first, second = (np.asarray(each, dtype=np.float64) for each in (source, target))
    if min(len(first), len(second)) < FEWEST or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return {}
    chosen = [metrics()[key] for key in keys or metrics()]
    n = min(len(first), len(second), ROWS)
    sample = np.random.default_rng([seed, 0x5A3])
    first, second = (sample.permutation(each)[:n].reshape(n, -1) for each in (first, second))
    rows = Paired(np.concatenate([first, second]), seed)
    own = [Paired(each[: n // 2 * 2], seed) for each in (first, second)]
    coins, halves = flips(count, n, seed), flips(HALVINGS, n // 2, seed + 1)
    coins = np.concatenate([np.zeros((1, n), dtype=bool), coins])  # first of all the rows as they are
    with _pools().limit(limits=1):  # hundreds of small products: threads would mostly wait for each other
        return {metric.key: _finding(metric, rows, own, coins, halves) for metric in chosen}


@cache
def _pools() -> ThreadpoolController:
    """The pools of threads of this process: to look for them takes longer than a metric, and numpy's stay the same."""
    return ThreadpoolController()


def _finding(metric: Metric, rows: Paired, own: list[Paired], coins: Flips, halves: Flips) -> Finding:
    said = metric.of(rows, coins)
    null = float(np.mean([metric.of(each, halves) for each in own]))
    return Finding(
        value=float(said[0]),
        null=null * (own[0].n / rows.n) ** metric.power,
        reach=float(np.quantile(said[1:], 0.95)),
        # Rounding must not tell flips apart that are one: a pair of equal rows, say.
        p_value=float((said >= said[0] - 1e-12 * abs(said[0])).mean()),
        unit=metric.unit,
        rows=rows.n,
    )
