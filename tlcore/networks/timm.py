"""timm's networks as backbones, where timm is installed: `timm:NAME` is `timm.create_model(NAME, num_classes=0)`.

python -m tlcore.networks.timm NAME      its card as JSON, for those who must not load torch
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from tlcore.cards import BackboneCard
from tlcore.errors import DataUnavailable, RequestError, UnknownKey
from tlcore.library import waiting
from tlcore.library.absence import in_short
from tlcore.networks.backbone import Backbone, ImageBackbone, redraw
from tlcore.networks.footprint import activations_mb, gflops
from tlcore.networks.lenet import resized
from tlcore.networks.offer import Offer
from tlcore.networks.weights import fill

PREFIX = "timm:"
OWN = "published"
SMALLEST, MULTIPLE, MOST_STAGES = 64, 32, 5
FILE = "model.safetensors"


class TimmBackbone(ImageBackbone):
    """One of timm's networks without its head: features (N, dim) of colour images.

    A network that takes one size alone gets every image in that size; others get images as ResNets do, from 64
    pixels to the width that its weights were made for. What its stages put out is as the network has it: maps
    (N, C, h, w), a Swin's (N, h, w, C), a ViT's tokens (N, T, C).
    """

    def __init__(self, name: str) -> None:
        net = _timm(name).create_model(name, pretrained=False, num_classes=0)
        cfg = net.pretrained_cfg
        super().__init__(int(getattr(net, "head_hidden_size", None) or net.num_features), cfg["mean"], cfg["std"])
        self.largest = int(cfg["input_size"][-1])
        self.smallest = self.largest if cfg.get("fixed_input_size") else min(SMALLEST, self.largest)
        self.name, self.net = name, net
        self.theirs = {each: f"net.{each}" for each in net.state_dict()}
        self.headed = frozenset(f"{each}.{part}" for each in _heads(cfg) for part in ("weight", "bias"))
        self._stages = tuple(_cut(net))  # a tuple, so that no weight has a second name

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        return self._stages

    def reset_parameters(self) -> None:
        """New random weights where no layer can draw its own: tokens, places, scales."""
        redraw(self, lambda: TimmBackbone(self.name))

    def features(self, images: Tensor) -> Tensor:
        side = min(max(min(images.shape[-2:]), self.smallest), self.largest)
        seen: Tensor = self.net(resized(images, side if side == self.largest else side // MULTIPLE * MULTIPLE))
        return seen.flatten(1)  # (N, dim)


class Passage(nn.Module):
    """Some layers in a row that another network calls by itself: holds their weights, and shows what the last puts out.

    `layers` are called elsewhere; the last of them hands its output through here.
    """

    def __init__(self, layers: list[nn.Module], strays: Mapping[str, nn.Parameter], last: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        for name, weight in strays.items():
            self.register_parameter(name, weight)
        last.register_forward_hook(_Through(self))

    def forward(self, output: Tensor) -> Tensor:
        return output


class _Through:
    """A hook that is copied with its network, as a function would not be."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage

    def __call__(self, _: nn.Module, __: Any, output: Any) -> Any:
        return self.passage(output)


def offer(key: str) -> Offer:
    """The network behind `timm:NAME`. Raises `RequestError` without timm, `UnknownKey` for a name that it has not."""
    name = key.removeprefix(PREFIX)
    _timm(name)
    return Offer(key, "images", OWN, partial(card, name), lambda _: TimmBackbone(name), {OWN: load_published})


def card(name: str) -> BackboneCard:
    """The facts that timm tells, and what it takes to run it, measured."""
    with torch.device("meta"):
        backbone = TimmBackbone(name)
    cfg, parameters = backbone.net.pretrained_cfg, sum(weight.numel() for weight in backbone.parameters())
    return BackboneCard(
        key=f"{PREFIX}{name}",
        title=name,
        idea="One of timm's many networks.",
        takes="images",
        dim=backbone.dim,
        parameters=parameters,
        family="timm",
        pretrainings={OWN: f"{cfg.get('tag') or 'published'} weights from {cfg.get('hf_hub_id')}"},
        own=OWN,
        shipped=False,
        download_mb=round(4e-6 * parameters, 1),
        has_norm=any(isinstance(layer, nn.BatchNorm2d) for layer in backbone.modules()),
        source=str(cfg.get("origin_url") or "https://github.com/huggingface/pytorch-image-models"),
        side=backbone.largest,
        smallest=backbone.smallest,
        gflops=gflops(backbone, backbone.largest),
        activations_mb=activations_mb(backbone, backbone.largest),
    )


def load_published(backbone: Backbone) -> None:
    """Fill a `TimmBackbone` with its published weights, from Hugging Face's cache or downloaded into it.

    Raises `DataUnavailable` when they are neither there nor to be had as safetensors.
    """
    from huggingface_hub import hf_hub_download
    from safetensors.torch import load_file

    assert isinstance(backbone, TimmBackbone)
    hub = backbone.net.pretrained_cfg.get("hf_hub_id")
    if not hub:
        raise DataUnavailable("timm has published no weights of this network: start it with weights 'none'.")
    waiting.tell(f"Fetching the weights {hub}", 0, 0)
    try:
        file = hf_hub_download(hub, FILE)
        weights = load_file(file)
    except Exception as error:  # noqa: BLE001  the hub's client fails in ways of its own
        raise DataUnavailable(
            f"{FILE} of {hub} is not in Hugging Face's cache and could not be fetched ({in_short(error)}): connect to "
            f"a network, or let HF_HOME name the folder whose hub/models--{hub.replace('/', '--')} holds it."
        ) from None
    kept = {name: value for name, value in weights.items() if name not in backbone.headed}
    fill(backbone, {backbone.theirs.get(name, name): value for name, value in kept.items()}, file)


def _heads(cfg: Mapping[str, Any]) -> tuple[str, ...]:
    named = cfg.get("classifier") or ()
    return (named,) if isinstance(named, str) else tuple(named)


def _timm(name: str) -> Any:
    if find_spec("timm") is None:
        raise RequestError(f"'{PREFIX}{name}' needs timm, which is not installed: pip install transfer-lab[timm].")
    import timm

    if not re.fullmatch(r"[a-z0-9_.]+", name) or not timm.is_model(name.partition(".")[0]):
        raise UnknownKey("network of timm's named", name, timm.list_models())
    return timm


def _cut(net: nn.Module) -> Iterator[Passage]:
    """At most five stages, as timm's own list of features names their ends; what comes after belongs to the last."""
    ends = list(dict.fromkeys(each["module"] for each in getattr(net, "feature_info", ())))
    ends = ends or [name for name, child in net.named_children() if any(True for _ in child.parameters())]
    every = -(-len(ends) // MOST_STAGES)
    ends = ends[::-1][::every][::-1]
    layers, strays = _opened(net, ends, "")
    strays = {name.replace(".", "_"): weight for name, weight in strays.items()}
    places = [place for place, (path, _) in enumerate(layers) if path in ends]
    start = 0
    for place in places:
        end = len(layers) if place == places[-1] else place + 1
        yield Passage([each for _, each in layers[start:end]], strays if not start else {}, layers[place][1])
        start = end


def _opened(net: nn.Module, ends: list[str], path: str) -> tuple[list[tuple[str, nn.Module]], dict[str, nn.Parameter]]:
    """The parts of a network in their order, opened as far as the ends lie within; and weights that are in no part."""
    layers: list[tuple[str, nn.Module]] = []
    strays = {f"{path}{name}": weight for name, weight in net.named_parameters(recurse=False)}
    for name, child in net.named_children():
        if any(end.startswith(f"{path}{name}.") for end in ends):
            inner, more = _opened(child, ends, f"{path}{name}.")
            layers, strays = layers + inner, {**strays, **more}
        else:
            layers.append((f"{path}{name}", child))
    return layers, strays


if __name__ == "__main__":
    from tlcore.errors import TransferError

    try:
        sys.stdout.write(json.dumps(card(sys.argv[1]).as_json()))
    except TransferError as refusal:
        sys.stderr.write(str(refusal))
        sys.exit(2)
