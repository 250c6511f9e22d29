"""What a backbone makes of images stage by stage, and that nobody notices the look."""

import numpy as np
import pytest
import torch

from tlcore.networks import build_backbone
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.shift.metrics import mmd2
from tlcore.training.events import Observed
from tlcore.training.layers import INPUT, ROWS, LayerGaps, averaged, stage_names, through_layers
from tlcore.training.loop import train


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


def probe(shift: float = 1.0, rows: int = 120) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of two domains, and features that are the same but a hundred times as large."""
    points = torch.randn(2 * rows, 5, generator=torch.Generator().manual_seed(3))
    points[rows:] += shift
    return points, 100 * points


def test_a_look_says_of_every_layer_what_the_metric_says_of_its_sample() -> None:
    points, large = probe()
    told = LayerGaps(points, 120, seed=4)({"stage 1": points[:, :2], "stage 2": large}, large)
    near, far = np.linspace(0, 119, ROWS).round().astype(int), np.linspace(120, 239, ROWS).round().astype(int)
    order = np.random.default_rng([4, 0x5A3])
    near, far = near[order.permutation(ROWS)], far[order.permutation(ROWS)]
    expected = [mmd2(cloud[near], cloud[far]).value for cloud in (points, points[:, :2], large)]
    assert told[:, 0] == pytest.approx(expected, rel=1e-4)
    assert told[0] == pytest.approx(told[2], rel=1e-4), "the scale of features does not matter"
    assert (told[:, 3] <= 0.05).all() and (told[:, 0] > told[:, 2]).all()


def test_equal_domains_are_seldom_further_than_chance_reaches() -> None:
    """One in twenty, as the level says; four of thirty would happen by chance in one of twenty times."""
    beyond = 0
    for draw in range(30):
        points = torch.randn(240, 5, generator=torch.Generator().manual_seed(draw))
        value, _, reach, p_value = LayerGaps(points, 120)({}, points)[0]
        assert (value > reach) == (p_value <= 0.05)
        beyond += value > reach
    assert beyond <= 4


def test_features_of_a_strategys_own_are_a_row_more() -> None:
    points, large = probe()
    gaps = LayerGaps(points, 120)
    assert gaps({"stage 1": large}, large).shape == (2, 4)
    assert gaps({"stage 1": large}, -points[:, :3]).shape == (3, 4)


def test_where_nothing_can_be_said_there_are_no_numbers() -> None:
    points, _ = probe(rows=8)
    assert np.isnan(LayerGaps(points, 8)({"stage 1": points}, points)).all()
    points, _ = probe()
    broken = torch.full_like(points, torch.inf)
    said = LayerGaps(points, 120)({"stage 1": broken}, broken)
    assert np.isfinite(said[0]).all() and np.isnan(said[1]).all()


def test_a_run_tells_its_layers_in_every_frame() -> None:
    spec = RunSpec("dann", "printed-to-handwritten", steps=4, device="cpu").completed()
    built = build(spec, torch.device("cpu"))
    looks = [
        event
        for event in train(built.strategy, built.prepared.task, [], built.observers)
        if isinstance(event, Observed)
    ]
    (scene,) = [look for look in looks if look.name == "scene"]
    frames = [look for look in looks if look.name == "frame"]
    assert all(look.arrays["layers"].shape == (scene.values["stages"] + 1, 4) for look in frames)
    first, last = frames[0].arrays["layers"], frames[-1].arrays["layers"]
    assert np.array_equal(first[0], last[0]) and not np.array_equal(first[1:], last[1:])
