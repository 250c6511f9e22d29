"""How the shipped weights of `small-resnet` were made: it learns to name generated images.

    python -m benchmarks.pretrain_small_resnet shapes|letters|textures [--seed 0] [--out FILE]

Each of the three is a backbone that has seen nothing else. The head is thrown away; the rest is kept in half
precision. Three minutes on one core.

Equal seeds and equal versions of numpy, torch and Pillow on one kind of processor give equal files.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from benchmarks.pretraining_images import SETS, SIDE, drawn
from tlcore.networks import Network, build_network
from tlcore.networks.lenet import resized
from tlcore.networks.weights import SHIPPED

TRAIN, HELD_OUT = 16_000, 2_000
STEPS, BATCH, RATE = 2_500, 64, 4e-3
SIDES = (32, 40, 48, 56)  # one a step, so that the weights suit small images and less small ones
LEAST = 56  # pixels of the smallest crop


def train(network: Network, images: Tensor, labels: Tensor, mirrored: bool, random: torch.Generator) -> None:
    """Cross-entropy by AdamW, at a rate that rises for a tenth of the steps and falls to nothing."""
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=5e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.1)
    network.train()
    for step in range(STEPS):
        rows = torch.randint(len(images), (BATCH,), generator=random)
        loss = F.cross_entropy(network(seen(images[rows], mirrored, random)), labels[rows], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % 500 == 0:
            print(f"step {step + 1} of {STEPS}: cross-entropy {loss.item():.3f}", flush=True)


def seen(images: Tensor, mirrored: bool, random: torch.Generator) -> Tensor:
    """A crop (N, 3, side, side) of one size and place for the whole batch, in [0, 1]; now and then mirrored."""
    width = _drawn(LEAST, SIDE, random)
    top, left = (_drawn(0, SIDE - width, random) for _ in range(2))
    crop = images[:, :, top : top + width, left : left + width]
    if mirrored and _drawn(0, 1, random):
        crop = crop.flip(-1)
    return resized(crop.float() / 255, SIDES[_drawn(0, len(SIDES) - 1, random)])


def _drawn(low: int, high: int, random: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (), generator=random))


@torch.no_grad()
def accuracy(network: Network, images: Tensor, labels: Tensor) -> float:
    network.eval()
    right = [network(resized(some.float() / 255, 48)).argmax(1) == named for some, named in _by(200, images, labels)]
    return torch.cat(right).double().mean().item()


def _by(count: int, images: Tensor, labels: Tensor) -> list[tuple[Tensor, Tensor]]:
    return list(zip(images.split(count), labels.split(count)))


def halved(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Floats in half precision, whole numbers as they are."""
    return {name: value.half().contiguous() if value.is_floating_point() else value for name, value in values.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("what", choices=list(SETS))
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, help="the safetensors file to write")
    asked = options.parse_args()
    out = asked.out or SHIPPED / f"small-resnet-{asked.what}.safetensors"

    torch.set_num_threads(1)  # sums of another number of threads end in other digits
    draw, classes = SETS[asked.what]
    images, labels = map(torch.from_numpy, drawn(draw, len(classes), TRAIN + HELD_OUT, asked.seed))
    network = build_network("small-resnet", len(classes), seed=asked.seed, input_shape=(3, 48, 48), weights="none")
    print(f"{TRAIN} images of {len(classes)} classes", flush=True)
    train(network, images[:TRAIN], labels[:TRAIN], asked.what != "letters", torch.Generator().manual_seed(asked.seed))
    held_out = accuracy(network, images[TRAIN:], labels[TRAIN:])

    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(halved(network.backbone.state_dict()), out)
    print(f"accuracy on {HELD_OUT} held-out {asked.what}: {held_out:.4f}")
    print(f"wrote {out.name} ({out.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
