"""Any two domains are a scenario, from its card to a run."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.library.packing import laid, picture
from tlcore import catalogue, scenarios
from tlcore.data import Mapped
from tlcore.errors import DataUnavailable, NotImported, OutOfRange, RequestError, UnknownKey
from tlcore.library import arriving, cache, waiting
from tlcore.library.images import Images
from tlcore.library.listing import Listing
from tlcore.networks import build_network
from tlcore.runs.spec import RunSpec
from tlcore.scenarios import prepare
from tlcore.scenarios.prepare import Prepared
from tlcore.strategies import STRATEGIES

KEY = "pets/photo~pets/sketch"


def pets(folder: Path, many: int = 20, size: tuple[int, int] = (60, 40), *, wild: bool = True) -> Path:
    """Cats and dogs in photographs and sketches; and a fox in photographs, an owl in sketches."""
    animals = {"photo": ("cat", "dog", "fox")[: 2 + wild], "sketch": ("Dog", "cat", "owl")[: 2 + wild]}
    files = {
        f"{domain}/{animal}/{k:02}.png": picture(1000 * place + 100 * number + k, size)
        for place, domain in enumerate(animals)
        for number, animal in enumerate(animals[domain])
        for k in range(many)
    }
    return laid(folder / "pets", files)


@pytest.fixture
def added(home: Path, tmp_path: Path) -> str:
    arriving.add(pets(tmp_path))
    return KEY


def never(self: Listing, row: int, near: int = 0) -> Image.Image:
    raise AssertionError("an image was decoded")


def test_what_was_imported_is_in_the_catalogue_both_ways(added: str) -> None:
    assert [key for key in catalogue.scenarios() if "~" in key] == [KEY, "pets/sketch~pets/photo"]
    card = catalogue.scenario(KEY)
    assert card == catalogue.scenarios()[KEY] and (card["source"], card["target"]) == ("pets photo", "pets sketch")
    assert card["classes"] == ("cat", "dog", "fox", "owl") and card["label_sets"] == "open-partial"
    assert card["exam"] == "open" and card["shape"] == (3, 32, 32) and card["backbone"] in catalogue.backbones()


def test_its_dials_are_a_side_and_limits_and_no_shift(added: str) -> None:
    dials = {each["name"]: each for each in catalogue.scenario(KEY)["dials"]}
    assert list(dials) == ["side", "images_source", "images_target"]
    assert (dials["side"]["low"], dials["side"]["high"], dials["side"]["default"]) == (32, 32, 32)
    spec = RunSpec("dann", KEY, settings={"images_source": 100.0}).completed()
    assert spec.shift is None and spec.settings["images_source"] == 100
    with pytest.raises(OutOfRange, match="no shift"):
        RunSpec("dann", KEY, shift=3).completed()


def test_a_pair_holds_every_image_once_under_its_name(added: str) -> None:
    pair = scenarios.find(KEY).build(seed=3)
    parts = {"source": (pair.source_train, pair.source_validation, pair.source_test)}
    parts["target"] = (pair.target_train, pair.target_validation, pair.target_test)
    for name, three in parts.items():
        assert [len(each) for each in three if each] == [42, 6, 12] and all(
            isinstance(e.inputs, Images) for e in three if e
        )
        pixels = np.concatenate([np.asarray(each.inputs) for each in three if each])
        assert pixels.shape == (60, 3, 32, 32) and len({image.tobytes() for image in pixels}) == 60
        labels = np.bincount(np.concatenate([each.labels for each in three if each]), minlength=4)
        assert labels.tolist() == ([20, 20, 20, 0] if name == "source" else [20, 20, 0, 20])
        assert np.bincount(three[0].labels)[:2].tolist() == [14, 14], "stratified"
    again = scenarios.find(KEY).build(seed=3)
    assert np.array_equal(np.asarray(again.target_test.inputs), np.asarray(pair.target_test.inputs))
    other = scenarios.find(KEY).build(seed=4)
    assert not np.array_equal(np.asarray(other.target_test.inputs), np.asarray(pair.target_test.inputs))


def test_images_carry_the_label_of_their_folder(home: Path, tmp_path: Path) -> None:
    def flat(colour: str) -> bytes:
        file = tmp_path / "flat.png"
        Image.new("RGB", (40, 40), colour).save(file)
        return file.read_bytes()

    files = {
        f"{domain}/{name}/{k}.png": flat(f"rgb{(value, 10 * k, 99 * place)}")
        for place, (domain, names) in enumerate({"a": ("red", "dark"), "b": ("Dark", "RED")}.items())
        for name, value in zip(names, (250, 20) if domain == "a" else (20, 250), strict=True)
        for k in range(10)
    }
    arriving.add(laid(tmp_path / "flats", files))
    pair = scenarios.find("flats/a~flats/b").build()
    assert set(pair.classes) == {"dark", "red"}
    for split in (pair.source_train, pair.source_test, pair.target_train, pair.target_test):
        reds = np.asarray(split.inputs)[:, 0, 0, 0] > 100
        assert np.array_equal(reds, split.labels == pair.classes.index("red"))


def test_a_preview_decodes_a_few_and_after_a_run_none(added: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    plain = Listing.read
    monkeypatch.setattr(Listing, "read", lambda self, row, near=0: decoded.append(row) or plain(self, row, near))
    first = scenarios.find(KEY).preview(count=5)
    assert len(decoded) == 10 and cache.sizes() == []
    pair = scenarios.find(KEY).build()
    monkeypatch.setattr(Listing, "read", never)
    for source, target in (first, scenarios.find(KEY).preview(count=5)):
        assert np.array_equal(source.inputs, np.asarray(pair.source_train.inputs[:5]))
        assert np.array_equal(target.inputs, np.asarray(pair.target_train.inputs[:5]))
        assert np.array_equal(source.labels, pair.source_train.labels[:5])


def test_a_limit_of_images_reads_no_more(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arriving.add(pets(tmp_path, many=40, size=(32, 32)))
    decoded = []
    plain = Listing.read
    monkeypatch.setattr(
        Listing, "read", lambda self, row, near=0: decoded.append(self.told(row)) or plain(self, row, near)
    )
    limits = {"images_source": 30.0, "images_target": 30.0}
    pair = scenarios.find(KEY).build(settings=limits)
    assert (len(pair.source_train), len(pair.target_train)) == (30, 30)
    assert 80 <= len(decoded) <= 90, "the training part and as many held out, of each domain"
    scenarios.find(KEY).build(settings=limits, seed=1)
    assert len(decoded) <= 90, "another seed divides the same images"


def prepared(monkeypatch: pytest.MonkeyPatch, held: int) -> Prepared:
    monkeypatch.setattr(prepare, "HELD", held)
    return prepare.prepare(KEY, target_labels=2, seed=1)


def test_large_domains_stay_on_disk_with_the_same_batches(added: str, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, disk = prepared(monkeypatch, 1 << 30), prepared(monkeypatch, 0)
    assert isinstance(memory.task.source.inputs, torch.Tensor) and isinstance(disk.task.source.inputs, Mapped)
    assert isinstance(disk.exam.target.inputs, Mapped)
    for one, other in zip(memory.task.source.batches(8).at(3), disk.task.source.batches(8).at(3), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(memory.task.few.inputs[:], disk.task.few.inputs[:])


@torch.no_grad()
def test_the_exam_tells_what_may_be_chosen_by(home: Path, tmp_path: Path) -> None:
    arriving.add(pets(tmp_path, wild=False))
    found = prepare.prepare(KEY)
    strategy = STRATEGIES["source-only"](build_network("small-cnn-colour", 2, seed=0, input_shape=(3, 32, 32)))
    strategy.network.eval()
    (evaluator,) = found.evaluators(strategy)
    values = evaluator.evaluate(strategy, final=True)
    assert found.exam.validation is not None and len(found.exam.validation) == 4
    right = strategy.predict(found.exam.validation.inputs[:]).argmax(1) == found.exam.validation.answers()
    assert values["source_validation_accuracy"] == pytest.approx(float(right.float().mean()))


def test_what_cannot_be_read_is_said(home: Path, tmp_path: Path) -> None:
    folder = pets(tmp_path)
    arriving.add(folder)
    (folder / "photo" / "cat" / "03.png").write_bytes(b"rubbish")
    pair = scenarios.find(KEY).build()
    assert len(pair.remarks) == 1
    assert pair.remarks[0].startswith("1 of the 60 images of pets photo could not be read and was left out: ")
    assert "03.png" in pair.remarks[0]


def test_who_waits_hears_of_both_domains(added: str) -> None:
    heard = set()
    with waiting.heard_by(lambda what, done, total: heard.add((what, total))):
        scenarios.find(KEY).build()
    assert heard == {("Reading images of pets/photo", 60), ("Reading images of pets/sketch", 60)}


def test_what_is_not_here_is_one_sentence(added: str) -> None:
    with pytest.raises(NotImported, match="no collection 'office' here"):
        scenarios.find("office/a~pets/photo")
    with pytest.raises(UnknownKey, match="did you mean 'pets/photo'"):
        scenarios.find("pets/phot~svhn")
    with pytest.raises(RequestError, match="choose two domains"):
        scenarios.find("pets/photo~pets/photo")
    with pytest.raises(DataUnavailable, match="tlcore data fetch svhn"):
        scenarios.find("pets/photo~svhn").build()
    card = scenarios.find("svhn~mnist").card
    assert card.download_mb > 200 and card.shape == (3, 32, 32) and card.dials[0].name == "images_source"


def test_two_domains_without_a_class_in_common_need_target_labels(home: Path, tmp_path: Path) -> None:
    names = [f"{domain}/{domain}{name}/{k}.png" for domain in "ab" for name in "xy" for k in range(6)]
    files = {name: picture(k) for k, name in enumerate(names)}
    arriving.add(laid(tmp_path / "two", files))
    card = scenarios.find("two/a~two/b").card
    assert (card.label_sets, card.exam, card.target_labels) == ("disjoint", "classes", 5)
    assert RunSpec("fine-tune", "two/a~two/b").completed().target_labels == 5


def test_a_domain_too_small_to_hold_some_back_says_so(home: Path, tmp_path: Path) -> None:
    files = {f"{d}/{c}/0.png": picture(10 * k + len(d), (40, 40)) for d in "ab" for k, c in enumerate("xyz")}
    arriving.add(laid(tmp_path / "one", files))
    with pytest.raises(DataUnavailable, match="one a has 3 images of 3 classes, too few to hold some of them back"):
        scenarios.find("one/a~one/b").build()
