"""The cards of torchvision's data sets, in the order in which a person meets them."""

import json
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from tlcore.library.sets.card import SetCard

_MANY = json.loads(Path(__file__).with_name("classes.json").read_text(encoding="utf-8"))
_DIGITS = tuple("0123456789")
_IDX = "the four IDX files (train-images-idx3-ubyte and so on, gzipped or not) into '{}/raw'"
_CIFAR = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"


def _classes(key: str) -> tuple[str, ...]:
    return tuple(_MANY[key])


def _emnist(key: str, title: str, idea: str, classes: tuple[str, ...], train: int, test: int) -> SetCard:
    return SetCard(
        key=key, title=title, idea=idea, classes=classes, side=28, colour=False,
        images={"train": train, "test": test}, megabytes=562, on_disk=1800,
        licence="not stated (made from NIST Special Database 19)",
        citation="Cohen et al., EMNIST: an extension of MNIST to handwritten letters, IJCNN 2017",
        homepage="https://www.nist.gov/itl/products-and-services/emnist-dataset", files="'gzip.zip' into 'EMNIST/raw'",
        remark="One download for letters, digits and the balanced set. They are published lying; here they stand.",
    )  # fmt: skip


def _photographs(key: str, **told: Any) -> SetCard:
    """Pictures of all sizes, looked at with 224 pixels; their classes are many, and stand in a file."""
    return SetCard(key=key, classes=_classes(key), side=224, colour=True, varied=True, **told)


def _characters() -> tuple[str, ...]:
    """Omniglot's background characters, by alphabet."""
    return tuple(f"{name.replace('_', ' ')} {k:02}" for name, count in _MANY["omniglot"].items() for k in _upto(count))


def _upto(count: int) -> range:
    return range(1, count + 1)


SETS: tuple[SetCard, ...] = (
    SetCard(
        key="mnist", title="MNIST", idea="Handwritten digits, white on black, cut out and centred.",
        classes=_DIGITS, side=28, colour=False, images={"train": 60000, "test": 10000}, megabytes=12, on_disk=55,
        licence="CC BY-SA 3.0", citation="LeCun et al., Gradient-based learning applied to document recognition, 1998",
        homepage="http://yann.lecun.com/exdb/mnist/", files=_IDX.format("MNIST"),
    ),
    SetCard(
        key="fashion-mnist", title="Fashion-MNIST", idea="Clothes from a catalogue, in the format of MNIST.",
        classes=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        side=28, colour=False, images={"train": 60000, "test": 10000}, megabytes=31, on_disk=55, licence="MIT",
        citation="Xiao et al., Fashion-MNIST, 2017", homepage="https://github.com/zalandoresearch/fashion-mnist",
        files=_IDX.format("FashionMNIST"),
    ),
    SetCard(
        key="kmnist", title="Kuzushiji-MNIST", idea="Ten cursive Japanese characters, in the format of MNIST.",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), side=28, colour=False,
        images={"train": 60000, "test": 10000}, megabytes=21, on_disk=55, licence="CC BY-SA 4.0",
        citation="Clanuwat et al., Deep Learning for Classical Japanese Literature, 2018",
        homepage="http://codh.rois.ac.jp/kmnist/", files=_IDX.format("KMNIST"),
    ),
    _emnist(
        "emnist-letters", "EMNIST letters", "Handwritten letters, capital and small ones in one class.",
        tuple(ascii_uppercase), 124800, 20800,
    ),
    _emnist(
        "emnist-digits", "EMNIST digits", "Handwritten digits, four times as many as in MNIST.",
        _DIGITS, 240000, 40000,
    ),
    _emnist(
        "emnist-balanced", "EMNIST balanced", "Digits, capitals and those small letters that look different.",
        (*_DIGITS, *ascii_uppercase, *(f"small {letter}" for letter in "abdefghnqrt")), 112800, 18800,
    ),
    SetCard(
        key="usps", title="USPS", idea="Handwritten digits from envelopes, scanned by the US Postal Service.",
        classes=_DIGITS, side=16, colour=False, images={"train": 7291, "test": 2007}, megabytes=8.4, on_disk=8.4,
        licence="for research", citation="Hull, A database for handwritten text recognition research, 1994",
        homepage="https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
        files="'usps.bz2' and 'usps.t.bz2' into 'USPS'",
    ),
    SetCard(
        key="svhn", title="SVHN", idea="Digits of house numbers, cut out of photographs of streets.",
        classes=_DIGITS, side=32, colour=True, images={"train": 73257, "test": 26032}, megabytes=246, on_disk=246,
        licence="for non-commercial use", homepage="http://ufldl.stanford.edu/housenumbers/",
        citation="Netzer et al., Reading Digits in Natural Images with Unsupervised Feature Learning, 2011",
        files="'train_32x32.mat' and 'test_32x32.mat' into 'SVHN'",
    ),
    SetCard(
        key="cifar10", title="CIFAR-10", idea="Tiny photographs of animals and vehicles.",
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        side=32, colour=True, images={"train": 50000, "test": 10000}, megabytes=170, on_disk=186,
        licence="not stated", citation=_CIFAR, homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        files="'cifar-10-python.tar.gz' or the folder 'cifar-10-batches-py'", synonyms={"automobile": "car"},
    ),
    SetCard(
        key="cifar100", title="CIFAR-100", idea="Tiny photographs of a hundred kinds of things.",
        classes=_classes("cifar100"), side=32, colour=True, images={"train": 50000, "test": 10000}, megabytes=169,
        on_disk=186, licence="not stated", citation=_CIFAR, homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        files="'cifar-100-python.tar.gz' or the folder 'cifar-100-python'",
    ),
    SetCard(
        key="stl10", title="STL-10", idea="Photographs of animals and vehicles, larger and fewer than in CIFAR-10.",
        classes=("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
        side=96, colour=True, images={"train": 5000, "test": 8000}, megabytes=2640, on_disk=3130,
        licence="not stated (chosen from ImageNet)", homepage="https://cs.stanford.edu/~acoates/stl10/",
        citation="Coates et al., An Analysis of Single-Layer Networks in Unsupervised Feature Learning, 2011",
        files="'stl10_binary.tar.gz' or the folder 'stl10_binary'",
        remark="100,000 images without labels come with it, and are most of its size.",
    ),
    SetCard(
        key="eurosat", title="EuroSAT", idea="Land seen by the satellite Sentinel-2, by what it is used for.",
        classes=(
            "AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial", "Pasture", "PermanentCrop",
            "Residential", "River", "SeaLake",
        ),
        side=64, colour=True, images={"train": 21600, "test": 5400}, megabytes=94, on_disk=110, licence="MIT",
        citation="Helber et al., EuroSAT, IEEE J-STARS 2019", homepage="https://github.com/phelber/eurosat",
        files="'EuroSAT.zip' or the folder '2750' into 'eurosat'",
        split="None is published: every fifth image of a class is for the test.",
    ),
    _photographs(
        "dtd", title="Describable Textures", idea="Textures in the wild, by the word that describes them.",
        images={"train": 1880, "validation": 1880, "test": 1880}, megabytes=625, on_disk=640, licence="for research",
        citation="Cimpoi et al., Describing Textures in the Wild, CVPR 2014",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/dtd/", files="'dtd-r1.0.1.tar.gz' into 'dtd'",
        split="The first of the ten that are published.",
    ),
    _photographs(
        "flowers102", title="Flowers 102", idea="Flowers that are common in the United Kingdom.",
        images={"train": 1020, "validation": 1020, "test": 6149}, megabytes=345, on_disk=350,
        licence="not stated", citation="Nilsback & Zisserman, Automated Flower Classification, ICVGIP 2008",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
        files="'102flowers.tgz', 'imagelabels.mat' and 'setid.mat' into 'flowers-102'",
    ),
    _photographs(
        "oxford-pets", title="Oxford-IIIT Pet", idea="Breeds of cats and dogs.",
        images={"train": 3680, "test": 3669}, megabytes=811, on_disk=850, licence="CC BY-SA 4.0",
        citation="Parkhi et al., Cats and Dogs, CVPR 2012",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/pets/",
        files="'images.tar.gz' and 'annotations.tar.gz' into 'oxford-iiit-pet'",
    ),
    _photographs(
        "food101", title="Food-101", idea="Dishes, as people photograph them.",
        images={"train": 75750, "test": 25250}, megabytes=4996, on_disk=5200,
        licence="not stated; the pictures belong to Foodspotting, for scientific fair use",
        citation="Bossard et al., Food-101: Mining Discriminative Components with Random Forests, ECCV 2014",
        homepage="https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
        files="'food-101.tar.gz' or the folder 'food-101'",
    ),
    _photographs(
        "fgvc-aircraft", title="FGVC Aircraft", idea="Aeroplanes, by the variant of their model.",
        images={"train": 3334, "validation": 3333, "test": 3333}, megabytes=2753, on_disk=2800,
        licence="for non-commercial research", homepage="https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/",
        citation="Maji et al., Fine-Grained Visual Classification of Aircraft, 2013",
        files="'fgvc-aircraft-2013b.tar.gz' or the folder 'fgvc-aircraft-2013b'",
        remark="No checksum is published: the archive's own is checked while it is unpacked.",
    ),
    SetCard(
        key="gtsrb", title="GTSRB", idea="German traffic signs, cut out of films from a moving car.",
        classes=_classes("gtsrb"), side=32, colour=True, images={"train": 26640, "test": 12630}, varied=True,
        megabytes=277, on_disk=420, licence="not stated", homepage="https://benchmark.ini.rub.de/",
        citation="Stallkamp et al., Man vs. computer, Neural Networks 2012",
        files="'GTSRB-Training_fixed.zip', 'GTSRB_Final_Test_Images.zip' and 'GTSRB_Final_Test_GT.zip' into 'gtsrb'",
    ),
    SetCard(
        key="pcam", title="PatchCamelyon", idea="Stained tissue of lymph nodes, with a tumour in the middle or none.",
        classes=("no tumour", "tumour"), side=96, colour=True,
        images={"train": 262144, "validation": 32768, "test": 32768}, megabytes=8030, on_disk=9100,
        licence="CC0", citation="Veeling et al., Rotation Equivariant CNNs for Digital Pathology, MICCAI 2018",
        homepage="https://github.com/basveeling/pcam", needs="h5py",
        files="the six '.h5' files (or as they come, '.h5.gz') into 'pcam'",
        remark="torchvision takes its files from Google Drive; the same ones (by checksum) come here from Zenodo.",
    ),
    _photographs(
        "caltech101", title="Caltech-101", idea="Things of 101 kinds, each in the middle of its picture.",
        images={"train": 6982, "test": 1695}, megabytes=137, on_disk=150, licence="CC BY 4.0",
        citation="Li, Andreeto, Ranzato & Perona, Caltech 101, 2022 (first published in 2004)",
        homepage="https://data.caltech.edu/records/mzrjq-6wc02",
        files="'caltech-101.zip' or the folder '101_ObjectCategories' into 'caltech101'",
        split="None is published: every fifth image of a class is for the test.",
        synonyms={
            "Leopards": "leopard", "Motorbikes": "motorcycle", "airplanes": "airplane", "car_side": "car",
            "water_lilly": "water lily",
        },
    ),
    SetCard(
        key="imagenette", title="Imagenette", idea="Ten classes of ImageNet that are easy to tell apart.",
        classes=(
            "tench", "English springer", "cassette player", "chain saw", "church", "French horn", "garbage truck",
            "gas pump", "golf ball", "parachute",
        ),
        side=160, colour=True, images={"train": 9469, "test": 3925}, varied=True, megabytes=99, on_disk=105,
        licence="for non-commercial research (the pictures are ImageNet's)",
        citation="Howard, Imagenette, 2019", homepage="https://github.com/fastai/imagenette",
        files="'imagenette2-160.tgz' or the folder 'imagenette2-160'",
        remark="The smallest of its three sizes: 160 pixels at the shorter side.",
    ),
    SetCard(
        key="omniglot", title="Omniglot", idea="Characters of thirty alphabets, drawn by twenty people each.",
        classes=_characters(), side=105, colour=False, images={"train": 15424, "test": 3856}, megabytes=9.5,
        on_disk=60, licence="MIT", homepage="https://github.com/brendenlake/omniglot",
        citation="Lake, Salakhutdinov & Tenenbaum, Human-level concept learning, Science 2015",
        files="'images_background.zip' into 'omniglot-py'",
        split="Of each character every fifth drawing is for the test.",
    ),
)  # fmt: skip
