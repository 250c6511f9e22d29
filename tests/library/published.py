"""Every data set in small, in the very files that are published: some images of some classes, of one grey each.

An image of class k (in the order of the card) is as bright as `shade(k)` says, so that a label that went astray shows.
"""

import bz2
import csv
import gzip
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat
from torchvision import datasets

from tlcore.library import sets
from tlcore.library.sets import finding, sources

PARTS = {"train": 5, "validation": 2, "test": 1}  # images of each class that is there
FIVES = 10  # images of each class, where every fifth is for the test
UNPUBLISHED = ("eurosat", "caltech101", "omniglot")  # sets whose parts are every fifth image and the others


def shade(label: int) -> int:
    return 20 + 23 * (label % 10)


def counts(key: str, part: str) -> int:
    """How many images of each class `files` writes for a part."""
    return {"train": FIVES - 2, "test": 2}[part] if key in UNPUBLISHED else PARTS[part]


def labels(key: str) -> tuple[int, ...]:
    """The classes, by number, that `files` writes."""
    some = {
        "cifar10": (1, 6, 7),  # automobile, frog, horse
        "stl10": (2, 6, 7),  # car, horse, monkey
        "caltech101": (4, 7),
        "omniglot": (0, 1),
        "eurosat": (1, 8),
        "gtsrb": (2, 14),
        "dtd": (0, 5),
    }
    return some.get(key, (0, 1))


@cache
def files(key: str) -> dict[str, bytes]:
    """What its servers offer, by the path at which torchvision looks for it; the same bytes each time."""
    if key in ("mnist", "fashion-mnist", "kmnist"):
        folder = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}[key]
        return {f"{folder}/raw/{name}.gz": gzip.compress(content) for name, content in _idx_files("", "t10k").items()}
    if key.startswith("emnist-"):
        return {"EMNIST/raw/gzip.zip": _emnist()}
    return {
        "usps": _usps, "svhn": _svhn, "cifar10": _cifar10, "cifar100": _cifar100, "stl10": _stl10,
        "eurosat": _eurosat, "dtd": _dtd, "flowers102": _flowers, "oxford-pets": _pets, "food101": _food,
        "fgvc-aircraft": _aircraft, "gtsrb": _gtsrb, "pcam": _pcam, "caltech101": _caltech,
        "imagenette": _imagenette, "omniglot": _omniglot,
    }[key]()  # fmt: skip


def bring(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a set in small into the data folder; torchvision takes its files for the published ones."""
    monkeypatch.setattr(datasets.utils, "check_md5", lambda *_: True)
    root = finding.goal(sets.card(key))
    for path, content in files(key).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    sources.unpack(sets.card(key), root)


def idx(values: np.ndarray) -> bytes:
    """An IDX file of bytes: two zeros, the type, the number of sizes, the sizes, the bytes."""
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return head + values.astype(np.uint8).tobytes()


def _drawn(key: str, part: str, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and images of one grey each, class by class."""
    told = np.repeat(labels(key), counts(key, part))
    images = np.stack([np.full(shape, shade(label), dtype=np.uint8) for label in told])
    return told, images


def _idx_files(start: str, test: str, first: int = 0) -> dict[str, bytes]:
    written = {}
    for part, name in (("train", "train"), ("test", test)):
        told, images = _drawn("mnist", part, (28, 28))
        images[:, :, 0] = 255  # a column at the left, as it is published
        written[f"{start}{name}-images-idx3-ubyte"] = idx(images)
        written[f"{start}{name}-labels-idx1-ubyte"] = idx(told + first)
    return written


def _emnist() -> bytes:
    members: dict[str, bytes] = {}
    for split in ("letters", "digits", "balanced"):
        for name, content in _idx_files(f"emnist-{split}-", "test", first=split == "letters").items():
            members[f"gzip/{name}.gz"] = gzip.compress(content)
    return _zip(members)


def _usps() -> dict[str, bytes]:
    def text(part: str) -> bytes:
        told, images = _drawn("usps", part, (256,))
        rows = [
            f"{label + 1} " + " ".join(f"{k}:{value:.6f}" for k, value in enumerate(image / 127.5 - 1, start=1))
            for label, image in zip(told, images, strict=True)
        ]
        return "\n".join(rows).encode() + b"\n"

    return {"usps.bz2": bz2.compress(text("train")), "usps.t.bz2": bz2.compress(text("test"))}


def _svhn() -> dict[str, bytes]:
    def matrices(part: str) -> bytes:
        told, images = _drawn("svhn", part, (32, 32, 3))
        told = np.where(told == 0, 10, told)[:, None]  # the digit 0 is published as class 10
        out = io.BytesIO()
        savemat(out, {"X": images.transpose(1, 2, 3, 0), "y": told.astype(np.uint8)}, do_compression=True)
        return out.getvalue()

    return {f"{part}_32x32.mat": matrices(part) for part in ("train", "test")}


def _cifar10() -> dict[str, bytes]:
    told, images = _drawn("cifar10", "train", (3072,))
    test = _drawn("cifar10", "test", (3072,))
    batches = {f"data_batch_{k + 1}": (told[k::5], images[k::5]) for k in range(5)} | {"test_batch": test}
    members = {name: pickle.dumps({"data": rows, "labels": some.tolist()}) for name, (some, rows) in batches.items()}
    members["batches.meta"] = pickle.dumps({"label_names": list(sets.card("cifar10").classes)})
    return {"cifar-10-python.tar.gz": _tar({f"cifar-10-batches-py/{name}": each for name, each in members.items()})}


def _cifar100() -> dict[str, bytes]:
    members = {"meta": pickle.dumps({"fine_label_names": list(sets.card("cifar100").classes)})}
    for part in ("train", "test"):
        told, images = _drawn("cifar100", part, (3072,))
        members[part] = pickle.dumps({"data": images, "fine_labels": told.tolist()})
    return {"cifar-100-python.tar.gz": _tar({f"cifar-100-python/{name}": each for name, each in members.items()})}


def _stl10() -> dict[str, bytes]:
    members = {"class_names.txt": "\n".join(sets.card("stl10").classes).encode(), "unlabeled_X.bin": bytes(27648)}
    for part in ("train", "test"):
        told, images = _drawn("stl10", part, (3, 96, 96))
        members[f"{part}_X.bin"], members[f"{part}_y.bin"] = images.tobytes(), (told + 1).astype(np.uint8).tobytes()
    return {"stl10_binary.tar.gz": _tar({f"stl10_binary/{name}": each for name, each in members.items()})}


def _eurosat() -> dict[str, bytes]:
    names = _names("eurosat")
    members = {
        f"2750/{name}/{name}_{k}.jpg": picture(label) for label, name in names.items() for k in range(1, FIVES + 1)
    }
    return {"eurosat/EuroSAT.zip": _zip(members)}


def _dtd() -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    number = 0
    for part, name in (("train", "train"), ("validation", "val"), ("test", "test")):
        lines = []
        for label, kind in _names("dtd").items():
            for _ in range(counts("dtd", part)):
                number += 1
                lines.append(f"{kind}/{kind}_{number:04d}.jpg")
                members[f"dtd/images/{lines[-1]}"] = picture(label)
        members[f"dtd/labels/{name}1.txt"] = "\n".join(lines).encode()
    return {"dtd/dtd-r1.0.1.tar.gz": _tar(members)}


def _flowers() -> dict[str, bytes]:
    members, told, ids, number = {}, [], {}, 0
    for part, name in (("train", "trnid"), ("validation", "valid"), ("test", "tstid")):
        ids[name] = []
        for label in labels("flowers102"):
            for _ in range(counts("flowers102", part)):
                number += 1
                members[f"jpg/image_{number:05d}.jpg"] = picture(label)
                told.append(label + 1)
                ids[name].append(number)
    return {
        "flowers-102/102flowers.tgz": _tar(members),
        "flowers-102/imagelabels.mat": _mat({"labels": np.array([told])}),
        "flowers-102/setid.mat": _mat({name: np.array([some]) for name, some in ids.items()}),
    }


def _pets() -> dict[str, bytes]:
    images, lists, number = {}, {}, 0
    for part, name in (("train", "trainval"), ("test", "test")):
        lines = []
        for label, breed in _names("oxford-pets").items():
            for _ in range(counts("oxford-pets", part)):
                number += 1
                image = f"{breed.replace(' ', '_')}_{number}"
                images[f"images/{image}.jpg"] = picture(label)
                lines.append(f"{image} {label + 1} 1 1")
        lists[f"annotations/{name}.txt"] = "\n".join(lines).encode()
    return {"oxford-iiit-pet/images.tar.gz": _tar(images), "oxford-iiit-pet/annotations.tar.gz": _tar(lists)}


def _food() -> dict[str, bytes]:
    members, number = {}, 1000
    for part in ("train", "test"):
        told: dict[str, list[str]] = {}
        for label, dish in _names("food101").items():
            for _ in range(counts("food101", part)):
                number += 1
                told.setdefault(dish, []).append(f"{dish}/{number}")
                members[f"food-101/images/{dish}/{number}.jpg"] = picture(label)
        members[f"food-101/meta/{part}.json"] = json.dumps(told).encode()
    return {"food-101.tar.gz": _tar(members)}


def _aircraft() -> dict[str, bytes]:
    top, number = "fgvc-aircraft-2013b/data", 0
    members = {f"{top}/variants.txt": "\n".join(sets.card("fgvc-aircraft").classes).encode()}
    for part, name in (("train", "train"), ("validation", "val"), ("test", "test")):
        lines = []
        for label, variant in _names("fgvc-aircraft").items():
            for _ in range(counts("fgvc-aircraft", part)):
                number += 1
                members[f"{top}/images/{number:07d}.jpg"] = picture(label)
                lines.append(f"{number:07d} {variant}")
        members[f"{top}/images_variant_{name}.txt"] = "\n".join(lines).encode()
    both = [members[f"{top}/images_variant_{name}.txt"] for name in ("train", "val")]
    members[f"{top}/images_variant_trainval.txt"] = b"\n".join(both)
    return {"fgvc-aircraft-2013b.tar.gz": _tar(members)}


def _gtsrb() -> dict[str, bytes]:
    train = {
        f"GTSRB/Training/{label:05d}/00000_{k:05d}.ppm": picture(label, "PPM")
        for label in labels("gtsrb")
        for k in range(counts("gtsrb", "train"))
    }
    test = {f"GTSRB/Final_Test/Images/{k:05d}.ppm": picture(label, "PPM") for k, label in enumerate(labels("gtsrb"))}
    table = io.StringIO()
    rows = csv.writer(table, delimiter=";")
    rows.writerow(["Filename", "Width", "Height", "Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2", "ClassId"])
    rows.writerows([f"{k:05d}.ppm", 20, 24, 1, 1, 19, 23, label] for k, label in enumerate(labels("gtsrb")))
    return {
        "gtsrb/GTSRB-Training_fixed.zip": _zip(train),
        "gtsrb/GTSRB_Final_Test_Images.zip": _zip(test),
        "gtsrb/GTSRB_Final_Test_GT.zip": _zip({"GT-final_test.csv": table.getvalue().encode()}),
    }


def _pcam() -> dict[str, bytes]:
    import h5py

    written = {}
    for part, name in (("train", "train"), ("validation", "valid"), ("test", "test")):
        told, images = _drawn("pcam", part, (96, 96, 3))
        for each, values in (("x", images), ("y", told[:, None, None, None].astype(np.uint8))):
            out = io.BytesIO()
            with h5py.File(out, "w") as file:
                file[each] = values
            written[f"pcam/camelyonpatch_level_2_split_{name}_{each}.h5.gz"] = gzip.compress(out.getvalue())
    return written


def _caltech() -> dict[str, bytes]:
    top = "101_ObjectCategories"
    members = {f"{top}/BACKGROUND_Google/image_0001.jpg": picture(0)}
    for label, name in _names("caltech101").items():
        members |= {f"{top}/{name}/image_{k:04d}.jpg": picture(label) for k in range(1, FIVES + 1)}
    inside = {"caltech-101/101_ObjectCategories.tar.gz": _tar(members), "caltech-101/Annotations.tar": b""}
    return {"caltech101/caltech-101.zip": _zip(inside)}


def _imagenette() -> dict[str, bytes]:
    members = {}
    for part, name in (("train", "train"), ("test", "val")):
        for label, number in enumerate(("n01440764", "n02102040")):
            for k in range(counts("imagenette", part)):
                members[f"imagenette2-160/{name}/{number}/{number}_{k}.JPEG"] = picture(label)
    return {"imagenette2-160.tgz": _tar(members)}


def _omniglot() -> dict[str, bytes]:
    members = {}
    for label in labels("omniglot"):
        folder = f"images_background/Alphabet_of_the_Magi/character{label + 1:02d}"
        members |= {f"{folder}/{label:04d}_{k:02d}.png": picture(label, "PNG") for k in range(1, FIVES + 1)}
    return {"omniglot-py/images_background.zip": _zip(members)}


def _names(key: str) -> dict[int, str]:
    return {label: sets.card(key).classes[label] for label in labels(key)}


def picture(label: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("L" if kind == "PNG" else "RGB", (24, 20), (shade(label),) * (1 if kind == "PNG" else 3)).save(out, kind)
    return out.getvalue()


def _mat(content: Mapping[str, np.ndarray]) -> bytes:
    out = io.BytesIO()
    savemat(out, dict(content))
    return out.getvalue()


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _tar(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()
