"""Commands about images: check and add what somebody brings, list, remove; fetch what was published."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tlcore.cli.fetch import fetch
from tlcore.cli.sentences import as_json_option, say

if TYPE_CHECKING:
    from tlcore.library.arriving import Stages
    from tlcore.library.collection import Collection
    from tlcore.library.report import Report

_UNITS = {"unpacking": ("B", True), "looking": (" images", False), "copying": (" images", False)}


@click.group()
def data() -> None:
    """Images: your own folders and archives, and published data sets."""


data.add_command(fetch)


_source = click.argument("path", metavar="FOLDER|ARCHIVE", type=click.Path(path_type=Path))


@data.command()
@_source
@as_json_option
def check(path: Path, as_json: bool) -> int:
    """Look at a folder or an archive of images, and keep nothing."""
    from tlcore.library import arriving

    with progressing() as progress:
        report = arriving.check(path, progress=progress)
    click.echo(json.dumps(report.as_json()) if as_json else "\n".join(_table(report)))
    return 0


@data.command()
@_source
@click.option("--name", default="", help="What to call it; the folder's or archive's name if not given.")
@click.option("--copy", is_flag=True, help="Copy a folder instead of leaving its images where they are.")
@as_json_option
def add(path: Path, name: str, copy: bool, as_json: bool) -> int:
    """Check a folder or an archive of images, and keep it: each pair of its domains becomes a scenario."""
    from tlcore.library import arriving

    with progressing() as progress:
        collection = arriving.add(path, name=name, copy=copy, progress=progress)
    for warning in collection.warnings:
        say(warning, 0)
    click.echo(json.dumps(_told(collection)) if as_json else _line(collection))
    return 0


@data.command("list")
@as_json_option
def list_(as_json: bool) -> int:
    """What was added, and the published sets that are here or can be fetched."""
    from tlcore.library import sets, shelf

    held = shelf.entries().values()
    for sentence in shelf.damaged().values():
        say(sentence, 0)
    known = [(card, sets.present(key)) for key, card in sets.cards().items()]
    if as_json:
        published = [{**card.as_json(), "present": present} for card, present in known]
        click.echo(json.dumps({"added": [_told(each) for each in held], "published": published}))
        return 0
    lines = [*map(_line, held)] or ["Nothing was added yet: tlcore data add FOLDER|ARCHIVE."]
    for card, present in known:
        where = "here" if present else f"{card.megabytes:,g} MB: tlcore data fetch {card.key}"
        lines.append(f"{card.key}  {sum(card.images.values()):,} images, {len(card.classes)} classes, {where}")
    click.echo("\n".join(lines))
    return 0


@data.command()
@click.argument("key")
def remove(key: str) -> int:
    """Remove what was added. A folder that was not copied stays as it is."""
    from tlcore.library import shelf

    shelf.remove(key)
    return say(f"'{key}' is removed.", 0)


@contextmanager
def progressing() -> "Iterator[Stages]":
    """A bar on stderr for each stage, if a person looks. Asked to end, it ends as by Ctrl-C: nothing is left."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def advance(stage: str, done: int, whole: int) -> None:
        if stage not in bars:
            for bar in bars.values():
                bar.close()
            unit, scaled = _UNITS[stage]
            bars[stage] = tqdm(total=whole, desc=stage, unit=unit, unit_scale=scaled, leave=False, disable=None)
        bars[stage].update(done - bars[stage].n)

    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield advance
    finally:
        signal.signal(signal.SIGTERM, before)
        for bar in bars.values():
            bar.close()


def _table(report: "Report") -> Iterator[str]:
    classes = report.layout.classes
    yield f"{report.layout.name}: {len(report.seen):,} images, {len(classes):,} classes, {_megabytes(report.bytes)}"
    width = max(len(domain) for domain in report.domains)
    for domain, about in report.domains.items():
        counts = about["classes"].values()
        each = f"{min(counts):,}" if len(set(counts)) == 1 else f"{min(counts):,}–{max(counts):,}"
        small, usual, large = ("×".join(map(str, about["sizes"][name])) for name in ("smallest", "median", "largest"))
        pixels = usual if small == large else f"{small} to {large}, mostly about {usual}"
        parts = "".join(f", {name} {many:,}" for name, many in about["parts"].items())
        what = f"{about['images']:>7,} images, {len(counts)} classes of {each}"
        yield f"  {domain:<{width}}  {what}, {pixels} pixels{parts}"
    named = ", ".join(classes[:20]) + (" …" if len(classes) > 20 else "")
    yield f"  classes: {named}"
    for warning in report.warnings:
        yield f"  ! {warning}"


def _told(collection: "Collection") -> dict[str, Any]:
    domains = {
        kind.key: {"title": kind.title, "images": kind.images, "classes": dict(kind.classes), "parts": dict(kind.parts)}
        for kind in collection.domains.values()
    }
    return {
        "key": collection.key, "name": collection.name, "images": collection.images, "domains": domains,
        "bytes": collection.bytes, "copied": collection.copied, "folder": str(collection.root),
        "source": collection.source, "added": collection.added, "warnings": list(collection.warnings),
    }  # fmt: skip


def _line(collection: "Collection") -> str:
    domains = ", ".join(f"{kind.key} {kind.images:,}" for kind in collection.domains.values())
    where = "copied" if collection.copied else f"in {collection.root}"
    return f"{collection.key}  {collection.images:,} images ({domains}), {_megabytes(collection.bytes)}, {where}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
