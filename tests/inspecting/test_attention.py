"""Grad-CAM, against what it must be where the head reads the mean of the maps; and where there is none."""

import pytest
import torch
from torch import nn

from tests.strategies.small import small_network
from tlcore.errors import RequestError
from tlcore.inspecting.attention import enlarged, grad_cam
from tlcore.networks import build_network


def test_it_is_the_classes_weights_times_the_maps_where_the_head_reads_their_mean() -> None:
    """Then the gradient is the class's weight at every place: the class activation map of Zhou et al., CVPR 2016."""
    network = build_network("small-cnn", 3, seed=1, input_shape=(1, 20, 20)).eval()
    network.requires_grad_(False)  # as many strategies leave a backbone
    images = torch.randint(0, 255, (4, 1, 20, 20), dtype=torch.uint8)
    classes = torch.tensor([0, 1, 2, 1])
    heat = grad_cam(network, network.backbone, images, classes)
    caught = list[torch.Tensor]()
    hook = network.backbone.stages[-1].register_forward_hook(lambda _, __, out: caught.append(out))
    network(images)
    hook.remove()
    maps = torch.einsum("nchw,nc->nhw", caught[0], network.head.weight[classes]).relu()
    assert heat.shape == (4, 5, 5)
    assert torch.allclose(heat, maps / maps.amax((1, 2), keepdim=True).clamp_min(1e-12), atol=1e-5)
    assert not any(weight.requires_grad for weight in network.parameters())


def test_of_tiny_images_an_earlier_stage_says_where() -> None:
    network = small_network().eval()  # 8 × 8, 4 × 4 and 2 × 2 places after its pools
    heat = grad_cam(network, network.backbone, torch.randint(0, 255, (2, 1, 8, 8), dtype=torch.uint8))
    assert heat.shape == (2, 4, 4)
    assert enlarged(heat, 8, 8).shape == (2, 8, 8)
    assert float(heat.min()) >= 0 and float(heat.max()) <= 1


def test_without_maps_or_without_a_way_back_a_sentence_says_so() -> None:
    points = build_network("tiny-mlp", 2, input_shape=(2,)).eval()
    with pytest.raises(RequestError, match="has none"):
        grad_cam(points, points.backbone, torch.zeros(3, 2))
    network = small_network().eval()
    with pytest.raises(RequestError, match="cannot be followed back"):
        grad_cam(nn.Sequential(network, Cut()), network.backbone, torch.zeros(2, 1, 8, 8))


class Cut(nn.Module):
    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        return logits.detach()
