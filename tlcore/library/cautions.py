"""What a report makes one think of before one trains, in sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tlcore.library.names import many, same

if TYPE_CHECKING:
    from tlcore.library.report import Report

FEW = 10  # images of a class: with fewer, a test part of 20 % and a validation part of 10 % have nothing to hold
UNEVEN = 10  # times as many images in the largest class as in the smallest
SMALL = 16  # pixels of the shorter side
_DONE = {  # what becomes of unusual pixels
    "several frames": "Animated, the first frame is taken",
    "more than 8 bits": "More than 8 bits a channel, reduced to 8",
    "transparency": "Transparent, laid on white paper",
}


def cautions(report: "Report") -> Iterator[str]:
    """What one should know before one trains, in sentences."""
    yield from _files(report)
    for domain, about in report.domains.items():
        yield from _classes(f"'{domain}'", about["classes"])
    yield from _domains(report)
    yield from _twins(report)
    yield from _pixels(report)
    yield from report.layout.notes


def _files(report: "Report") -> Iterator[str]:
    lost = report.lost
    if lost:
        name, why = lost[0]
        yield f"Not readable as an image, left out: {many(len(lost), 'file')}, such as '{name}' ({why})."
    wrong = [each for each in report.seen if not _suits(report.layout.called(each.file), each.suffix)]
    if wrong:
        called = report.layout.called(wrong[0].file)
        yield (
            f"Of another type than the name says, read by content: {many(len(wrong), 'image')}, such as '{called}', "
            f"a {wrong[0].suffix}."
        )


def _domains(report: "Report") -> Iterator[str]:
    domains = report.layout.domains
    if len(domains) < 2:
        return
    shared = set.intersection(*(set(map(_matched, classes)) for classes in domains.values()))
    if not shared:
        yield "No class is in all domains. If these folders are classes, put their images directly into them."
    elif len(shared) < len(every := set(map(_matched, report.layout.classes))):
        yield f"{len(shared)} of {len(every)} classes are in all domains."


def _twins(report: "Report") -> Iterator[str]:
    equal, nearly = report.twins.equal, report.twins.nearly
    if equal:
        yield (
            f"Stored more than once: {many(len(equal), 'image')}, as {many(sum(map(len, equal)), 'file')}. "
            f"A split keeps all copies of an image in one part."
        )
    several = [group for group in equal if len({_matched(report.seen[place].label) for place in group}) > 1]
    if several:
        yield f"In several classes at once, so that labels contradict one another: {many(len(several), 'image')}."
    if nearly:
        yield f"Nearly the same: {many(len(nearly), 'pair')} of images. A split may separate them."
    for what in ("domains", "parts"):
        equally, alike = report.across(what)
        if equally or alike:
            yield (
                f"In two {what} at once: {many(equally, 'image')}, and nearly so {many(alike, 'pair')}. What is "
                f"learned in one is known in the other, and an accuracy there says less."
            )


def _pixels(report: "Report") -> Iterator[str]:
    for colour, times in sorted(Counter(each.colour for each in report.seen if each.colour).items()):
        yield f"{_DONE.get(colour, f'In {colour}, converted to RGB')}: {many(times, 'image')}."
    small = sum(min(each.size) < SMALL for each in report.seen)
    if small:
        yield f"Less than {SMALL} pixels high or wide: {many(small, 'image')}."
    narrow = sum(max(each.size) > 4 * min(each.size) for each in report.seen)
    if narrow:
        yield f"More than four times as long as wide, of which a square shows little: {many(narrow, 'image')}."


def _classes(domain: str, counts: Mapping[str, int]) -> Iterator[str]:
    if len(counts) == 1:
        yield f"{domain} has only one class, '{next(iter(counts))}': there is nothing to tell apart."
    few = [name for name, images in counts.items() if images < FEW]
    if few:
        named = ", ".join(f"'{name}'" for name in few[:5]) + (" …" if len(few) > 5 else "")
        yield f"Classes of {domain} with fewer than {FEW} images: {len(few):,}, {named}."
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[most] > UNEVEN * counts[least]:
        yield f"{domain} is uneven: {counts[most]:,} images of '{most}', {counts[least]:,} of '{least}'."


def _matched(name: str) -> str:
    """The key by which the classes of two domains are one."""
    return same(name).replace("_", " ").replace("-", " ")


def _suits(name: str, suffix: str) -> bool:
    kinds = {".jpg": (".jpg", ".jpeg", ".jpe", ".jfif"), ".tif": (".tif", ".tiff"), ".bmp": (".bmp", ".dib"),
             ".ppm": (".ppm", ".pgm", ".pbm", ".pnm")}  # fmt: skip
    return name.lower().endswith(kinds.get(suffix, (suffix,)))
