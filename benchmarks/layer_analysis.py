"""How long does it take to look through a ResNet-18? `tlcore shift --layers` on 2,000 + 2,000 images.

    python -m benchmarks.layer_analysis [--times 3] [--write]

The whole command by the clock, which begins with loading torch; and in it the analysis alone, from the first image
that goes through the network to the last p-value: the input and every stage, eight metrics each, with nulls and
p-values of 199 flips.
"""

import argparse
import json
import os
import subprocess
import sys
from statistics import fmean
from time import monotonic

from benchmarks.measuring import interval
from benchmarks.published import written

ROWS = 2000
DATA = ("--scenario", "mnist-to-usps", "--set", f"images_source={ROWS}", "--set", f"images_target={ROWS}")
INSIDE = """
import json, sys, time
from tlcore.runs.shifting import measured_shift
from tlcore.runs.spec import RunSpec
spec = RunSpec("source-only", "mnist-to-usps", backbone="resnet18", weights="none",
               settings={"images_source": ROWS, "images_target": ROWS})
at = []
found = measured_shift(spec, layers=True, progress=lambda what, share: at.append((what, time.monotonic())))
begun = next(when for what, when in at if what.startswith("Looking"))
rows = [next(iter(each.values())).rows for each in found.layers.values()]
print(json.dumps({"seconds": at[-1][1] - begun, "seen": found.rows, "layers": list(found.layers), "measured": rows}))
""".replace("ROWS", str(ROWS))


def whole() -> float:
    words = [sys.executable, "-m", "tlcore.cli", "shift", *DATA, "--backbone", "resnet18", "--weights", "none"]
    began = monotonic()
    subprocess.run([*words, "--layers", "--json"], check=True, capture_output=True)
    return monotonic() - began


def inside() -> dict:
    done = subprocess.run([sys.executable, "-c", INSIDE], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    before = os.getloadavg()[0]
    taken = [(whole(), inside()) for _ in range(asked.times)]
    alone, told = [each["seconds"] for _, each in taken], taken[0][1]
    lines = ["| | s by the clock | each |", "|---|--:|---|"]
    for name, values in (("whole command", [each for each, _ in taken]), ("analysis alone", alone)):
        each = ", ".join(f"{value:.1f}" for value in values)
        lines.append(f"| {name} | **{fmean(values):.1f}** ± {interval(values):.1f} | {each} |")
    print("\n".join([*lines, json.dumps(told)]))
    if asked.write:
        rows = (
            f"{told['seen'][0]:,} + {told['seen'][1]:,} images of 28 × 28 (MNIST, USPS; enlarged to 64 × 64 by the "
            f"network) go through; of each layer ({', '.join(told['layers'])}) {max(told['measured']):,} rows of each "
            "domain are measured, a sample by the seed, as the command says. "
        )
        load = f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after."
        words = (__doc__ or "").split("\n\n")[-1]
        written(__file__, "A ResNet-18, layer by layer", [words, rows + load, lines])


if __name__ == "__main__":
    main()
