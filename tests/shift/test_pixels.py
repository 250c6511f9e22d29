"""Colours, brightness and contrast of a domain's images."""

import numpy as np
import pytest

from tlcore.shift.pixels import BINS, pixels


def test_channels_have_the_mean_and_spread_of_all_their_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 5, 4), dtype=np.uint8)
    told, plain = pixels(images), images / 255
    assert told.mean == pytest.approx(plain.mean((0, 2, 3)))
    assert told.std == pytest.approx(plain.std((0, 2, 3)))
    assert pixels(plain).brightness == pytest.approx(told.brightness)


def test_an_image_is_as_bright_as_its_grey_and_has_its_contrast() -> None:
    half = np.zeros((1, 1, 4, 4), np.uint8)
    half[..., :2] = 255
    flat = np.full((1, 1, 4, 4), 51, np.uint8)
    told = pixels(np.concatenate([half, flat]))
    assert told.brightness == pytest.approx([0.5, 0.2]) and told.contrast == pytest.approx([0.5, 0.0], abs=1e-12)
    said = told.as_json()
    assert len(said["brightness"]) == BINS and sum(said["brightness"]) == pytest.approx(1)
    assert said["contrast"][0] == said["contrast"][-1] == 0.5
    green = np.zeros((1, 3, 2, 2))
    green[:, 1] = 1
    assert pixels(green).brightness == pytest.approx([0.587])


@pytest.mark.parametrize("shape", [(3, 2), (2, 2, 4, 4), (0, 1, 4, 4)])
def test_what_is_no_image_is_a_mistake(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="should be"):
        pixels(np.zeros(shape))
