"""The tree of folders that hold images, and which of its levels are domains, parts and classes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tlcore.errors import DataUnavailable
from tlcore.library.names import same, shown

DEEPEST = 32  # folders inside of one another
PARTS = {
    **dict.fromkeys(("train", "training", "trainset", "train_set"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "testset", "test_set"), "test"),
}
_WRAPPERS = frozenset({"images", "image", "img", "imgs", "data", "dataset", "datasets", "pictures", "raw", *PARTS})
_VISDA = frozenset(
    "aeroplane bicycle bus car horse knife motorcycle person plant skateboard train truck".split()  # noqa: SIM905
)  # its folders train, validation and test are rendered images and two kinds of real ones

Steps = tuple[str, ...]  # the names from the top to the file
Stood = tuple[Steps, Path]  # where a file stood when it was found or packed, and where it lies


class Folder:
    """A folder that holds images, itself or further down."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folders: dict[str, Folder] = {}
        self.images: list[Path] = []
        self.total = 0

    def every(self) -> Iterator[Path]:
        yield from self.images
        for folder in self.folders.values():
            yield from folder.every()


Held = dict[str, list[tuple[str, Folder]]]  # of each domain, its parts: (part or "", the folder with its classes)


def grown(files: Iterable[Stood]) -> tuple[Folder, list[str]]:
    """The tree of folders, and what was merged: on some disks "Dog" and "dog" are one, so they are one here."""
    top, merged = Folder(""), dict[str, None]()
    for steps, path in sorted(files):
        if len(steps) > DEEPEST:
            raise DataUnavailable(f"'{shown(steps[-1])}' lies more than {DEEPEST} folders deep: pack it flatter.")
        at = top
        at.total += 1
        for step in steps[:-1]:
            key = same(step)
            if key not in at.folders:
                at.folders[key] = Folder(shown(step))
            at = at.folders[key]
            at.total += 1
            if at.name != shown(step):
                merged[f"The folders '{at.name}' and '{shown(step)}' are read as one."] = None
        at.images.append(path)
    return top, list(merged)


def unwrapped(title: str, top: Folder) -> tuple[str, Folder]:
    """Goes down while a folder holds one other and hardly anything else; the title is the last telling name."""
    while len(top.folders) == 1:
        inner = next(iter(top.folders.values()))
        if not inner.folders or 2 * len(inner.images) > inner.total or 2 * len(top.images) > top.total:
            break
        if same(inner.name) not in _WRAPPERS:
            title = inner.name
        top = inner
    return shown(title), top


def domains_of(title: str, top: Folder) -> Held:
    """The domains of a tree; `title` is the name of the domain where there is one only."""
    held: Held = {}
    if _in_parts(top):
        for folder in top.folders.values():
            for domain, some in domains_of(title, unwrapped(title, folder)[1]).items():
                held.setdefault(domain, []).extend((PARTS[same(folder.name)], each) for _, each in some)
    elif _holds_classes(top):
        held[title] = [("", top)]
    else:
        for folder in top.folders.values():
            inner = unwrapped(folder.name, folder)[1]
            parts = inner.folders.values() if _in_parts(inner) else ()
            held[folder.name] = [(PARTS[same(each.name)], unwrapped("", each)[1]) for each in parts] or [("", inner)]
    return held


def _in_parts(top: Folder) -> bool:
    """Whether its folders are parts of a whole. Not so for one folder alone, for classes (a train!), and for VisDA."""
    parts = {PARTS.get(key) for key in top.folders}
    if len(parts) < 2 or None in parts or "train" not in parts:
        return False
    inner = {key: unwrapped("", folder)[1].folders for key, folder in top.folders.items()}
    labelled = all(classes for key, classes in inner.items() if PARTS[key] == "train")
    return labelled and not all(_VISDA.issuperset(classes) for classes in inner.values())


def _holds_classes(top: Folder) -> bool:
    """Whether its folders are classes: most images lie directly in them, or in parts of them."""
    below = [each for folder in top.folders.values() for each in folder.folders]
    if below and all(each in PARTS for each in below):
        return all(each.images for folder in top.folders.values() for each in folder.folders.values())
    shallow = sum(len(folder.images) for folder in top.folders.values())
    return 2 * shallow >= top.total - len(top.images)
