"""Views of a domain's streams: addressed by step, never where answers are asked for."""

from dataclasses import replace

import pytest
import torch

from tlcore.augment import cards, policy, views
from tlcore.data import Domain, generator_of
from tlcore.errors import UnknownKey

SHOWING = [name for name in cards() if name != "none"]


def domain(name: str = "a", rows: int = 24, seed: int = 0, key: str = "photos") -> Domain:
    random = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (rows, 3, 10, 10), dtype=torch.uint8, generator=random)
    augment = policy(key)
    view = None if augment is None else augment.view
    return Domain(name, images, torch.arange(rows) % 4, seed, torch.zeros(rows, 1, dtype=torch.int64), view)


def streams(of: Domain) -> dict[str, torch.Tensor]:
    """Item 5 of every kind of stream."""
    episode = of.episodes(2, 1, 2).at(5)
    return {
        "batches": of.batches(8).at(5)[0],
        "described": of.described(8).at(5)[0],
        "unlabelled": of.unlabelled(8).at(5),
        "support": episode.support,
        "query": episode.query,
    }


@pytest.mark.parametrize("key", SHOWING)
def test_item_k_is_the_same_view_whatever_was_asked_for_before(key: str) -> None:
    first = streams(domain(key=key))
    torch.manual_seed(99)
    other = domain(key=key)
    for _ in range(3):
        next(iter(other.batches(8)))
    before = torch.get_rng_state()
    for name, images in streams(other).items():
        assert torch.equal(images, first[name]), name
    assert torch.equal(torch.get_rng_state(), before), "views must not draw from the chance of the strategy"


def test_every_stream_shows_views_and_the_rest_shows_inputs() -> None:
    plain, varied = domain(key="none"), domain()
    for name, images in streams(varied).items():
        assert images.dtype == torch.uint8 and images.shape == streams(plain)[name].shape
        assert not torch.equal(images, streams(plain)[name]), f"{name} shows inputs as they are"
    assert torch.equal(varied.labelled()[0], plain.inputs)
    assert torch.equal(torch.cat(list(varied.once(7))), plain.inputs)
    assert varied.few(1).view is not None and varied.without_labels().view is not None
    assert torch.equal(varied.batches(8).at(3)[1], plain.batches(8).at(3)[1]), "labels stay with their images"


def test_no_two_streams_share_their_views() -> None:
    image = torch.randint(0, 256, (1, 3, 10, 10), dtype=torch.uint8).expand(8, -1, -1, -1)
    alike = replace(domain(rows=8), inputs=image)  # whatever differs now is the view
    others = [replace(alike, name="b"), replace(alike, seed=1)]
    views = [alike.unlabelled(4).at(0), alike.unlabelled(4).at(1), alike.batches(4).at(0)[0]]
    views += [other.unlabelled(4).at(0) for other in others]
    assert len({view.numpy().tobytes() for view in views}) == len(views)


def test_features_have_no_views() -> None:
    encoded = domain().encoded(lambda images: images.float().mean((2, 3)))
    assert encoded.view is None and encoded.unlabelled(4).at(0).shape == (4, 3)


def test_floats_stay_floats_and_bytes_stay_bytes() -> None:
    augment = policy("strong")
    assert augment is not None
    images = domain().inputs
    of_bytes = augment.view(images, generator_of("x"))
    of_floats = augment.view(images.float() / 255, generator_of("x"))
    assert of_bytes.dtype == torch.uint8 and of_floats.dtype == torch.float32
    assert (of_bytes.float() / 255 - of_floats).abs().max() <= 0.5 / 255 + 1e-5


def test_large_images_are_varied_a_few_at_a_time_and_each_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    augment = policy("photos")
    assert augment is not None
    image = domain().inputs[:1].expand(20, -1, -1, -1)
    whole = augment.view(image, generator_of("x"))
    monkeypatch.setattr(views, "_PASS", 7 * image[0].numel())
    portions = augment.view(image, generator_of("x"))
    assert portions.shape == whole.shape and portions.dtype == torch.uint8
    assert len({view.numpy().tobytes() for view in portions}) == 20
    assert torch.equal(augment.view(image[:7], generator_of("x")), portions[:7])


def test_another_light_moves_nothing() -> None:
    augment = policy("relit")
    assert augment is not None
    halves = torch.full((64, 1, 8, 8), 100, dtype=torch.uint8)
    halves[:, :, :, 4:] = 150
    views = augment.view(halves, generator_of("x"))
    left, right = views[:, 0, 0, 0], views[:, 0, 0, 7]
    assert torch.equal(views[..., :4], left.view(-1, 1, 1, 1).expand(-1, 1, 8, 4))
    assert torch.equal(views[..., 4:], right.view(-1, 1, 1, 1).expand(-1, 1, 8, 4))
    contrast = (right.float() - left.float()) / 50
    assert contrast.min() < 0.3 and contrast.max() > 1.6  # fog among them, and stark light
    assert len(left.unique()) > 30


def test_a_way_to_augment_that_there_is_not_is_named() -> None:
    assert policy("none") is None
    with pytest.raises(UnknownKey, match="photos"):
        policy("photo")
