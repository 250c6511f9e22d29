"""Weights from files: what fits is loaded, what does not is refused in one sentence and changes nothing."""

import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import Tensor, nn

from tlcore.errors import CheckpointError, DataUnavailable
from tlcore.networks import build_backbone, load_weights, offers, save_weights
from tlcore.networks.offers import LETTERS
from tlcore.networks.resnet import ResNet18, load_imagenet


def small(seed: int = 0) -> nn.Module:
    return build_backbone("small-cnn-bn", seed=seed, input_shape=(1, 8, 8))


def copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_weights_come_back_as_they_went(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"weights{suffix}"
    saved, loaded = small(seed=1), small(seed=2)
    save_weights(saved, file) if suffix == ".safetensors" else torch.save(saved.state_dict(), file)
    load_weights(loaded, file)
    assert same(copied(loaded), copied(saved))
    assert all(
        layer.weight.is_contiguous(memory_format=torch.channels_last)
        for layer in loaded.modules()
        if isinstance(layer, nn.Conv2d)
    )


def test_the_shipped_weights_are_small_and_whole() -> None:
    assert LETTERS.stat().st_size < 1_000_000
    backbone = build_backbone("small-cnn-letters", input_shape=(1, 8, 8))
    assert all(value.isfinite().all() for value in backbone.state_dict().values())
    assert not same(copied(backbone), copied(small()))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CheckpointError, match=r"no weights at nowhere\.pt"):
        load_weights(small(), "nowhere.pt")


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused_and_nothing_changes(tmp_path: Path, suffix: str, share: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    save_weights(small(), whole) if suffix == ".safetensors" else torch.save(small().state_dict(), whole)
    part = tmp_path / f"part{suffix}"
    part.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    module = small(seed=5)
    before = copied(module)
    with pytest.raises(CheckpointError, match="cannot be read") as refusal:
        load_weights(module, part)
    assert "\n" not in str(refusal.value)
    assert same(copied(module), before)


def test_weights_of_another_network_are_refused_and_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "other.safetensors"
    save_weights(build_backbone("small-cnn", input_shape=(1, 8, 8)), file)
    module = small()
    before = copied(module)
    with pytest.raises(CheckpointError, match=r"another network \(missing: .* and 13 more"):
        load_weights(module, file)
    assert same(copied(module), before)


def test_weights_of_another_shape_say_which(tmp_path: Path) -> None:
    file = tmp_path / "wide.pt"
    torch.save(nn.Linear(3, 4).state_dict(), file)
    with pytest.raises(CheckpointError, match="weight is 4×3 instead of 4×2"):
        load_weights(nn.Linear(2, 4), file)


def test_a_pickle_that_holds_more_than_tensors_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "object.pt"
    torch.save({"weight": nn.Linear(2, 4)}, file)
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_weights(nn.Linear(2, 4), file)
    torch.save([torch.zeros(2)], file)
    with pytest.raises(CheckpointError, match="something else than named tensors"):
        load_weights(nn.Linear(2, 4), file)


def test_damaged_shipped_weights_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "letters.safetensors"
    damaged.write_bytes(LETTERS.read_bytes()[:1000])
    monkeypatch.setattr(offers, "LETTERS", damaged)
    with pytest.raises(CheckpointError, match="cannot be read"):
        build_backbone("small-cnn-letters", input_shape=(1, 8, 8))


def test_imagenet_weights_without_a_network_say_what_to_put_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    monkeypatch.setattr("torch.hub.urlopen", unreachable)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(DataUnavailable, match=r"no route to host.*put resnet18-f37072fd\.pth") as refusal:
        load_imagenet(ResNet18())
    assert str(tmp_path / "hub" / "checkpoints") in str(refusal.value)


def test_imagenet_weights_are_read_from_torchs_own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.models import resnet18

    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    original = resnet18()
    torch.save(original.state_dict(), cache / "resnet18-f37072fd.pth")
    backbone = ResNet18()
    load_imagenet(backbone)
    assert torch.equal(backbone.blocks[4][1].conv2.weight, original.layer4[1].conv2.weight)

    (cache / "resnet18-f37072fd.pth").write_bytes(b"half a file")
    with pytest.raises(DataUnavailable, match=r"cannot be read .* delete that file"):
        load_imagenet(backbone)
