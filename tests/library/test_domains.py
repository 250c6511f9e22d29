"""Domains have names, are divided by class and seed, and share the classes whose names are the same."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some_of

from tests.library.packing import laid, pets, picture
from tlcore.errors import NotImported, UnknownKey
from tlcore.library import arriving, domains
from tlcore.library.listing import Part
from tlcore.library.matching import matched
from tlcore.library.splits import SHARES, some, split


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "data"))


LABELS = some_of.lists(some_of.integers(0, 5), min_size=1, max_size=120).map(lambda each: np.array(each, np.int64))


@given(labels=LABELS, seed=some_of.integers(0, 99))
def test_every_class_is_divided_seventy_to_twenty_to_ten(labels, seed):
    parts = split(labels, seed, SHARES)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(labels))), "each row once"
    for label in np.unique(labels):
        total = int((labels == label).sum())
        held = {name: int((labels[rows] == label).sum()) for name, rows in parts.items()}
        assert all(abs(held[name] - share * total) <= 1 for name, share in SHARES.items())
        assert held["train"] >= 1 and (held["test"] >= 1 or total < 2)


def test_the_seed_and_the_name_divide_and_nothing_else():
    labels = np.repeat(np.arange(3), 50)

    def at(seed=0, name="a"):
        return split(labels, seed, SHARES, None, name)["train"].tolist()

    assert at() == at() and at() != at(seed=1) and at() != at(name="b")
    assert at() != sorted(at()), "in an order of the seed's, not in that of the classes"


@given(labels=LABELS, seed=some_of.integers(0, 99), data=some_of.data())
def test_doubles_are_never_on_both_sides(labels, seed, data):
    numbers = some_of.lists(some_of.integers(-1, 4), min_size=len(labels), max_size=len(labels))
    twins = np.array(data.draw(numbers), np.int64)
    parts = split(labels, seed, SHARES, twins)
    where = np.empty(len(labels), dtype=object)
    for name, rows in parts.items():
        where[rows] = name
    for number in range(5):
        assert len(set(where[twins == number])) <= 1


def test_some_are_the_same_ones_always_in_proportion():
    labels = np.repeat([0, 1], [300, 100])
    rows = some(labels, 40)
    assert np.array_equal(rows, some(labels, 40)) and np.bincount(labels[rows]).tolist() == [30, 10]
    assert some(labels, 400).tolist() == list(range(400))


@dataclass(frozen=True)
class Named:
    classes: tuple[str, ...]
    synonyms: dict[str, str] = field(default_factory=dict)


def test_classes_are_one_however_they_are_spelt():
    source = Named(("T-shirt", "Dog", "rain coat", "boat", "automobile"), {"automobile": "car"})
    target = Named(("CAR", "dog", "monkey", "tshirt", "Rain_Coat"))
    both = matched(source, target)
    assert both.classes == ("T-shirt", "Dog", "rain coat", "automobile", "boat", "monkey") and both.shared == 4
    assert [both.classes[k] for k in both.source] == list(source.classes)
    assert [both.classes[k] for k in both.target] == ["automobile", "Dog", "monkey", "T-shirt", "rain coat"]
    assert (both.missing, both.extra, both.label_sets) == (("boat",), ("monkey",), "open-partial")
    back = matched(target, source)
    assert back.shared == 4 and back.classes[:4] == ("CAR", "dog", "tshirt", "Rain_Coat"), "a synonym goes both ways"


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [("ab", "ba", "closed"), ("abc", "ab", "partial"), ("ab", "abc", "open"), ("ab", "cd", "disjoint")],
)
def test_label_sets_say_who_lacks_what(source, target, said):
    assert matched(Named(tuple(source)), Named(tuple(target))).label_sets == said


def test_what_was_added_has_a_name_and_what_was_not_says_so(tmp_path):
    assert "svhn" in domains.entries() and domains.collections() == {}
    with pytest.raises(NotImported, match=r"no collection 'pets' here.*tlcore data add"):
        domains.find("pets/domain0")
    arriving.add(laid(tmp_path / "pets", pets(2)))
    arriving.add(laid(tmp_path / "one", pets(0)))
    assert domains.collections() == {"one": ("one",), "pets": ("pets/domain0", "pets/domain1")}
    entry = domains.find("pets/domain0")
    assert (entry.title, entry.classes, entry.images, entry.side) == ("pets domain0", ("cat", "dog"), 6, 20)
    with pytest.raises(UnknownKey, match="did you mean 'pets/domain"):
        domains.find("pets/domain")
    assert domains.find("one").listed("all").labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_an_imported_domain_is_divided_with_its_doubles_together(tmp_path):
    files = {
        f"{name}/{k:02}.png": picture(1000 * (name == "dog") + k // 2) for name in ("cat", "dog") for k in range(20)
    }
    key = arriving.add(laid(tmp_path / "pets", files)).key
    parts = domains.find(key).divided(seed=0)
    assert sum(map(len, parts.values())) == 40 and set(parts) == {"train", "validation", "test"}
    seen = [{listing.read(row).tobytes() for row in range(len(listing))} for listing in parts.values()]
    assert all(not one & other for one in seen for other in seen if one is not other)
    again = domains.find(key).divided(seed=0)["train"]
    assert isinstance(again, Part) and again.fingerprint == parts["train"].fingerprint


def test_a_limit_takes_the_same_images_for_every_seed(tmp_path):
    files = {f"{name}/{k:02}.png": picture(100 * (name == "dog") + k) for name in ("cat", "dog") for k in range(20)}
    entry = domains.find(arriving.add(laid(tmp_path / "pets", files)).key)
    several = [entry.divided(seed, most=14) for seed in (0, 1)]
    assert [len(parts["train"]) for parts in several] == [14, 14]
    pools = [
        sorted(listing.told(row) for listing in parts.values() for row in range(len(listing))) for parts in several
    ]
    assert pools[0] == pools[1] and len(pools[0]) == 20


def test_the_parts_that_folders_name_are_kept(tmp_path):
    files = {
        f"{part}/{name}/{k}.png": picture(100 * place + k)
        for place, (part, many) in enumerate((("train", 8), ("test", 3)))
        for name in ("cat", "dog")
        for k in range(many)
    }
    entry = domains.find(arriving.add(laid(tmp_path / "pets", files)).key)
    assert dict(entry.parts) == {"train": 16, "test": 6}
    parts = entry.divided(seed=3)
    assert {name: len(each) for name, each in parts.items()} == {"train": 14, "validation": 2, "test": 6}
    assert all("test" in parts["test"].told(row) for row in range(6))
    assert len(entry.listed("all")) == 22
