"""Where a data set's files lie, if they do: in torchvision's own layout, in the data folder or one level below it."""

from pathlib import Path

from tlcore.errors import DataUnavailable
from tlcore.library.absence import places
from tlcore.library.places import home, library
from tlcore.library.sets.card import SetCard

FOLDERS = {"usps": "USPS", "svhn": "SVHN"}  # what torchvision would spread over the data folder itself

_IDX = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
_VALID = {"train": "train", "validation": "val", "test": "test"}
_PCAM = {"train": "train", "validation": "valid", "test": "test"}
_CIFAR10 = ("batches.meta", *(f"data_batch_{k}" for k in range(1, 6)), "test_batch")
_STL10 = ("train_X.bin", "train_y.bin", "unlabeled_X.bin", "test_X.bin", "test_y.bin")


def root(card: SetCard, part: str) -> Path | None:
    """The folder that torchvision would call root, if that part is there."""
    names = wanted(card.key, part)
    return next((place for place in places() if all((place / name).exists() for name in names)), None)


def present(card: SetCard) -> bool:
    """Whether all of its parts are here."""
    return all(root(card, part) is not None for part in card.images)


def goal(card: SetCard) -> Path:
    """The folder that torchvision is to call root when the set is fetched."""
    return library().parent / FOLDERS.get(card.key, "")


def absent(card: SetCard) -> DataUnavailable:
    """What to say when a set is not here: nothing is fetched without being asked for."""
    return DataUnavailable(
        f"{card.title} is not in '{home()}' or a folder directly in it: fetch it ({card.megabytes:g} MB; licence: "
        f"{card.licence}) on the Data page or with `tlcore data fetch {card.key}`, or copy {card.files} there, or let "
        f"TLCORE_DATA name the folder where it lies."
    )


def wanted(key: str, part: str) -> tuple[str, ...]:
    """The files and folders, under torchvision's root, without which a part cannot be read."""
    if key in _IDX:
        start = f"{_IDX[key]}/raw/{'train' if part == 'train' else 't10k'}"
        return f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"
    if key.startswith("emnist-"):
        start = f"EMNIST/raw/{key}-{part}"
        return f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"
    return {
        "usps": ("usps.bz2" if part == "train" else "usps.t.bz2",),
        "svhn": (f"{part}_32x32.mat",),
        "cifar10": _in("cifar-10-batches-py", *_CIFAR10),
        "cifar100": _in("cifar-100-python", "meta", "train", "test"),
        "stl10": _in("stl10_binary", *_STL10),
        "eurosat": ("eurosat/2750",),
        "dtd": _in("dtd/dtd", "images", f"labels/{_VALID[part]}1.txt"),
        "flowers102": _in("flowers-102", "jpg", "imagelabels.mat", "setid.mat"),
        "oxford-pets": _in("oxford-iiit-pet", "images", f"annotations/{'trainval' if part == 'train' else 'test'}.txt"),
        "food101": _in("food-101", "images", f"meta/{part}.json"),
        "fgvc-aircraft": _in(
            "fgvc-aircraft-2013b/data", "images", "variants.txt", f"images_variant_{_VALID[part]}.txt"
        ),
        "gtsrb": _in("gtsrb", "GTSRB/Training")
        if part == "train"
        else _in("gtsrb", "GTSRB/Final_Test/Images", "GT-final_test.csv"),
        "pcam": _in("pcam", *(f"camelyonpatch_level_2_split_{_PCAM[part]}_{each}.h5" for each in "xy")),
        "caltech101": ("caltech101/101_ObjectCategories",),
        "imagenette": (f"imagenette2-160/{'train' if part == 'train' else 'val'}",),
        "omniglot": _in("omniglot-py", "images_background", "images_background.zip"),
    }[key]


def _in(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names)
