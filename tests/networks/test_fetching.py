"""Published weights from a server on this machine: whole, broken off, another file, damaged, or not to be had."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.library.stand_in import NOWHERE, Server, serving
from tlcore.errors import DataUnavailable
from tlcore.library import downloading, waiting
from tlcore.networks import build_backbone, imagenet
from tlcore.networks.imagenet import ImageNetBackbone, load_imagenet

NAME = "squeezenet1_1"


@dataclass
class Published:
    """An entry as torchvision has them."""

    url: str

    def __str__(self) -> str:
        return "SqueezeNet1_1_Weights.IMAGENET1K_V1"

    def transforms(self) -> object:
        from tlcore.networks.families import published

        return published(NAME).transforms()


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    """As torchvision publishes them: under its own names, and with a head."""
    from torchvision import models

    return {name: torch.full_like(value, 0.5) for name, value in models.squeezenet1_1().state_dict().items()}


@pytest.fixture(scope="module")
def content(state: dict[str, Tensor]) -> bytes:
    out = io.BytesIO()
    torch.save(state, out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(downloading, "PAUSE", 0.001)
    with serving() as running:
        yield running


def file_name(content: bytes) -> str:
    return f"squeezenet1_1-{hashlib.sha256(content).hexdigest()[:8]}.pth"


def publish(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(imagenet, "published", lambda _: Published(url))


def backbone() -> ImageNetBackbone:
    return ImageNetBackbone(NAME)


def filled(network: ImageNetBackbone) -> bool:
    return all((weight == 0.5).all() for weight in network.parameters())


def test_weights_arrive_are_told_of_and_are_kept(
    server: Server, cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server.put(file_name(content), content))
    told: list[tuple[str, int, int]] = []
    with waiting.heard_by(lambda *news: told.append(news)):
        network = build_backbone(NAME, input_shape=(3, 64, 64))
    assert isinstance(network, ImageNetBackbone) and filled(network)
    assert told[-1] == (f"Fetching the weights of {NAME}", len(content), len(content))
    assert [each.name for each in cache.iterdir()] == [file_name(content)]
    load_imagenet(backbone())
    assert len(server.asked) == 1


def test_a_broken_download_goes_on_where_it_ended(
    server: Server, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server.put(file_name(content), content, breaks=[1_000_000, 0, 0, 0]))
    network = backbone()
    with pytest.raises(DataUnavailable, match="broke off after 1,000,000"):
        load_imagenet(network)
    assert not filled(network)
    server.asked.clear()
    load_imagenet(network)
    assert filled(network) and server.asked[0][1] == "bytes=1000000-"


def test_another_file_than_the_published_one_is_thrown_away(
    server: Server, cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server.put(file_name(content), content[:-1] + b"!"))
    with pytest.raises(DataUnavailable, match="its checksum differs"):
        load_imagenet(backbone())
    assert not list(cache.iterdir())


def test_without_a_network_the_sentence_says_what_to_put_where(
    cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, f"{NOWHERE}{file_name(content)}")
    with pytest.raises(DataUnavailable) as refusal:
        load_imagenet(backbone())
    told = str(refusal.value)
    assert "The ImageNet weights of squeezenet1_1 are not on this machine and could not be downloaded" in told
    assert f"put {file_name(content)} (torchvision's SqueezeNet1_1_Weights.IMAGENET1K_V1) into {cache}" in told
    assert "\n" not in told


def test_weights_that_lie_in_torchs_cache_are_read_from_there(
    cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, f"{NOWHERE}{file_name(content)}")
    cache.mkdir(parents=True)
    (cache / file_name(content)).write_bytes(content)
    network = backbone()
    load_imagenet(network)
    assert filled(network)

    (cache / file_name(content)).write_bytes(content[:2000])
    with pytest.raises(DataUnavailable, match=r"cannot be read .* delete that file"):
        load_imagenet(network)
