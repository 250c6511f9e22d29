"""timm's networks as backbones, where timm is installed; a sentence where it is not."""

import copy
from pathlib import Path

import pytest
import torch

from tlcore import catalogue, timm_cards
from tlcore.errors import RequestError, UnknownKey
from tlcore.networks import build_backbone

KEY = "timm:resnet10t"


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(timm_cards, "user_cache_path", lambda *_, **__: tmp_path)
    timm_cards.timm_card.cache_clear()
    return tmp_path / "timm"


def test_without_timm_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlcore.networks.timm.find_spec", lambda _: None)
    with pytest.raises(RequestError, match=r"needs timm, which is not installed: pip install transfer-lab\[timm\]"):
        build_backbone(KEY, input_shape=(3, 64, 64))

    def absent(_: str) -> str:
        raise timm_cards.PackageNotFoundError

    monkeypatch.setattr(timm_cards, "version", absent)
    with pytest.raises(RequestError, match=r"needs timm, which is not installed"):
        catalogue.backbone(KEY)


def test_a_card_is_asked_for_once_and_kept(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(timm_cards, "version", lambda _: "1.0")
    monkeypatch.setattr(timm_cards, "_asked", lambda key, _: asked.append(key) or {"key": key})
    for _ in range(2):
        assert catalogue.backbone(KEY) == {"key": KEY}
        timm_cards.timm_card.cache_clear()
    assert asked == [KEY]
    assert [file.name for file in shelf.iterdir()] == ["resnet10t-1.0.json"]


@pytest.mark.parametrize("name", ["../../x", "hf-hub:someone/net", "a b", ""])
def test_what_is_no_name_is_asked_of_nobody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timm_cards, "version", lambda _: "1.0")
    with pytest.raises(RequestError, match="no name of a network"):
        catalogue.backbone(f"timm:{name}")


def test_its_card_tells_the_truth_and_its_stages_hold_every_weight() -> None:
    pytest.importorskip("timm", reason="timm is an extra, and not installed here")
    from tlcore.networks.heard import heard
    from tlcore.networks.timm import TimmBackbone

    card = catalogue.backbone(KEY)
    backbone = TimmBackbone("resnet10t").eval()
    assert card["parameters"] == sum(weight.numel() for weight in backbone.parameters())
    held = {id(weight) for stage in backbone.stages for weight in stage.parameters()}
    assert held == {id(weight) for weight in backbone.parameters()}
    for network in (backbone, copy.deepcopy(backbone)):
        with heard(network.stages) as outputs:
            features = network(torch.rand(1, 1, 32, 32))
        assert features.shape == (1, card["dim"])
        assert [output.shape[1] for output in outputs] == [64, 64, 128, 256, 512]
        torch.testing.assert_close(outputs[-1].mean((2, 3)), features)
    assert all(name.startswith("net.") for name in backbone.state_dict())


def test_a_name_that_timm_has_not_is_refused() -> None:
    pytest.importorskip("timm", reason="timm is an extra, and not installed here")
    with pytest.raises(UnknownKey, match="did you mean"):
        build_backbone("timm:resnet10x", input_shape=(3, 64, 64))
