"""What two domains have in common: images that are in both, and the pairs that look most alike."""

import json
from typing import Any

import numpy as np

from tlcore.library import likeness
from tlcore.library.listing import Listing
from tlcore.library.looking import Rows
from tlcore.library.sheets import THUMB
from tlcore.library.summary import FILE, VERSION, Summary, drafted, key, paired, shelf, side_by_side, written

COMPARED = 5_000  # images of each domain at most
PAIRS = 12


def find(source: Summary, target: Summary) -> Summary | None:
    """What was worked out for these two earlier, or None."""
    return Summary.read(shelf() / key(source.key, target.key))


def compare(source: Listing, target: Listing, of_source: Summary, of_target: Summary) -> Summary:
    """Work it out from the two summaries, unless that was done before."""
    known = find(of_source, of_target)
    if known is not None:
        return known
    place = shelf() / key(of_source.key, of_target.key)
    rows, tiny, digests = of_source.looked()
    other_rows, other_tiny, other_digests = of_target.looked()
    both = sorted(set(digests) & set(other_digests))
    some, others = _thinned(len(rows)), _thinned(len(other_rows))
    found = likeness.nearest(tiny[some], other_tiny[others], PAIRS)
    pairs = [(int(rows[some[a]]), int(other_rows[others[b]]), alike) for a, b, alike in found]
    side = max(of_source.told["sheet"]["side"], of_target.told["sheet"]["side"])
    with drafted(place) as folder:
        told: dict[str, Any] = {
            "version": VERSION, "equal": len(both), "compared": [len(some), len(others)],
            "shown": [side_by_side(source, a, target, b, alike) for a, b, alike in pairs],
            "file": paired(source, target, pairs, folder, "nearest", side), "blocks": side < THUMB,
        }  # fmt: skip
        (folder / FILE).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return written(place)


def _thinned(count: int) -> Rows:
    return np.unique(np.linspace(0, count - 1, min(count, COMPARED)).astype(np.int64))
