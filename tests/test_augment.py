"""Views: the same generator gives the same ones, each strength does what it says, and 0 does nothing."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from scipy import ndimage
from torchvision.transforms.v2.functional import adjust_saturation

from tlcore.augment import Augment, blurred, quarter_turns, recoloured

NOTHING = Augment(**{each.name: type(each.default)(0) for each in fields(Augment)})


def photos(count: int = 5, channels: int = 3, side: int = 12) -> torch.Tensor:
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(0))


def only(**strengths: float) -> Augment:
    return Augment(**{**vars(NOTHING), **strengths})


def test_without_strength_nothing_changes_and_nothing_is_drawn() -> None:
    before, images, points = torch.get_rng_state(), photos(), torch.randn(4, 2)
    assert torch.equal(NOTHING(images), images)
    assert torch.equal(NOTHING(points), points)
    torch.rand(1)
    torch.set_rng_state(before)
    NOTHING(images), NOTHING(points[:2])
    assert torch.equal(torch.get_rng_state(), before)


STRENGTHS = [
    {"shift": 0.2}, {"turn": 20.0}, {"zoom": 0.2}, {"crop": 0.5}, {"shear": 0.3}, {"light": 0.3},
    {"contrast": 0.5}, {"blur": 0.5}, {"noise": 0.1}, {"invert": 0.5}, {"flip": True},
    {"stretch": 0.5}, {"saturation": 0.5}, {"hue": 0.2},
]  # fmt: skip


@pytest.mark.parametrize("strength", STRENGTHS)
def test_each_change_is_drawn_anew_for_each_image_from_the_global_generator(strength: dict[str, float]) -> None:
    augment, images = only(**strength), photos(1).expand(16, -1, -1, -1)
    torch.manual_seed(3)
    first, second = augment(images), augment(images)
    torch.manual_seed(3)
    assert torch.equal(augment(images), first)
    assert not torch.equal(first, second)
    assert len({view.numpy().tobytes() for view in first}) > 1, "all images were changed alike"
    assert first.shape == images.shape and first.min() >= 0 and first.max() <= 1


def test_bytes_and_floats_of_one_image_give_the_same_view() -> None:
    images = torch.randint(0, 256, (4, 1, 9, 9), dtype=torch.uint8)
    augment = Augment(light=0.1, contrast=0.2, blur=0.5, noise=0.1)
    torch.manual_seed(0)
    of_bytes = augment(images)
    torch.manual_seed(0)
    torch.testing.assert_close(augment(images.float() / 255), of_bytes)


def test_paper_stays_paper_whatever_moves() -> None:
    moved = only(shift=0.4, turn=45.0, zoom=0.5, crop=0.5, shear=0.5, flip=1.0)
    for paper in (0.0, 0.3, 1.0):
        assert torch.allclose(moved(torch.full((8, 1, 10, 10), paper)), torch.tensor(paper), atol=1e-6)


def test_a_turn_is_scipys_turn() -> None:
    images = torch.zeros(200, 1, 21, 21)
    images[:, :, 6:15, 9:13] = 1
    torch.manual_seed(0)
    angles = 30 * (2 * torch.rand(200, 5)[:, 0] - 1)  # only to know how far they may go
    views = only(turn=30.0)(images)
    furthest = float(angles.abs().max())
    assert 25 < furthest <= 30
    # Each view is the picture turned by some angle within the bounds: scipy's turn finds which.
    turned = np.stack([ndimage.rotate(images[0, 0].numpy(), a, reshape=False, order=1) for a in range(-30, 31)])
    errors = np.abs(turned[None] - views[:, 0].numpy()[:, None]).mean((2, 3))  # (200, 61)
    assert errors.min(1).max() < 0.01
    nearest = errors.argmin(1) - 30
    assert nearest.min() < -24 and nearest.max() > 24 and abs(nearest.mean()) < 5


def test_a_shift_moves_by_its_share_of_the_side() -> None:
    images = torch.zeros(300, 1, 40, 40)
    images[:, :, 20, 20] = 1
    views = only(shift=0.1)(images)[:, 0]
    rows, columns = torch.meshgrid(torch.arange(40.0), torch.arange(40.0), indexing="ij")
    for places in (rows, columns):
        moved = (views * places).sum((1, 2)) / views.sum((1, 2)) - 20
        assert 3.5 < moved.max() <= 4.01 and -4.01 <= moved.min() < -3.5


def test_a_crop_stays_inside_of_the_image() -> None:
    """A ramp from 0 to 1: its cut-outs keep their slope times their size, and never need an edge."""
    torch.manual_seed(0)
    ramp = torch.linspace(0, 1, 64).expand(200, 1, 64, 64)
    views = only(crop=0.5)(ramp)[:, 0, 32]  # (200, 64)
    slopes = views.diff(dim=1)
    # At the very border half a pixel of the smallest cut-out's first step, half as long as the ramp's, lies outside.
    assert (slopes > 0.25 / 63 - 1e-6).all(), "a flat stretch is an edge repeated"
    sizes = slopes.mean(1) * 63
    assert 0.5 - 1e-3 < sizes.min() < 0.55 and 0.95 < sizes.max() < 1 + 1e-3


def test_a_stretched_cut_out_has_other_proportions_and_stays_inside_of_the_image() -> None:
    ramp = torch.linspace(0, 1, 64).expand(400, 1, 64, 64)
    sides = []
    for images in (ramp, ramp.transpose(2, 3)):
        torch.manual_seed(0)
        views = only(crop=0.5, stretch=0.5)(images)[:, 0]
        slopes = (views[:, 32] if images is ramp else views[:, :, 32]).diff(dim=1)
        assert (slopes > 0.25 / 63).all(), "a flat stretch is an edge repeated"
        sides.append(slopes.mean(1) * 63)
    ratios = sides[0] / sides[1]
    assert 1.4 < ratios.max() <= 1.5 + 1e-3 and 1 / 1.5 - 1e-3 <= ratios.min() < 1 / 1.4


def test_saturation_is_torchvisions() -> None:
    images = 0.25 + 0.5 * photos()
    expected = torch.stack([adjust_saturation(image, factor) for image, factor in zip(images, (0.0, 0.5, 1, 1.2, 1.5))])
    found = recoloured(images, torch.tensor([0.0, 0.5, 1, 1.2, 1.5]), torch.zeros(5))
    torch.testing.assert_close(found, expected, atol=3e-3, rtol=0)


def test_turned_colours_keep_their_light_and_go_around_the_circle() -> None:
    images, ones = photos(), torch.ones(5)
    third = recoloured(images, ones, torch.full((5,), 1 / 3))
    light = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    torch.testing.assert_close((third * light).sum(1), (images * light).sum(1))
    around = recoloured(recoloured(third, ones, torch.full((5,), 1 / 3)), ones, torch.full((5,), 1 / 3))
    torch.testing.assert_close(around, images)
    grey = images.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    torch.testing.assert_close(recoloured(grey, ones, torch.full((5,), 0.2)), grey, atol=2e-3, rtol=0)
    red = torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1)
    turned = recoloured(red, torch.ones(1), torch.tensor([1 / 3])).flatten()
    assert turned.argmax() == 1, "a third of the circle after red is green"


def test_grey_images_have_no_colours_to_change() -> None:
    grey = photos(channels=1)
    assert torch.equal(only(saturation=0.9, hue=0.4)(grey), grey)


def test_a_mirror_image_is_one_half_of_the_time() -> None:
    image = photos(1)
    views = only(flip=True)(image.expand(400, -1, -1, -1))
    as_it_is = (views - image).abs().amax((1, 2, 3)) < 1e-5
    mirrored = (views - image.flip(3)).abs().amax((1, 2, 3)) < 1e-5
    assert (as_it_is ^ mirrored).all() and 150 < mirrored.sum() < 250


def test_blur_is_scipys_with_the_same_weights() -> None:
    images = photos()
    weights = np.outer([0.25, 0.5, 0.25], [0.25, 0.5, 0.25])[None, None]
    expected = ndimage.convolve(images.numpy(), weights, mode="nearest")
    np.testing.assert_allclose(blurred(images).numpy(), expected, atol=1e-6)


def test_light_contrast_and_noise_are_as_strong_as_they_say() -> None:
    grey = torch.full((4000, 1, 4, 4), 0.5)
    lit = only(light=0.2)(grey)[:, 0, 0, 0] - 0.5
    assert lit.min() == pytest.approx(-0.2, abs=0.01) and lit.max() == pytest.approx(0.2, abs=0.01)
    assert (only(noise=0.1)(grey) - 0.5).std() == pytest.approx(0.1, abs=0.002)
    board = torch.tensor([[0.4, 0.6], [0.6, 0.4]]).repeat(4000, 1, 2, 2)
    spread = only(contrast=0.5)(board).std((1, 2, 3)) / board[0].std()
    assert spread.min() == pytest.approx(0.5, abs=0.01) and spread.max() == pytest.approx(1.5, abs=0.01)


def test_points_are_jittered() -> None:
    points = torch.zeros(5000, 2)
    assert Augment(jitter=0.3)(points).std() == pytest.approx(0.3, abs=0.01)


def test_quarter_turns_are_numpys_and_say_how_often() -> None:
    images = photos(3, 2, 5)
    turned, quarters = quarter_turns(images)
    for k in range(4):
        np.testing.assert_array_equal(turned[quarters == k].numpy(), np.rot90(images.numpy(), k, axes=(2, 3)))


def test_views_of_two_strengths_are_none_at_nought() -> None:
    images = photos()
    assert torch.equal(Augment.of(0, 0)(images), images)
    assert (Augment.of(2, 0).turn, Augment.of(0, 2).noise) == (40, 0.1)
