"""From which weights a run starts: names of the backbone's card, or a file that is there; checked without torch."""

from dataclasses import replace
from pathlib import Path

import pytest

from tlcore import catalogue
from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.first_weights import first_weights
from tlcore.runs.spec import RunSpec

SMALL_RESNET = catalogue.backbone("small-resnet")


def test_a_backbones_own_weights_have_one_spelling() -> None:
    assert first_weights("", SMALL_RESNET) == ""
    assert first_weights(SMALL_RESNET["own"], SMALL_RESNET) == ""
    assert first_weights("none", SMALL_RESNET) == "none"
    assert first_weights("none", catalogue.backbone("small-cnn")) == ""
    assert first_weights("letters", SMALL_RESNET) == "letters"


def test_a_name_that_the_card_does_not_know_names_the_nearest() -> None:
    with pytest.raises(UnknownKey, match="no pre-training of 'small-resnet' named 'leters': did you mean 'letters'"):
        first_weights("leters", SMALL_RESNET)
    with pytest.raises(UnknownKey, match="known are 'none'"):
        first_weights("imagenet", catalogue.backbone("small-cnn"))


def test_a_file_is_told_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.pt").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert first_weights("own.pt", SMALL_RESNET) == str(tmp_path / "own.pt")
    assert first_weights("./own.pt", SMALL_RESNET) == str(tmp_path / "own.pt")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("missing.safetensors", "There are no weights at 'missing.safetensors'"),
        ("/", r"'/' cannot be read as weights: give a file that ends in \.safetensors, \.pt, \.pth"),
        ("/etc/passwd", "'/etc/passwd' cannot be read as weights"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_a_sentence(wanted: str, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        first_weights(wanted, SMALL_RESNET)


def test_a_completed_run_says_nothing_of_weights_that_are_the_backbones_own() -> None:
    plain = RunSpec("dann", "printed-to-handwritten", backbone="small-resnet")
    assert replace(plain, weights=SMALL_RESNET["own"]).completed() == plain.completed()
    assert replace(plain, weights="none").completed() != plain.completed()
    with pytest.raises(UnknownKey, match="no pre-training of 'tiny-mlp'"):
        RunSpec("dann", "moons", weights="letters").completed()
