"""What a collection consists of besides its images, written down."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tlcore.library.collection import DETAILS, FILE, REPORT, VERSION
from tlcore.library.layout import Layout, found
from tlcore.library.names import shown, slug
from tlcore.library.report import Report


def written(place: Path, report: Report, source: Path, *, copied: bool) -> None:
    """Write `details.json`, `report.json` and, last, `collection.json`. Raises `OSError` when the disk is full."""
    layout = report.layout
    root = layout.root
    if root is None:
        raise ValueError("a layout without a root cannot be kept")
    left_out = [] if copied else [os.fspath(file.relative_to(root)) for file, _ in report.unreadable]
    twins = [[os.fspath(file.relative_to(root)) for file in group] for group in report.groups()]
    _save(place / DETAILS, {"left_out": left_out, "twins": twins})
    _save(place / REPORT, report.as_json())
    told = {
        "version": VERSION,
        "name": layout.name,
        "copied": copied,
        "folder": "" if copied else os.fspath(root.resolve()),
        "domains": _domains(report, copied=copied),
        "bytes": report.bytes,
        "source": shown(os.fspath(root.resolve()) if source.is_dir() else source.name),
        "added": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "content": report.content,
        "state": "" if copied else state(found(root, layout.name)),
        "warnings": report.warnings,
    }
    _save(place / FILE, told)


def state(layout: Layout) -> str:
    """A digest of names, sizes and times of all files of a folder: another one when something changed."""
    digest = hashlib.blake2b(digest_size=16)
    for domain in layout.domains:
        for _, file in layout.files(domain):
            now = file.stat()
            digest.update(os.fsencode(file) + f"\0{now.st_size}\0{now.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _domains(report: Report, *, copied: bool) -> list[dict[str, Any]]:
    taken = set[str]()
    domains = []
    for title, about in report.domains.items():
        taken.add(key := slug(title, taken, "domain"))
        held = report.layout.domains[title]
        classes = [
            {"name": name, "images": many, "folder": held[name][0].parent.name if copied else ""}
            for name, many in about["classes"].items()
        ]
        side, parts = about["sizes"]["side"], about["parts"]
        domains.append({"key": key, "title": title, "classes": classes, "side": side, "parts": parts})
    return domains


def _save(file: Path, told: Mapping[str, Any]) -> None:
    with file.open("w", encoding="utf-8") as out:
        json.dump(told, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
