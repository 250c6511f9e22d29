"""Torchvision's data sets: each in small in its published files, fetched from a server on this machine and read."""

import hashlib
import inspect
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from torchvision import datasets

from tests.library import published
from tests.library.stand_in import NOWHERE, Server, serving
from tlcore.cli.fetch import fetch
from tlcore.cli.sentences import Sentences
from tlcore.errors import DataUnavailable, OutOfRange, UnknownKey
from tlcore.library import downloading, sets
from tlcore.library.sets import fetching, finding, indexing, sources

H5PY = find_spec("h5py") is not None
KEYS = [
    pytest.param(key, marks=pytest.mark.skipif(card.needs == "h5py" and not H5PY, reason="h5py is not installed"))
    for key, card in sets.cards().items()
]
EACH = pytest.mark.parametrize("key", KEYS)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torchvision takes the small files for the published ones, and never asks a server itself."""
    monkeypatch.setattr(datasets.utils, "check_md5", lambda *_: True)

    def refused(*_: object) -> None:
        raise AssertionError("torchvision asked a server")

    monkeypatch.setattr(datasets.utils, "_urlretrieve", refused)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, small: None) -> Iterator[Server]:
    """Offers every set in small; what torchvision says of addresses and checksums is bent to it."""
    published_ones = sources.sources
    monkeypatch.setattr(downloading, "PAUSE", 0.001)
    with serving() as running:

        def bent(card: sets.SetCard) -> tuple[sources.Source, ...]:
            content = published.files(card.key)
            found = published_ones(card)
            assert {each.path for each in found} == set(content)
            return tuple(
                replace(
                    each,
                    urls=(running.put(each.path, content[each.path]),),
                    md5=each.md5 and hashlib.md5(content[each.path]).hexdigest(),
                )
                for each in found
            )

        monkeypatch.setattr(fetching, "sources", bent)
        yield running


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fetching.sources
    monkeypatch.setattr(
        fetching, "sources", lambda card: tuple(replace(each, urls=(NOWHERE + each.path,)) for each in found(card))
    )


def checked(key: str) -> None:
    """Every part has the images that were published, each with the label that was published with it."""
    card = sets.card(key)
    for part in card.images:
        listing = sets.listing(key, part)
        assert listing.classes == card.classes
        told = dict(zip(*np.unique(listing.labels, return_counts=True), strict=True))
        assert told == dict.fromkeys(published.labels(key), published.counts(key, part))
        for row, label in enumerate(listing.labels.tolist()):
            image = listing.read(row)
            middle = np.asarray(image)[8:12, 8:12].mean()
            assert abs(middle - published.shade(label)) < 4
            assert image.mode == ("RGB" if card.colour else "L")


@EACH
def test_is_fetched_unpacked_and_read(key: str, home: Path, server: Server) -> None:
    assert not sets.present(key) and sets.arrived(key) == 0
    told: list[tuple[str, int, int]] = []
    sets.fetch(key, lambda *each: told.append(each))
    assert sets.present(key) and sets.ready(key) and sets.arrived(key) == 0
    checked(key)
    downloaded = sum(map(len, published.files(key).values()))
    loads = [(done, total) for doing, done, total in told if doing == f"Downloading {sets.card(key).title}"]
    assert loads[-1] == (downloaded, downloaded) and loads == sorted(loads, key=lambda each: each[0])
    archives = [file.name for file in home.rglob("*") if file.suffix in (".zip", ".tgz", ".gz", ".part", ".lock")]
    assert archives == (["images_background.zip"] if key == "omniglot" else [])
    assert not (home / "library" / "downloads" / key).exists()
    server.asked.clear()
    sets.fetch(key)
    assert server.asked == []


@EACH
def test_files_put_there_by_hand_are_taken_without_a_server(
    key: str, home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch)
    for path, content in published.files(key).items():
        file = home / "put here" / Path(path).name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    sets.fetch(key)
    assert server.asked == []
    checked(key)


def test_files_of_another_set_with_the_same_name_are_not_taken(home: Path, server: Server) -> None:
    for path, content in published.files("mnist").items():  # those of Fashion-MNIST have the same names
        (home / Path(path).name).write_bytes(content + b"\0")
    sets.fetch("fashion-mnist")
    assert len(server.asked) == 4
    checked("fashion-mnist")


def test_only_what_is_missing_is_fetched_after_a_break(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fetching.sources(sets.card("oxford-pets"))
    monkeypatch.setattr(fetching, "sources", lambda _: found)
    server.files["/oxford-iiit-pet/annotations.tar.gz"].breaks = [200, 0, 0, 0]
    with pytest.raises(DataUnavailable, match=r"Oxford-IIIT Pet is not in .*broke off after 200 of .*811 MB"):
        sets.fetch("oxford-pets")
    images = len(server.files["/oxford-iiit-pet/images.tar.gz"].content)
    assert images + 200 <= sets.arrived("oxford-pets") < images + 300 and not sets.present("oxford-pets")
    server.asked.clear()
    sets.fetch("oxford-pets")
    assert server.asked == [("/oxford-iiit-pet/annotations.tar.gz", "bytes=200-")]
    checked("oxford-pets")


def test_a_wrong_checksum_is_a_sentence_and_leaves_nothing(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bent = fetching.sources
    monkeypatch.setattr(fetching, "sources", lambda card: tuple(replace(each, md5="0" * 32) for each in bent(card)))
    with pytest.raises(DataUnavailable, match=r"EuroSAT is not in .*EuroSAT\.zip sent is not what was published"):
        sets.fetch("eurosat")
    assert sets.arrived("eurosat") == 0 and not sets.present("eurosat")


def test_an_unpacking_that_was_cut_off_is_begun_anew(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(_card: object, root: Path) -> None:
        (root / "eurosat/2750/River").mkdir(parents=True)
        (root / "eurosat/2750/River/River_1.jpg").write_bytes(b"half an im")
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(fetching, "unpack", cut_off)
        with pytest.raises(KeyboardInterrupt):
            sets.fetch("eurosat")
    assert not sets.present("eurosat")
    server.asked.clear()
    sets.fetch("eurosat")
    assert server.asked == []  # the archive had arrived
    checked("eurosat")


def test_without_data_one_sentence_says_what_to_do(home: Path) -> None:
    for key, card in sets.cards().items():
        with pytest.raises(DataUnavailable) as told:
            sets.listing(key, "train")
        for part in (card.title, str(home), f"{card.megabytes:g} MB", card.licence, f"tlcore data fetch {key}", "copy"):
            assert part in str(told.value)
        assert "\n" not in str(told.value) and str(told.value).endswith(".")


def test_no_room_is_said_before_anything_is_fetched(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Disk", (), {"free": 7e9}))
    with pytest.raises(DataUnavailable, match=r"no room .*10,196 MB are still to come, and 7,000 MB are free"):
        sets.fetch("food101")
    assert server.asked == []


@pytest.mark.usefixtures("small")
def test_a_set_is_found_one_level_below_and_read_anew_when_its_files_change(home: Path) -> None:
    for path, content in published.files("svhn").items():
        (home / "elsewhere").mkdir(exist_ok=True)
        (home / "elsewhere" / path).write_bytes(content)
    first = sets.listing("svhn", "train")
    assert sets.listing("svhn", "train").fingerprint == first.fingerprint
    shutil.copyfile(home / "elsewhere" / "test_32x32.mat", home / "elsewhere" / "train_32x32.mat")
    again = sets.listing("svhn", "train")
    assert again.fingerprint != first.fingerprint and len(again) == 2 != len(first)
    assert len(list((home / "library" / "sets").glob("svhn-train-*"))) == 1


def test_cifar_s_pickles_are_not_opened_before_their_checksums_are_right(home: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (home / "sprung",))  # type: ignore[return-value]

    folder = home / "cifar-10-batches-py"
    folder.mkdir()
    for name in ("batches.meta", "test_batch", *(f"data_batch_{k}" for k in range(1, 6))):
        (folder / name).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DataUnavailable, match=r"cifar-10-batches-py' is corrupt .*not found or corrupted"):
        sets.listing("cifar10", "train")
    assert not (home / "sprung").exists()
    pickle.loads((folder / "test_batch").read_bytes())
    assert (home / "sprung").exists()  # the trap does spring when it is opened


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("key", "file", "content"),
    [
        ("svhn", "train_32x32.mat", b"no matrices"),
        ("usps", "usps.bz2", b"no bz2"),
        ("food101", "food-101/meta/train.json", b'{"soup": ["soup/1"]}'),
        ("food101", "food-101/meta/train.json", b"{"),
        ("gtsrb", "gtsrb/GTSRB/Training/00099/0.ppm", published.picture(0, "PPM")),
    ],
)
def test_damaged_files_are_a_sentence(key: str, file: str, content: bytes, home: Path, server: Server) -> None:
    sets.fetch(key)
    (home / finding.FOLDERS.get(key, "") / file).parent.mkdir(exist_ok=True)
    (home / finding.FOLDERS.get(key, "") / file).write_bytes(content)
    shutil.rmtree(home / "library")
    with pytest.raises(DataUnavailable, match=r"is corrupt \(.+\): delete it"):
        sets.listing(key, "train")


@pytest.mark.usefixtures("small")
def test_emnist_s_images_stand(home: Path, server: Server) -> None:
    for key in ("mnist", "emnist-digits"):
        sets.fetch(key)
    lying, standing = (np.asarray(sets.listing(key, "train").read(0)) for key in ("mnist", "emnist-digits"))
    assert (lying[:, 0] == 255).all() and (standing[0] == 255).all() and standing[1, 1] < 255


@pytest.mark.skipif(H5PY, reason="h5py is installed")
def test_pcam_says_which_package_it_needs(home: Path) -> None:
    for name in finding.wanted("pcam", "test"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).touch()
    with pytest.raises(DataUnavailable, match=r"PatchCamelyon cannot be read without the package 'h5py'.*pip install"):
        sets.listing("pcam", "test")


@pytest.mark.parametrize("card", sets.cards().values(), ids=lambda card: card.key)
def test_addresses_and_checksums_are_torchvision_s(card: sets.SetCard) -> None:
    kinds = {
        "eurosat": datasets.EuroSAT, "gtsrb": datasets.GTSRB, "caltech101": datasets.Caltech101,
        "pcam": datasets.PCAM,
    }  # fmt: skip
    for source in sources.sources(card):
        assert source.urls and all(url.startswith("http") for url in source.urls)
        assert bool(source.md5) == (card.key != "fgvc-aircraft")
        if card.key in kinds:
            text = inspect.getsource(inspect.getmodule(kinds[card.key]))  # type: ignore[arg-type]
            if card.key == "caltech101" and "drive.google.com/file/d/137Ry" in text:
                continue  # an older torchvision knows another archive of the same images
            assert source.md5 in text and Path(source.path).name.removesuffix(".gz") in text
            base = source.urls[0].rpartition("/")[0]
            assert base in text or card.key == "pcam"


def test_cards_are_whole_and_say_what_torchvision_s_classes_say() -> None:
    for key, card in sets.cards().items():
        assert card.key == key and len(set(card.classes)) == len(card.classes) >= 2
        assert list(card.images) in (["train", "test"], ["train", "validation", "test"])
        assert card.megabytes > 0 and card.on_disk > 0 and card.licence and card.citation and card.idea.endswith(".")
        assert card.homepage.startswith("http") and set(card.synonyms) <= set(card.classes)
    assert len(sets.card("omniglot").classes) == 964 and len(sets.card("caltech101").classes) == 101
    assert list(sets.card("flowers102").classes) == datasets.Flowers102.classes
    assert [each[0] for each in datasets.Imagenette._WNID_TO_CLASS.values()] == list(sets.card("imagenette").classes)
    for key, kind in (("fashion-mnist", datasets.FashionMNIST), ("kmnist", datasets.KMNIST)):
        assert list(sets.card(key).classes) == kind.classes
    for split in ("letters", "digits", "balanced"):
        theirs = [name for name in datasets.EMNIST.classes_split_dict[split] if name != "N/A"]
        ours = [name.removeprefix("small ") for name in sets.card(f"emnist-{split}").classes]
        assert [name.lower() for name in ours] == [name.lower() for name in theirs]


def test_what_there_is_not_is_named(home: Path) -> None:
    with pytest.raises(UnknownKey, match=r"no data set 'cifar': did you mean"):
        sets.card("cifar")
    with pytest.raises(OutOfRange, match=r"SVHN has no part 'extra': it has train, test"):
        sets.listing("svhn", "extra")


def told_by(*words: str, typed: str = "") -> tuple[int, str]:
    """The exit code of `tlcore data fetch` and all that it says."""
    group = Sentences()
    group.add_command(fetch)
    answer = CliRunner().invoke(group, ["fetch", *words], input=typed)
    return answer.exit_code, answer.output


def test_the_command_shows_size_and_licence_before_it_fetches(home: Path, server: Server) -> None:
    for typed in ("", "n\n"):
        code, said = told_by("svhn", typed=typed)
        assert code == 2 and server.asked == [] and "Nothing was downloaded" in said
        for part in ("SVHN: ", "99,289 images", "246 MB", str(home / "SVHN"), "for non-commercial use", "Netzer"):
            assert part in said
    code, said = told_by("svhn", typed="y\n")
    assert code == 0 and said.endswith("SVHN is ready: 10 images for training, 2 images for the test.\n")
    server.asked.clear()
    assert told_by("svhn") == (0, "SVHN is here already.\n") and server.asked == []


def test_the_command_ends_in_one_sentence(home: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_by("cifar")[0] == 2 and "did you mean" in told_by("cifar")[1]
    offline(monkeypatch)
    code, said = told_by("usps", "--yes")
    assert code == 2 and said.splitlines()[-1].startswith("USPS is not in") and "refused" in said

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sets, "fetch", interrupted)
    assert told_by("usps", "--yes")[0] == 130 and "Go on with: tlcore data fetch usps" in told_by("usps", "--yes")[1]


def test_what_a_page_asks_loads_no_torch(home: Path) -> None:
    program = (
        "import sys; from tlcore.library import sets; len(sets.cards()), sets.present('svhn'), sets.ready('svhn'),"
        "sets.arrived('svhn'), sets.card('dtd').as_json(); print({'torch', 'torchvision'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


@pytest.mark.data
@pytest.mark.slow
def test_a_process_without_torch_has_another_one_read(data_folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from tlcore.library import sets; one = sets.listing('usps', 'test');"
        "print(len(one), one.read(0).size, 'torch' in sys.modules)"
    )
    shutil.copytree(data_folder / "USPS", tmp_path / "USPS")
    told = {**os.environ, "TLCORE_DATA": str(tmp_path)}
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=told)
    assert answer.stdout.strip() == "2007 (16, 16) False"
    (tmp_path / "USPS" / "usps.t.bz2").write_bytes(b"no bz2")
    broken = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=told)
    assert "DataUnavailable: " in broken.stderr and "is corrupt (Invalid data stream)" in broken.stderr


@pytest.mark.data
@pytest.mark.slow
def test_what_is_read_is_what_torchvision_reads(data_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(data_folder / "USPS", tmp_path / "USPS")
    theirs = datasets.USPS(tmp_path / "USPS", train=False)
    ours = indexing.listing(sets.card("usps"), "test", tmp_path / "USPS")
    assert np.array_equal(ours.labels, theirs.targets)
    assert all(np.array_equal(np.asarray(ours.read(row)), theirs.data[row]) for row in range(0, 2007, 100))
