"""MNIST → MNIST-M: what a network of the source alone reaches, and what adversaries add.

    TLCORE_DATA=... python -m benchmarks.mnist_m [--seeds 3] [--steps 1500] [--jobs 2]

Ganin et al., JMLR 2016, table 2: source only .5225, DANN .7666, trained on the target .9596.
"""

from typing import Any

from benchmarks.measuring import spec
from benchmarks.published import Entry, choices, tabled, written

PUBLISHED = {
    "source-only": ".5225",
    "dann": ".7666",
    "cdan": "–",
    "mcd": "–",
    "mdd": "–",
}
COLUMNS = {"MNIST": "source_accuracy", "MNIST-M": "target_accuracy"}


def settings(key: str, steps: int) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "source-only": {},
        "dann": {"strength": 1.0, "anneal": True},
        "cdan": {},
        "mcd": {},
        "mdd": {},
    }
    return {"steps": steps, "batch": 64, "lr": 1e-3, **own[key]}


def main() -> None:
    chosen = choices(__doc__ or "", steps=1500)
    entries = [
        Entry(
            key,
            [
                spec(key, "mnist-to-mnist-m", seed=seed, hparams=settings(key, chosen.steps))
                for seed in range(chosen.seeds)
            ],
            published,
        )
        for key, published in PUBLISHED.items()
    ]
    written(__file__, "MNIST → MNIST-M", ["", tabled(entries, COLUMNS, "MNIST-M", chosen.jobs)])


if __name__ == "__main__":
    main()
