"""Images on their way into the library: out of wherever they lie, under names of our own.

images/photo/all/dog/000001.jpg          domain / part, or "all" / class
"""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tlcore.library.names import slug
from tlcore.library.report import Report

ALL = "all"


def moved(report: Report, into: Path, *, leave: bool, progress: Callable[[int, int], None] | None = None) -> Report:
    """Bring all usable images into a folder, and tell the report where they are now; `leave` copies them.

    Raises `OSError` when the disk is full.
    """
    layout, suffixes = report.layout, {each.file: each.suffix for each in report.seen}
    places: dict[Path, Path] = {}
    domains: set[str] = set()
    for title, classes in layout.domains.items():
        domains.add(domain := slug(title, domains, "domain"))
        names: set[str] = set()
        for name, files in classes.items():
            names.add(folder := slug(name, names, "class"))
            numbers = Counter[str]()
            for file in files:
                part = layout.parts.get(file, ALL)
                numbers[part] += 1
                new = into / domain / part / folder / f"{numbers[part]:06d}{suffixes[file]}"
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, new) if leave else file.rename(new)
                places[file] = new
                if progress:
                    progress(len(places), len(layout))
    told = {file: layout.called(file) for file, _ in report.unreadable}
    told |= {new: layout.called(old) for old, new in places.items()}
    return replace(
        report,
        layout=replace(
            layout,
            domains={
                title: {name: tuple(places[file] for file in files) for name, files in classes.items()}
                for title, classes in layout.domains.items()
            },
            parts={places[file]: part for file, part in layout.parts.items()},
            told=told,
            root=into,
        ),
        seen=tuple(replace(each, file=places[each.file]) for each in report.seen),
        thumbnails={domain: tuple(places[file] for file in files) for domain, files in report.thumbnails.items()},
    )
