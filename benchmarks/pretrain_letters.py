"""How the weights of `small-cnn-letters` were made: a small CNN learns to read printed letters.

    python benchmarks/pretrain_letters.py [--seed 0] [--out FILE]

Letters A to Z are drawn with the fonts inside of Pillow, scanned at 32×32 and counted in 4×4 blocks as
scikit-learn's digits are. The head is thrown away; the backbone is what ships. Half a minute on one core.

While it learns, each letter gets noise of its own strength: eyes trained on clean print alone read handwritten
digits worse (one labelled digit a class on the frozen features: .68 against .76, and .40 against .62 if those
digits are noisy themselves).

Equal seeds and equal versions of torch and Pillow on one kind of processor give equal files.
"""

import argparse
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.networks import Network, build_network, save_weights
from tlcore.networks.weights import SHIPPED
from tlcore.scenarios.printing import Styles, drawn

TRAIN, HELD_OUT = 20_000, 4_000
STEPS, BATCH, RATE = 3_000, 128, 3e-3
NOISE = 0.4  # the greatest standard deviation, of images in [0, 1]


def letters(count: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Letters (count, 1, 8, 8) uint8 and which of the 26 they are (count,), slanted and turned like handwriting."""
    labels = random.integers(0, len(ascii_uppercase), count)
    styles = Styles.varied(count, 1.0, random)
    return torch.from_numpy(drawn(labels, styles, ascii_uppercase)), torch.from_numpy(labels)


def train(network: Network, images: Tensor, labels: Tensor, random: torch.Generator) -> None:
    """Cross-entropy by Adam, at a rate that rises for a tenth of the steps and falls to nothing."""
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.1)
    network.train()
    for step in range(STEPS):
        rows = torch.randint(len(images), (BATCH,), generator=random)
        loss = F.cross_entropy(network(noisy(images[rows], random)), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % 500 == 0:
            print(f"step {step + 1} of {STEPS}: cross-entropy {loss.item():.3f}", flush=True)


def noisy(images: Tensor, random: torch.Generator) -> Tensor:
    """Images (N, C, H, W) uint8 as floats in [0, 1] with Gaussian noise, of a strength drawn for each."""
    strength = NOISE * torch.rand(len(images), 1, 1, 1, generator=random)
    noise = torch.randn(images.shape, generator=random)
    return (images / 255 + strength * noise).clamp(0, 1)


@torch.no_grad()
def accuracy(network: Network, images: Tensor, labels: Tensor) -> float:
    network.eval()
    return (network(images).argmax(1) == labels).double().mean().item()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=0)
    options.add_argument(
        "--out", type=Path, default=SHIPPED / "small-cnn-letters.safetensors", help="the safetensors file to write"
    )
    asked = options.parse_args()

    torch.set_num_threads(1)  # sums of another number of threads end in other digits
    chance = np.random.default_rng(asked.seed)
    images, labels = letters(TRAIN + HELD_OUT, chance)
    network = build_network("small-cnn-bn", len(ascii_uppercase), seed=asked.seed, input_shape=(1, 8, 8))
    train(network, images[:TRAIN], labels[:TRAIN], torch.Generator().manual_seed(asked.seed))
    held_out = accuracy(network, images[TRAIN:], labels[TRAIN:])

    asked.out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(network.backbone, asked.out)
    print(f"accuracy on {HELD_OUT} held-out letters: {held_out:.4f}")
    print(f"wrote {asked.out} ({asked.out.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
