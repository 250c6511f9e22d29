"""Each change against a formula worked out pixel by pixel, or by another library."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from tlcore import scenarios
from tlcore.scenarios import photo
from tlcore.scenarios.corruptions import (
    blurred,
    coloured,
    contrasted,
    dark,
    grained,
    inverted,
    lit,
    low_contrast,
    noisy,
    rotated,
    shaded,
    turned,
)
from tlcore.scenarios.digits import bundled, handwritten

IMAGES = handwritten().inputs[:50]
CHANCE = np.random.default_rng(0)
COLOUR = CHANCE.integers(0, 256, (12, 3, 24, 20), dtype=np.uint8)


@pytest.mark.parametrize("change", [low_contrast, dark, noisy, inverted, rotated])
def test_strength_zero_changes_nothing_and_nothing_is_written_to(change: object) -> None:
    before = IMAGES.copy()
    assert np.array_equal(change(IMAGES, 0, CHANCE), before)  # type: ignore[operator]
    changed = change(IMAGES, 0.5, CHANCE)  # type: ignore[operator]
    assert changed.shape == IMAGES.shape and changed.dtype == np.uint8
    assert np.array_equal(IMAGES, before)


@pytest.mark.parametrize("strength", [0.25, 0.8, 1.0])
def test_formulas_pixel_by_pixel(strength: float) -> None:
    formulas = {
        low_contrast: lambda x: 127.5 * strength + x * (1 - strength),
        dark: lambda x: x - strength * x,
        inverted: lambda x: 255 * strength - x if 255 * strength > x else x - 255 * strength,
    }
    for change, formula in formulas.items():
        changed = change(IMAGES, strength, CHANCE)
        for place in [(0, 0, 0, 0), (7, 0, 3, 4), (20, 0, 5, 2), (49, 0, 2, 3)]:
            assert abs(int(changed[place]) - formula(float(IMAGES[place]))) <= 0.5 + 1e-9


def test_inverted_at_full_strength_is_the_negative() -> None:
    assert np.array_equal(inverted(IMAGES, 1, CHANCE), 255 - IMAGES)


def test_noise_has_the_strength_it_says_where_nothing_is_cut_off() -> None:
    grey = np.full((400, 1, 8, 8), 128, dtype=np.uint8)
    error = noisy(grey, 0.1, np.random.default_rng(3)).astype(float) - 128
    assert abs(error.std() - 25.5) < 0.5
    assert abs(error.mean()) < 0.5
    assert np.array_equal(noisy(grey, 0.1, np.random.default_rng(3)), noisy(grey, 0.1, np.random.default_rng(3)))


def test_rotation_by_quarters_is_exact() -> None:
    for quarters in (1, 2):
        np.testing.assert_array_equal(rotated(IMAGES, 90 * quarters, CHANCE), np.rot90(IMAGES, quarters, axes=(2, 3)))


@pytest.mark.parametrize("degrees", [10, 35, 45, 80])
def test_rotation_reads_as_scipy_does(degrees: float) -> None:
    # A frame of paper around: scipy does not blend with the outside in its first row of pixels.
    framed = np.pad(IMAGES, [(0, 0), (0, 0), (3, 3), (3, 3)])
    theirs = ndimage.rotate(framed.astype(float), degrees, axes=(2, 3), reshape=False, order=1)
    np.testing.assert_allclose(rotated(framed, degrees, CHANCE), theirs, atol=0.5 + 1e-6)


def test_a_blend_is_the_distance_of_digit_and_patch() -> None:
    images = np.array([0, 255, 100, 40], dtype=np.uint8).reshape(1, 1, 2, 2).repeat(3, axis=1)
    patch = np.array([30, 30, 200, 41], dtype=np.uint8).reshape(1, 1, 2, 2).repeat(3, axis=1)
    assert photo.over(images, patch, 1)[0, 1].ravel().tolist() == [30, 225, 100, 1]
    assert photo.over(images, patch, 0.5)[0, 1].ravel().tolist() == [15, 240, 0, 20]
    assert np.array_equal(photo.over(images, patch, 0), images)


def test_patches_are_cut_out_of_the_photographs() -> None:
    photos = photo.photographs()
    for patch in photo.patches(photos, 6, 8, np.random.default_rng(0)):
        assert any(
            np.array_equal(each[:, y : y + 8, x : x + 8], patch)
            for each in photos
            for y in range(each.shape[1] - 7)
            for x in range(each.shape[2] - 7)
        )


def test_photographs_are_a_quarter_as_wide_and_in_colour() -> None:
    whole = Image.open(bundled("images/china.jpg"))
    small = photo.photographs()[0]
    assert small.shape == (3, -(-whole.height // 4), whole.width // 4)
    block = np.asarray(whole)[40:44, 80:84].reshape(16, 3).mean(0)
    np.testing.assert_allclose(small[:, 10, 20], block, atol=1)


def test_a_photo_scenario_s_target_is_the_digit_where_the_photo_is_taken_away() -> None:
    scenario = scenarios.find("handwritten-to-photo")
    clean, full = scenario.build(0, seed=4).target_test, scenario.build(100, seed=4).target_test
    paper = clean.inputs == 0
    reached = np.where(paper, full.inputs, 0).astype(int)
    assert reached.max() > 200 and np.array_equal(clean.labels, full.labels)
    assert (full.inputs[:, 0] != full.inputs[:, 2]).mean() > 0.5  # colour


def pillow(image: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)))


@pytest.mark.parametrize("degrees", [10, 90, 135, 180])
def test_mirrored_turns_read_as_scipy_does(degrees: float) -> None:
    square = COLOUR[:, :, :20]
    theirs = ndimage.rotate(square.astype(float), degrees, axes=(2, 3), reshape=False, order=1, mode="reflect")
    np.testing.assert_allclose(turned(square, degrees, mirrored=True), theirs, atol=0.5 + 1e-6)


def test_many_images_turn_as_one_by_one() -> None:
    many = CHANCE.integers(0, 256, (300, 3, 32, 32), dtype=np.uint8)
    np.testing.assert_array_equal(turned(many, 33)[250:251], turned(many[250:251], 33))


@pytest.mark.parametrize("sigma", [0.3, 1, 2.4, 7])
def test_blur_is_scipy_s_gaussian(sigma: float) -> None:
    theirs = ndimage.gaussian_filter(COLOUR.astype(float), (0, 0, sigma, sigma), mode="reflect", truncate=4)
    np.testing.assert_allclose(blurred(COLOUR, sigma), theirs, atol=0.5 + 1e-3)


@pytest.mark.parametrize("strength", [-1, -0.6, 0.25, 1])
def test_light_and_contrast_are_pillow_s_blends(strength: float) -> None:
    for image, light, contrast in zip(COLOUR, lit(COLOUR, strength), contrasted(COLOUR, strength)):
        far = Image.new("RGB", (20, 24), "black" if strength < 0 else "white")
        theirs = np.asarray(Image.blend(pillow(image), far, abs(strength))).transpose(2, 0, 1)
        np.testing.assert_allclose(light, theirs, atol=1)  # Pillow cuts fractions off
        grey = Image.new("RGB", (20, 24), (128, 128, 128))
        theirs = np.asarray(Image.blend(grey, pillow(image), 1 + strength)).transpose(2, 0, 1)
        np.testing.assert_allclose(contrast, theirs, atol=1.5)


def test_paler_goes_to_pillow_s_grey_and_dye_to_shades_of_one_hue() -> None:
    for image, pale in zip(COLOUR, coloured(COLOUR, -1)):
        grey = np.asarray(pillow(image).convert("L"))
        np.testing.assert_allclose(pale, np.stack([grey] * 3), atol=1)
    green = coloured(COLOUR, 1, 120)
    assert not green[:, [0, 2]].any()
    np.testing.assert_array_equal(green[:, 1], coloured(COLOUR, -1)[:, 0])
    half = (COLOUR.astype(float) + green) / 2
    np.testing.assert_allclose(coloured(COLOUR, 0.5, 120), half, atol=1)


def test_patchy_light_is_a_coarse_pattern_spread_by_scipy() -> None:
    white = np.full((2, 3, 24, 20), 255, np.uint8)
    seen = shaded(white, 0.8, [np.random.default_rng(k) for k in (5, 6)])
    for k, image in enumerate(seen):
        coarse = np.random.default_rng(5 + k).random((4, 4), dtype=np.float32)
        light = 1 - 0.8 * ndimage.zoom(coarse.astype(float), (24 / 4, 20 / 4), order=1)
        np.testing.assert_allclose(image, np.stack([255 * light] * 3), atol=0.51)
    assert not np.array_equal(seen[0], seen[1])


def test_noise_row_by_row_is_as_strong_as_it_says() -> None:
    grey = np.full((300, 1, 12, 12), 128, dtype=np.uint8)
    error = grained(grey, 0.1, [np.random.default_rng(k) for k in range(300)]).astype(float) - 128
    assert abs(error.std() - 25.5) < 0.5 and abs(error.mean()) < 0.5
