"""A folder's layout is found from the names of its folders, and nothing else."""

from pathlib import Path

import pytest

from tlcore.errors import DataUnavailable
from tlcore.library.layout import arranged, found
from tlcore.library.names import in_order, same, shown, slug


def of(*files: str):
    return arranged("mine", [(tuple(each.split("/")), Path(each)) for each in files])


def counts(layout):
    return {name: {each: len(files) for each, files in classes.items()} for name, classes in layout.domains.items()}


@pytest.mark.parametrize("wrapped", ["", "download/", "download/data/"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["dog/1.jpg", "dog/2.jpg", "cat/1.png"], {"": {"cat": 1, "dog": 2}}),
        (["photo/dog/1.jpg", "art/dog/1.jpg", "art/cat/2.jpg"], {"art": {"cat": 1, "dog": 1}, "photo": {"dog": 1}}),
        (
            ["amazon/images/bike/1.jpg", "amazon/images/mug/1.jpg", "dslr/images/bike/1.jpg"],
            {"amazon": {"bike": 1, "mug": 1}, "dslr": {"bike": 1}},
        ),
        (["dog/a/1.jpg", "dog/2.jpg", "dog/3.jpg", "cat/1.jpg"], {"": {"cat": 1, "dog": 3}}),
        (["dog/1.jpg"], {"": {"dog": 1}}),
        (["train/1/a.png", "train/2/a.png", "test/1/a.png"], {"": {"1": 2, "2": 1}}),
        (["1/train/a.png", "1/test/b.png", "2/train/c.png"], {"": {"1": 2, "2": 1}}),
        (["p/train/1/a.png", "p/test/1/b.png", "q/train/1/a.png"], {"p": {"1": 2}, "q": {"1": 1}}),
        (["train/cat/a.png", "test/b.png", "test/c.png", "test/d.png"], {"": {"cat": 1}}),
        (["a/train/1.jpg", "a/bus/1.jpg", "b/train/1.jpg"], {"a": {"bus": 1, "train": 1}, "b": {"train": 1}}),
        (
            ["train/car/1.png", "train/bus/1.png", "validation/car/1.jpg"],
            {"train": {"bus": 1, "car": 1}, "validation": {"car": 1}},
        ),
    ],
    ids=(
        "classes", "domains", "office-31", "deeper", "one class", "parts", "parts of classes", "parts of domains",
        "unlabelled test", "a train", "visda",
    ),
)  # fmt: skip
def test_layouts_are_found_however_they_are_wrapped(files, expected, wrapped):
    layout = of(*(wrapped + each for each in files))
    alone = {"": "download" if wrapped else "mine"}
    assert counts(layout) == {alone.get(name, name): classes for name, classes in expected.items()}
    assert len(layout) == sum(sum(classes.values()) for classes in expected.values())


def test_parts_are_told_of_every_image():
    layout = of("p/train/1/a.png", "p/val/1/b.png", "p/test/1/c.png", "q/1/d.png", "q/1/e.png")
    assert {str(file): part for file, part in layout.parts.items()} == {
        "p/train/1/a.png": "train", "p/val/1/b.png": "validation", "p/test/1/c.png": "test"
    }  # fmt: skip


def test_what_is_left_out_is_said():
    layout = of("photo/dog/1.jpg", "photo/cat/1.jpg", "sketch/dog/1.jpg", "photo/cover.jpg", "logo.png")
    assert counts(layout) == {"photo": {"cat": 1, "dog": 1}, "sketch": {"dog": 1}}
    assert layout.notes == ("In no class folder, left out: 2 images.",)


def test_names_that_look_alike_are_one_class():
    layout = of("Dog/1.jpg", "dog/2.jpg", "Caf\u00e9/1.jpg", "Cafe\u0301/2.jpg", "cat/1.jpg")
    assert counts(layout)["mine"] == {"Café": 2, "cat": 1, "Dog": 2}
    assert layout.notes == ("The folders 'Dog' and 'dog' are read as one.",)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "holds no images"),
        (["1.jpg", "2.jpg"], "holds 2 images and no folder for each class"),
        (["/".join("d" * 40) + "/1.jpg"], "more than 32 folders deep"),
    ],
)
def test_no_layout_is_a_sentence(files, words):
    with pytest.raises(DataUnavailable, match=words):
        of(*files)


def test_a_folder_is_walked_without_what_systems_leave(tmp_path):
    for name in ("dog/1.JPG", "cat/2.jpeg", "cat/Thumbs.db", "cat/.DS_Store", ".git/dog/3.jpg", "__MACOSX/dog/._1.jpg",
                 "read.txt"):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "dog" / "loop").symlink_to(tmp_path)
    (tmp_path / "dog" / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    layout = found(tmp_path, "pets")
    assert counts(layout) == {"pets": {"cat": 1, "dog": 1}}
    assert layout.called(tmp_path / "dog" / "1.JPG") == "dog/1.JPG"
    assert "No images, left out: 2 files (.jpg × 1, .txt × 1)." in layout.notes
    left = layout.without([tmp_path / "dog" / "1.JPG"])
    assert (counts(left), left.classes) == ({"pets": {"cat": 1}}, ("cat",))


@pytest.mark.parametrize(("name", "words"), [("nowhere", "is not there"), ("a.txt", "is a file")])
def test_what_is_no_folder_is_a_sentence(tmp_path, name, words):
    (tmp_path / "a.txt").touch()
    with pytest.raises(DataUnavailable, match=words):
        found(tmp_path / name)


@pytest.mark.data
def test_pacs_is_two_domains_of_seven_classes(data_folder):
    layout = found(data_folder / "PACS")
    assert {name: sum(each.values()) for name, each in counts(layout).items()} == {"photo": 1670, "sketch": 3929}
    assert len(layout.classes) == 7
    assert not layout.notes


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Hund", "Hund"), ("Cafe\u0301", "Café"), ("犬", "犬"), ("🐕", "🐕"), ("a\u202ecod.exe", "acod.exe"),
        ("one\ntwo\x1b[31m", "one two [31m"), ("\u200b", "(no name)"), ("\udcff", "�"), ("x" * 90, "x" * 79 + "…"),
    ],
)  # fmt: skip
def test_a_name_is_shown_without_tricks(name, seen):
    assert shown(name) == seen
    seen.encode()


def test_one_name_in_two_spellings_is_one():
    assert same("CAFE\u0301") == same("café")
    assert same("x" * 90) != same("x" * 89 + "y")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Real World", "real-world"),
        ("../../etc", "etc"),
        ("犬", "unnamed"),
        ("CON", "con-"),
        ("Ä", "a"),
        ("é" * 99, "e" * 48),
    ],
)
def test_a_slug_is_safe_on_every_disk(name, expected):
    assert slug(name) == expected
    assert slug(name, {expected}) == f"{expected}-2"


def test_order_is_that_of_people():
    assert in_order(["c10", "c9", "C1", "b", "10", "9", "²"]) == ["9", "10", "b", "C1", "c9", "c10", "²"]
