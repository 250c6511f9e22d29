"""What does augmentation cost? All images of a batch at once, against torchvision's transforms image by image.

    python benchmarks/augmentation.py [--rounds 7] [--write]

Three ways to the same changes (a cut-out of other proportions, a mirror image, light, contrast, saturation, hue):

- batched: the augmentation "photos" of a run, every image with draws of its own, on the whole batch;
- tensors: torchvision's transforms v2 on one uint8 tensor after the other, as a data set's transform does it;
- Pillow: the same on Pillow images, and then to a tensor, as most tutorials write it.

One thread each. Rounds alternate between the ways, what is counted is the processor's own time, which other work
on the machine does not lengthen, and the ratio is taken round by round. Beside it stands what the batched way adds
to a training step (forward, backward, Adam) of the small CNN with batch norm and of ResNet-18.
"""

import argparse
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor
from torchvision.transforms import v2

from tlcore.augment import policy
from tlcore.networks import build_network

RESULTS = Path(__file__).parent / "results" / "augmentation.md"
BATCH, SIDES = 64, (32, 64, 224)
LEAST = 0.2  # seconds of one measurement


def batched(images: Tensor) -> Tensor:
    augment = policy("photos")
    assert augment is not None
    return augment.view(images, torch.Generator().manual_seed(0))


def transforms(side: int) -> list[v2.Transform]:
    """The changes of "photos", in torchvision's words."""
    return [
        v2.RandomResizedCrop(side, scale=(0.36, 1.0), ratio=(3 / 4, 4 / 3), antialias=True),
        v2.RandomHorizontalFlip(),
        v2.ColorJitter(brightness=0.1, contrast=0.3, saturation=0.3, hue=0.05),
    ]


def of_tensors(side: int) -> Callable[[Tensor], Tensor]:
    change = v2.Compose(transforms(side))
    return lambda images: torch.stack([change(image) for image in images])


def of_pillow(side: int, images: Tensor) -> Callable[[Tensor], Tensor]:
    change = v2.Compose([*transforms(side), v2.PILToTensor()])
    pictures = [v2.functional.to_pil_image(image) for image in images]
    return lambda _: torch.stack([change(picture) for picture in pictures])


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call, from as many as fill the least time."""
    calls, began = 0, process_time()
    while process_time() - began < LEAST:
        work()
        calls += 1
    return (process_time() - began) / calls


def step(key: str, images: Tensor) -> float:
    """Processor seconds of a training step."""
    network = build_network(key, 10, input_shape=tuple(images.shape[1:]), weights="none")
    descend = torch.optim.Adam(network.parameters())
    labels = torch.arange(len(images)) % 10

    def once() -> None:
        descend.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        descend.step()

    once()
    return seconds(once)


def measured(side: int, rounds: int) -> str:
    random = torch.Generator().manual_seed(side)
    # Smooth pictures: of noise, every cut-out would cost the same as of photographs, but a look at it tells nothing.
    coarse = torch.rand(BATCH, 3, 8, 8, generator=random)
    images = (255 * F.interpolate(coarse, size=(side, side), mode="bicubic").clamp(0, 1)).to(torch.uint8)
    ways = [batched, of_tensors(side), of_pillow(side, images)]
    for way in ways:
        assert way(images).shape == images.shape
    taken = [[seconds(lambda way=way: way(images)) for way in ways] for _ in range(rounds)]  # type: ignore[misc]
    ours, tensors, pillow = (median(column) for column in zip(*taken))
    ratios = [[row[k] / row[0] for row in taken] for k in (1, 2)]
    small, large = step("small-cnn-bn", images), step("resnet18", images)
    told = [f"{side} × {side}", *(f"{1000 * each:.1f}" for each in (ours, tensors, pillow))]
    told += [f"**{median(each):.1f}** ({min(each):.1f}–{max(each):.1f})" for each in ratios]
    told += [f"{ours / each:.0%}" for each in (small, large)]
    line = "| " + " | ".join(told) + " |"
    print(line, flush=True)
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    lines = [measured(side, options.rounds) for side in SIDES]
    if options.write:
        RESULTS.write_text(page(lines, options.rounds), encoding="utf-8")


def page(lines: list[str], rounds: int) -> str:
    with_versions = (
        f"Python {platform.python_version()}, torch {torch.__version__}, torchvision {torchvision.__version__}"
    )
    return f"""# What augmentation costs

A batch of {BATCH} colour images, uint8 in and uint8 out, changed as "photos" says: a cut-out of other proportions, a
mirror image, light, contrast, saturation and hue, each image with draws of its own. Batched is what a run does;
torchvision's transforms v2 do it image by image, on tensors and on Pillow images. Processor time of one thread in
milliseconds a batch, median of {rounds} rounds; the ratio is torchvision's time over ours, round by round. In the
last two columns, what the batched way adds to a training step of one domain with these networks.

| images | batched, ms | tensors, ms | Pillow, ms | tensors, ratio | Pillow, ratio | small CNN | ResNet-18 |
|---|--:|--:|--:|---|---|--:|--:|
{chr(10).join(lines)}

A call of torchvision's transforms on the whole batch is no fourth way: it draws once, and crops and colours all images
alike. Against a `DataLoader` with several workers the comparison is one of cores: ours takes none beside the one that
trains, and on a GPU it runs where the images lie.

{datetime.now(UTC):%Y-%m-%d}, {with_versions}, 1 thread. `python -m benchmarks.augmentation --write`
"""


if __name__ == "__main__":
    main()
