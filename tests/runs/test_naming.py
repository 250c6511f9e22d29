"""Naming data sets through a network: images of any size beside each other, and a game that is fair."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from tlcore.errors import OutOfRange, RequestError
from tlcore.runs.naming import GAME, alike, named


def domain(scenario: str, role: str, **choices: object) -> dict:
    return {"name": f"{role} of {scenario}", "scenario": scenario, "role": role, **choices}


def test_three_data_sets_are_named_far_above_chance(tmp_path: Path) -> None:
    said = [
        domain("printed-to-handwritten", "source"),
        domain("printed-to-handwritten", "target"),
        domain("shapes", "target"),
    ]
    found = named(said, "small-cnn-bn", "none", 0, tmp_path)
    assert found["chance"] == pytest.approx(1 / 3) and found["low"] > 0.8
    assert found["names"] == [each["name"] for each in said]
    assert [sum(row) for row in found["confusion"]] == pytest.approx([1, 1, 1])
    rounds = found["game"]["rounds"]
    assert len(rounds) == GAME and {each["truth"] for each in rounds} == {0, 1, 2}
    right = sum(each["truth"] == each["judge"] for each in rounds)
    assert right >= GAME * 0.7
    with Image.open(tmp_path / found["game"]["sheet"]) as sheet:
        assert sheet.size == (640, 128)


def test_the_same_domain_twice_can_but_be_guessed(tmp_path: Path) -> None:
    """The same rows under two names: what is learned of one half says nothing of the other."""
    said = [domain("moons", "source"), domain("moons", "target", shift=0.0)]
    found = named(said, "tiny-mlp", "none", 0, tmp_path)
    assert found["low"] <= 0.5 <= found["high"] and found["game"] is None


def test_size_and_channels_give_nothing_away() -> None:
    large, small = torch.rand(2, 3, 16, 12), torch.randint(0, 256, (2, 1, 8, 8), dtype=torch.uint8)
    first, second = alike([large, small])
    assert first.shape == second.shape == (2, 3, 16, 12) and torch.equal(first, large)
    assert torch.equal(second[:, 0], second[:, 1]) and second.dtype == torch.uint8


def test_mistakes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(OutOfRange, match="two to 4 domains"):
        named([domain("moons", "source")], "tiny-mlp", "none", 0, tmp_path)
    with pytest.raises(RequestError, match="one kind"):
        alike([torch.rand(2, 2), torch.rand(2, 1, 8, 8)])
