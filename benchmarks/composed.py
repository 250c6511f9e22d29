"""What a composed shift costs: milliseconds of one core for each change, by the side of the images.

    python -m benchmarks.composed [--write]

Photographs' patches in three channels; the smallest of five times, each over some images at once.
"""

import argparse
import os
from time import process_time

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is loaded

import numpy as np

from benchmarks.measuring import RESULTS, machine
from tlcore.scenarios.photo import patches, photographs
from tlcore.scenarios.recipe import Recipe, changed

IMAGES = {8: 2000, 28: 500, 32: 500, 64: 200, 128: 40, 224: 20}  # measured at once, by their side
ALONE = {
    "rotate": {"rotate": 30.0}, "background (ink)": {"background": 50.0}, "background (photos)": {"background": 50.0},
    "blur": {"blur": 30.0}, "colour": {"colour": 40.0, "hue": 200.0}, "brightness": {"brightness": -20.0},
    "contrast": {"contrast": -20.0}, "noise": {"noise": 10.0},
}  # fmt: skip
EVERYTHING = {name: value for each in ALONE.values() for name, value in each.items()}


def milliseconds(side: int, recipe: Recipe, paper: bool) -> float:
    """For one image."""
    small = patches(photographs(), IMAGES[side], min(side, 64), np.random.default_rng(0))
    images = np.ascontiguousarray(
        small.repeat(-(-side // 64), axis=2).repeat(-(-side // 64), axis=3)[..., :side, :side]
    )
    took = []
    for _ in range(5):
        start = process_time()
        changed(images, recipe, 0, "measured", paper)
        took.append(process_time() - start)
    return 1000 * min(took) / len(images)


def table() -> str:
    lines = ["| change | " + " | ".join(f"{side}×{side}" for side in IMAGES) + " |", "|---" * (len(IMAGES) + 1) + "|"]
    for name, dials in {**ALONE, "all of them": EVERYTHING}.items():
        took = [milliseconds(side, Recipe(**dials), paper="ink" in name) for side in IMAGES]
        lines.append(f"| {name} | " + " | ".join(f"{each:.3f}" for each in took) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"also into {RESULTS.name}/composed.md")
    chosen = parser.parse_args()
    said = (
        "# What a composed shift costs\n\nMilliseconds of one core for one image of three channels "
        "(`python -m benchmarks.composed`).\n\n"
        f"{table()}\n\nTwo thousand images of 32×32 with every change at once take "
        f"{2 * milliseconds(32, Recipe(**EVERYTHING), paper=False):.1f} s. Images of the library are changed once for "
        f"each composition, and then lie in the cache.\n\n{machine()}\n"
    )
    print(said)
    if chosen.write:
        (RESULTS / "composed.md").write_text(said, encoding="utf-8")


if __name__ == "__main__":
    main()
