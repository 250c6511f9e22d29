"""Weights from somebody's own file: names fitted, heads left out, and a strict report where something does not fit."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from tlcore.errors import CheckpointError
from tlcore.networks import Backbone, build_backbone, build_network, load_checkpoint, save_weights
from tlcore.networks.imagenet import ImageNetBackbone


def small(seed: int = 0) -> Backbone:
    return build_backbone("small-cnn-bn", seed=seed, input_shape=(1, 8, 8))


def same(first: nn.Module, second: nn.Module) -> bool:
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def plain(state: dict[str, Tensor]) -> Any:
    return OrderedDict(state)


def wrapped(state: dict[str, Tensor]) -> Any:
    return {"epoch": 3, "state_dict": state, "optimizer": {"lr": 0.1}}


def parallel(state: dict[str, Tensor]) -> Any:
    return {"model": {f"module.backbone.{name}": value for name, value in state.items()}}


@pytest.mark.parametrize("form", [plain, wrapped, parallel])
@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_weights_are_found_under_every_wrapping(tmp_path: Path, form: Any, suffix: str) -> None:
    saved, loaded = small(seed=1), small(seed=2)
    torch.save(form(saved.state_dict()), tmp_path / f"own{suffix}")
    assert load_checkpoint(loaded, tmp_path / f"own{suffix}") == ()
    assert same(saved, loaded)


def test_a_whole_network_s_head_is_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    network, loaded = build_network("small-cnn-bn", 5, seed=1, input_shape=(1, 8, 8)), small(seed=2)
    save_weights(network, tmp_path / "own.safetensors")
    with caplog.at_level("WARNING", "transfer_lab"):
        assert load_checkpoint(loaded, tmp_path / "own.safetensors") == ("head.bias", "head.weight")
    assert "Left out of own.safetensors, as its head: head.bias, head.weight." in caplog.text
    assert same(network.backbone, loaded)


def test_torchvision_s_own_names_are_understood(tmp_path: Path) -> None:
    net, loaded = models.squeezenet1_1(num_classes=7), ImageNetBackbone("squeezenet1_1")
    torch.save(net.state_dict(), tmp_path / "tuned.pth")
    left = load_checkpoint(loaded, tmp_path / "tuned.pth")
    assert left == ("classifier.1.bias", "classifier.1.weight")  # of seven classes, which is nobody's business here
    images = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(loaded.eval().features(images), net.eval().features(images).mean((2, 3)))


def test_a_run_may_begin_with_a_file(tmp_path: Path) -> None:
    saved = small(seed=1)
    torch.save(saved.state_dict(), tmp_path / "own.pt")
    given = build_backbone("small-cnn-bn", seed=2, input_shape=(1, 8, 8), weights=str(tmp_path / "own.pt"))
    assert same(saved, given)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused_and_nothing_changes(tmp_path: Path, suffix: str, share: float) -> None:
    whole, part, module = tmp_path / f"whole{suffix}", tmp_path / f"part{suffix}", small(seed=5)
    save_weights(small(), whole) if suffix == ".safetensors" else torch.save(small().state_dict(), whole)
    part.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    with pytest.raises(CheckpointError, match="cannot be read") as refusal:
        load_checkpoint(module, part)
    assert "\n" not in str(refusal.value)
    assert same(module, small(seed=5))


def test_another_network_s_weights_are_refused_with_a_count_and_nothing_changes(tmp_path: Path) -> None:
    torch.save(build_backbone("small-cnn", input_shape=(1, 8, 8)).state_dict(), tmp_path / "other.pt")
    module = small(seed=5)
    with pytest.raises(CheckpointError, match=r"another network \(12 missing: .* and 9 more\)"):
        load_checkpoint(module, tmp_path / "other.pt")
    assert same(module, small(seed=5))


def test_a_weight_that_is_neither_the_backbone_s_nor_a_head_s_is_refused(tmp_path: Path) -> None:
    torch.save({**small(seed=1).state_dict(), "extra.weight": torch.zeros(2)}, tmp_path / "more.pt")
    with pytest.raises(CheckpointError, match=r"another network \(1 unexpected: extra\.weight\)"):
        load_checkpoint(small(), tmp_path / "more.pt")


def test_what_only_looks_like_a_head_is_not_forgiven_to_a_backbone_that_has_it(tmp_path: Path) -> None:
    """ConvNeXt's last norm stands in torchvision's classifier, and is no part of the head."""
    with torch.device("meta"):
        backbone = ImageNetBackbone("convnext_tiny")
    assert backbone.theirs["classifier.0.weight"].startswith("blocks.3.")
    assert backbone.headed == {"classifier.2.weight", "classifier.2.bias"}


def test_a_pickle_that_holds_more_than_tensors_is_not_run(tmp_path: Path) -> None:
    torch.save({"weight": nn.Linear(2, 4)}, tmp_path / "object.pt")
    with pytest.raises(CheckpointError, match=r"cannot be read \(it holds more than tensors, which is not safe"):
        load_checkpoint(small(), tmp_path / "object.pt")
    torch.save([torch.zeros(2)], tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="something else than named tensors"):
        load_checkpoint(small(), tmp_path / "list.pt")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CheckpointError, match=r"no weights at nowhere\.pt"):
        load_checkpoint(small(), Path("nowhere.pt"))
