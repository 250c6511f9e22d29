"""What a backbone makes of images stage by stage, and that nobody notices the look."""

import pytest
import torch

from tlcore.networks import build_backbone
from tlcore.training.layers import INPUT, averaged, stage_names, through_layers


@pytest.mark.parametrize("key", ["small-cnn-bn", "lenet", "mlp-800", "tiny-mlp"])
def test_the_last_stage_is_what_the_head_sees(key: str) -> None:
    shape = (2,) if key == "tiny-mlp" else (1, 16, 16)
    backbone = build_backbone(key, input_shape=shape).eval()
    images = torch.rand(7, *shape)
    seen = through_layers(backbone, images.split(3))
    assert list(seen) == [INPUT, *stage_names(backbone)]
    with torch.no_grad():
        assert torch.allclose(list(seen.values())[-1], backbone(images), atol=1e-5)
    assert torch.equal(seen[INPUT], images.flatten(1))
    assert all(len(rows) == 7 and rows.ndim == 2 for rows in seen.values())


def test_a_look_leaves_no_trace() -> None:
    backbone = build_backbone("small-cnn-bn", input_shape=(1, 8, 8)).train()
    backbone.blocks[0].eval()
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    modes = [module.training for module in backbone.modules()]
    through_layers(backbone, [torch.rand(4, 1, 8, 8)])
    assert all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())
    assert [module.training for module in backbone.modules()] == modes
    assert not any(module._forward_hooks for module in backbone.modules())


def test_uint8_images_count_as_the_network_sees_them() -> None:
    backbone = build_backbone("small-cnn", input_shape=(1, 8, 8))
    images = torch.randint(0, 256, (3, 1, 8, 8), dtype=torch.uint8)
    assert through_layers(backbone, [images])[INPUT].max() <= 1


def test_maps_and_tokens_are_averaged_over_their_places() -> None:
    maps, tokens = torch.rand(2, 5, 3, 3), torch.rand(2, 9, 5)
    assert torch.allclose(averaged(maps), maps.mean((2, 3)))
    assert torch.allclose(averaged(tokens), tokens.mean(1))
    assert averaged(torch.rand(2, 5)).shape == (2, 5)
