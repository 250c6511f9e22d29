"""Shipped weights: whole, small, in half precision where they say so, and a sentence where they are damaged."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tlcore import catalogue
from tlcore.errors import CheckpointError
from tlcore.networks import build_backbone, save_weights
from tlcore.networks.weights import SHIPPED, fill, load_shipped

SHIPPING = [card for card in catalogue.backbones().values() if card["shipped"] and card["pretrainings"]]
PRETRAINED = [(card["key"], name) for card in SHIPPING for name in card["pretrainings"]]


def small(seed: int = 0) -> nn.Module:
    return build_backbone("small-cnn-bn", seed=seed, input_shape=(1, 8, 8))


def copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_weights_come_back_as_they_went(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    saved, loaded = small(seed=1), small(seed=2)
    save_weights(saved, file)
    load_shipped(loaded, file)
    assert same(copied(loaded), copied(saved))
    assert all(
        layer.weight.is_contiguous(memory_format=torch.channels_last)
        for layer in loaded.modules()
        if isinstance(layer, nn.Conv2d)
    )


def test_all_that_is_shipped_stays_under_two_megabytes() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 2_000_000


@pytest.mark.parametrize(("key", "name"), PRETRAINED)
def test_shipped_weights_are_whole_and_not_the_random_ones(key: str, name: str) -> None:
    backbone = build_backbone(key, input_shape=(3, 32, 32), weights=name)
    state = copied(backbone)
    assert all(value.isfinite().all() for value in state.values())
    assert not same(state, copied(build_backbone(key, input_shape=(3, 32, 32), weights="none")))
    others = [other for this, other in PRETRAINED if this == key and other != name]
    assert not any(same(state, copied(build_backbone(key, input_shape=(3, 32, 32), weights=each))) for each in others)


def test_small_resnet_s_weights_are_kept_in_half_precision_and_used_in_full() -> None:
    stored = load_file(SHIPPED / "small-resnet-shapes.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16, torch.int64}
    backbone = build_backbone("small-resnet", input_shape=(3, 32, 32))
    assert {weight.dtype for weight in backbone.parameters()} == {torch.float32}


def test_a_backbone_has_its_own_weights_unless_another_choice_is_made() -> None:
    own_name = catalogue.backbone("small-resnet")["own"]
    own = copied(build_backbone("small-resnet", seed=3, input_shape=(3, 32, 32)))
    named = copied(build_backbone("small-resnet", seed=4, input_shape=(3, 32, 32), weights=own_name))
    assert same(own, named)
    first, second = (
        copied(build_backbone("small-resnet", seed=seed, input_shape=(3, 32, 32), weights="none")) for seed in (3, 4)
    )
    assert not same(first, second)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_damaged_shipped_weights_are_a_sentence_and_change_nothing(tmp_path: Path, share: float) -> None:
    whole, part = tmp_path / "whole.safetensors", tmp_path / "part.safetensors"
    save_weights(small(), whole)
    part.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    module = small(seed=5)
    before = copied(module)
    with pytest.raises(CheckpointError, match=r"cannot be read .* install Transfer Lab again") as refusal:
        load_shipped(module, part)
    assert "\n" not in str(refusal.value)
    assert same(copied(module), before)


def test_what_does_not_fit_is_counted_and_named_and_changes_nothing(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4), nn.BatchNorm1d(4))
    before = copied(module)
    given = {"0.weight": torch.zeros(4, 3), "0.bias": torch.zeros(4), "more": torch.zeros(())}
    with pytest.raises(CheckpointError) as refusal:
        fill(module, given, tmp_path / "other.pt")
    told = str(refusal.value)
    assert "6 missing: 1.weight, 1.bias, 2.weight and 3 more" in told
    assert "1 unexpected: more" in told
    assert "1 of another shape: 0.weight (4×3 instead of 4×2)" in told
    assert same(copied(module), before)


def test_counters_that_older_files_do_not_have_are_not_missed() -> None:
    module = nn.BatchNorm1d(4)
    fill(module, {name: value + 1 for name, value in module.state_dict().items() if "num" not in name}, Path("old"))
    assert module.weight.tolist() == [2, 2, 2, 2]
