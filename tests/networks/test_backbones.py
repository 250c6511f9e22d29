"""What backbones do with images, whatever their type, colour, size and memory layout."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F

from tlcore.networks import Backbone, build_backbone
from tlcore.networks.lenet import LeNet

IMAGE_KEYS = (
    "small-cnn",
    "small-cnn-bn",
    "small-cnn-colour",
    "small-cnn-letters",
    "small-resnet",
    "wide-cnn-bn",
    "mlp-800",
    "lenet",
    "lenet-colour",
    "lenet-colour-bn",
    "conv4",
)


def grey(count: int = 3, side: int = 8) -> Tensor:
    return torch.randint(0, 256, (count, 1, side, side), dtype=torch.uint8)


@pytest.mark.parametrize("key", IMAGE_KEYS)
def test_bytes_and_floats_of_one_image_are_the_same_image(key: str) -> None:
    backbone = build_backbone(key, input_shape=(1, 8, 8)).eval()
    images = grey()
    torch.testing.assert_close(backbone(images), backbone(images.double().div(255).float()))


@pytest.mark.parametrize("key", IMAGE_KEYS)
def test_a_grey_image_in_three_equal_colours_looks_the_same(key: str) -> None:
    backbone = build_backbone(key, input_shape=(1, 8, 8)).eval()
    images = grey()
    torch.testing.assert_close(backbone(images), backbone(images.expand(-1, 3, -1, -1)))


@pytest.mark.parametrize("key", IMAGE_KEYS)
@pytest.mark.parametrize("side", [8, 9, 16, 28, 32])
def test_images_of_any_size_from_eight_pixels_give_one_row_of_features_each(key: str, side: int) -> None:
    backbone = build_backbone(key, input_shape=(3, side, side)).eval()
    features = backbone(torch.rand(2, 3, side, side))
    assert features.shape == (2, backbone.dim)
    assert features.isfinite().all()


def test_only_backbones_that_see_colour_tell_equally_bright_colours_apart() -> None:
    red, green = torch.zeros(2, 1, 3, 8, 8)
    red[:, 0], green[:, 1] = 1, 1
    colourful = ("small-cnn-colour", "small-resnet", "lenet-colour", "lenet-colour-bn")
    for key in ("small-cnn-bn", "lenet", *colourful):
        backbone = build_backbone(key, input_shape=(3, 8, 8)).eval()
        assert torch.equal(backbone(red), backbone(green)) != (key in colourful)


def test_lenet_is_the_network_of_the_paper() -> None:
    torch.manual_seed(0)
    backbone = LeNet()
    images = torch.rand(2, 1, 28, 28)
    first, second, dense = (layer for layer in backbone.modules() if isinstance(layer, nn.Conv2d | nn.Linear))
    maps = F.max_pool2d(F.conv2d(images * 2 - 1, first.weight, first.bias).relu(), 2)  # (2, 20, 12, 12)
    maps = F.max_pool2d(F.conv2d(maps, second.weight, second.bias).relu(), 2)  # (2, 50, 4, 4)
    expected = F.linear(maps.flatten(1), dense.weight, dense.bias).relu()  # (2, 500)
    assert maps.shape == (2, 50, 4, 4)
    torch.testing.assert_close(backbone(images), expected)


@pytest.mark.parametrize("key", ["small-cnn-bn", "lenet"])
def test_weights_and_what_flows_between_layers_are_channels_last(key: str) -> None:
    backbone = build_backbone(key, input_shape=(1, 28, 28))
    layouts: list[bool] = []
    for layer in backbone.modules():
        if isinstance(layer, nn.Conv2d):
            layouts.append(layer.weight.is_contiguous(memory_format=torch.channels_last))
            layer.register_forward_hook(
                lambda _, __, maps: layouts.append(maps.is_contiguous(memory_format=torch.channels_last))
            )
    backbone(grey(side=28))
    assert all(layouts)


@pytest.mark.parametrize("key", IMAGE_KEYS)
def test_mixed_precision_stays_near_full_precision(key: str) -> None:
    backbone = build_backbone(key, input_shape=(1, 8, 8)).eval()
    images = grey(count=8)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = backbone(images).float()
    exact = backbone(images)
    assert (mixed - exact).norm() < 0.03 * exact.norm()


@pytest.mark.parametrize("key", [*IMAGE_KEYS, "tiny-mlp"])
def test_stages_follow_each_other_from_the_input_and_hold_every_weight(key: str) -> None:
    shape = (2,) if key == "tiny-mlp" else (1, 28, 28)
    backbone = build_backbone(key, input_shape=shape)
    called: list[int] = []
    for place, stage in enumerate(backbone.stages):
        stage.register_forward_hook(lambda _, __, ___, place=place: called.append(place))
    backbone(torch.rand(2, *shape))
    assert called == list(range(len(backbone.stages)))
    held = {id(weight) for stage in backbone.stages for weight in stage.parameters()}
    assert held == {id(weight) for weight in backbone.parameters()}


def test_gradients_reach_every_weight_and_the_image() -> None:
    backbone = build_backbone("small-cnn-bn", input_shape=(1, 8, 8))
    images = torch.rand(16, 1, 8, 8, requires_grad=True)
    backbone(images).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in backbone.parameters())
    assert images.grad is not None
    assert images.grad.abs().sum() > 0


def test_normalisation_constants_are_not_part_of_the_weights() -> None:
    assert not {"mean", "std"} & build_backbone("small-cnn", input_shape=(1, 8, 8)).state_dict().keys()


def test_eyes_that_know_letters_read_digits_better_than_untrained_ones() -> None:
    """A linear classifier on frozen features, one labelled digit a class, five draws of that one."""
    pixels, labels = load_digits(return_X_y=True)
    images = torch.from_numpy(np.rint(pixels * 255 / 16).astype(np.uint8)).view(-1, 1, 8, 8)
    letters = build_backbone("small-cnn-letters", input_shape=(1, 8, 8))
    untrained = build_backbone("small-cnn-bn", input_shape=(1, 8, 8))
    assert probed(letters, images, labels) > probed(untrained, images, labels) + 0.1


def probed(backbone: Backbone, images: Tensor, labels: np.ndarray) -> float:
    with torch.no_grad():
        features = backbone.eval()(images).numpy()
    accuracies = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(labels))
        shown = np.array([order[labels[order] == digit][0] for digit in range(10)])
        mean, std = features[shown].mean(0), features[shown].std(0) + 1e-3
        features_seen = (features - mean) / std
        probe = LogisticRegression(max_iter=500).fit(features_seen[shown], labels[shown])
        accuracies.append(probe.score(features_seen, labels))
    return float(np.mean(accuracies))
