"""Where a set's files come from, as torchvision itself says it, and how they are unpacked."""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlcore.library.sets.card import SetCard

# These addresses and checksums stand inside of torchvision's functions; a test compares them with its source.
EUROSAT = (
    "https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
    "c8fa014336c82ac7804f0398fcb19387",
)
GTSRB = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"
GTSRB_FILES = (
    ("GTSRB-Training_fixed.zip", "513f3c79a4c5141765e10e952eaa2478"),
    ("GTSRB_Final_Test_Images.zip", "c7e4e6327067d32654124b0fe9e82185"),
    ("GTSRB_Final_Test_GT.zip", "fe31e9c9270bbcd7b84b7f21a9d9d9e5"),
)
CALTECH = (
    "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
    "3138e1922a9193bfa496528edbbc45d0",
)
# torchvision asks Google Drive, which sends nothing without a browser or one more package. The authors keep the very
# same files, by their checksums, at Zenodo.
PCAM = "https://zenodo.org/records/2546921/files/"


@dataclass(frozen=True)
class Source:
    """One file to fetch."""

    urls: tuple[str, ...]  # the first that answers is taken
    path: str  # under torchvision's root: where its class looks for it
    md5: str = ""  # empty: none is published
    packed: bool = True  # not wanted any more when it is unpacked


def sources(card: SetCard) -> tuple[Source, ...]:
    """What to fetch for a set. Loads torch."""
    from torchvision import datasets

    key = card.key
    if key in ("mnist", "fashion-mnist", "kmnist"):
        kind = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST}[key]
        return tuple(
            Source(tuple(f"{mirror}{name}" for mirror in kind.mirrors), f"{kind.__name__}/raw/{name}", md5)
            for name, md5 in kind.resources
        )
    if key.startswith("emnist-"):
        return (Source((datasets.EMNIST.url,), "EMNIST/raw/gzip.zip", datasets.EMNIST.md5),)
    if key == "usps":
        return tuple(_plain(entry) for entry in datasets.USPS.split_list.values())
    if key == "svhn":
        return tuple(_plain(datasets.SVHN.split_list[part]) for part in card.images)
    if key in ("cifar10", "cifar100", "stl10"):
        kind = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100, "stl10": datasets.STL10}[key]
        return (Source((kind.url,), kind.filename, kind.tgz_md5),)
    return _pictures(key, datasets)


def _pictures(key: str, datasets: Any) -> tuple[Source, ...]:
    """Sets whose images are files."""
    if key == "flowers102":
        kind = datasets.Flowers102
        return tuple(
            Source((f"{kind._download_url_prefix}{name}",), f"flowers-102/{name}", md5, packed=each == "image")
            for each, (name, md5) in kind._file_dict.items()
        )
    if key == "oxford-pets":
        return tuple(
            Source((url,), f"oxford-iiit-pet/{url.rpartition('/')[2]}", md5)
            for url, md5 in datasets.OxfordIIITPet._RESOURCES
        )
    if key == "gtsrb":
        return tuple(Source((GTSRB + name,), f"gtsrb/{name}", md5) for name, md5 in GTSRB_FILES)
    if key == "pcam":
        files = [file for part in datasets.PCAM._FILES.values() for file in part.values()]
        return tuple(Source((f"{PCAM}{name}.gz",), f"pcam/{name}.gz", md5) for name, _, md5 in files)
    if key == "omniglot":
        kind, name = datasets.Omniglot, "images_background"
        # torchvision takes a set for complete only as long as its archive is there.
        address = f"{kind.download_url_prefix}/{name}.zip"
        return (Source((address,), f"{kind.folder}/{name}.zip", kind.zips_md5[name], packed=False),)
    url, md5, folder = {
        "eurosat": (*EUROSAT, "eurosat/"),
        "dtd": (datasets.DTD._URL, datasets.DTD._MD5, "dtd/"),
        "food101": (datasets.Food101._URL, datasets.Food101._MD5, ""),
        "fgvc-aircraft": (datasets.FGVCAircraft._URL, "", ""),
        "caltech101": (*CALTECH, "caltech101/"),
        "imagenette": (*datasets.Imagenette._ARCHIVES["160px"], ""),
    }[key]
    return (Source((url,), f"{folder}{url.rpartition('/')[2]}", md5),)


def unpack(card: SetCard, root: Path) -> None:
    """Let torchvision check and unpack the files that lie where it looks for them; it then downloads nothing."""
    from torchvision import datasets

    key = card.key
    if key == "pcam":
        return _gunzip(root / "pcam")
    if key == "caltech101":
        return _caltech(root / "caltech101")
    if key == "omniglot":  # its class takes an archive that was never unpacked for a complete set
        return _extracted(root / "omniglot-py", "images_background.zip")
    if key.startswith("emnist-"):
        datasets.EMNIST(root, split=key.removeprefix("emnist-"), download=True)
        return None
    kind: Any = {
        "mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST, "kmnist": datasets.KMNIST,
        "usps": datasets.USPS, "svhn": datasets.SVHN, "cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100,
        "stl10": datasets.STL10, "eurosat": datasets.EuroSAT, "dtd": datasets.DTD,
        "flowers102": datasets.Flowers102, "oxford-pets": datasets.OxfordIIITPet, "food101": datasets.Food101,
        "fgvc-aircraft": datasets.FGVCAircraft, "gtsrb": datasets.GTSRB, "imagenette": datasets.Imagenette,
    }[key]  # fmt: skip
    if key == "imagenette":
        kind(root, size="160px", download=True)
    elif key == "gtsrb":  # the only one whose parts are unpacked one by one
        for part in card.images:
            kind(root, split=part, download=True)
    else:
        kind(root, download=True)
    return None


def _plain(entry: list[str]) -> Source:
    url, name, md5 = entry
    return Source((url,), name, md5, packed=False)


def _gunzip(folder: Path) -> None:
    """As torchvision does it, but without holding seven gigabytes in memory."""
    for packed in sorted(folder.glob("*.h5.gz")):
        with gzip.open(packed) as inside, packed.with_suffix("").open("wb") as out:
            shutil.copyfileobj(inside, out, 1 << 20)


def _caltech(folder: Path) -> None:
    """As the newer of torchvision's classes does it; the older ones know another archive."""
    _extracted(folder, "caltech-101.zip", "caltech-101/101_ObjectCategories.tar.gz")
    shutil.rmtree(folder / "caltech-101")


def _extracted(folder: Path, *archives: str) -> None:
    from torchvision.datasets.utils import extract_archive

    for name in archives:
        extract_archive(str(folder / name), str(folder))
