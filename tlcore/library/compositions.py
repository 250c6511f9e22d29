"""Composed shifts that somebody gave a name: which domain, and how its dials stand; one small file of JSON.

The file is written under another name and renamed, by one process at a time. One that cannot be read is left as it
is until somebody has looked at it: saving over it would lose what it held.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from tlcore.errors import DataUnavailable, OutOfRange, UnknownKey
from tlcore.library.names import same, shown
from tlcore.library.places import libraries, library
from tlcore.library.turns import turn

FILE = "compositions.json"
LONGEST = 60  # letters of a name


@dataclass(frozen=True)
class Composition:
    """A composed shift by its name; `scenario` ends in "~shifted", dials that are not in `settings` are at rest."""

    name: str
    scenario: str
    shift: float | None = None
    settings: Mapping[str, float] = field(default_factory=dict)


def entries() -> dict[str, Composition]:
    """Every composition by its name, in the order of their names. Raises `DataUnavailable` for a damaged file."""
    held: dict[str, Composition] = {}
    for place in reversed(libraries()):  # one's own is asked last, and prevails
        held |= _read(place / FILE)
    return dict(sorted(held.items(), key=lambda item: same(item[0])))


def find(name: str) -> Composition:
    """The composition of that name, however it is capitalised. Raises `UnknownKey` or `DataUnavailable`."""
    known = entries()
    found = next((each for each in known.values() if same(each.name) == same(name)), None)
    if found is None:
        raise UnknownKey("composed shift named", name, known)
    return found


def save(composition: Composition) -> Composition:
    """Keep it, in place of one that has the same name; returns it as it is kept.

    Raises `OutOfRange` for a name that is none, and `DataUnavailable` when the file is damaged or cannot be written.
    """
    kept = Composition(checked_name(composition.name), composition.scenario, composition.shift, composition.settings)
    with _changing() as held:
        _drop(held, kept.name)
        held[kept.name] = kept
    return kept


def remove(name: str) -> None:
    """Forget it. Raises `UnknownKey` or `DataUnavailable`."""
    with _changing() as held:
        if not _drop(held, name):
            raise UnknownKey("composed shift named", name, held)


def checked_name(name: str) -> str:
    """A name on one line, without what cannot be seen. Raises `OutOfRange` where nothing is left, or too much."""
    legible = shown(name) if same(name) else ""
    if not legible or len(legible) > LONGEST:
        raise OutOfRange(f"A composed shift needs a name of 1 to {LONGEST} letters, but this one has {len(legible)}.")
    return legible


@contextmanager
def _changing() -> Iterator[dict[str, Composition]]:
    """What the file holds, to be changed; written when the block ends well."""
    file = library() / FILE
    draft = file.with_suffix(f".{os.getpid()}.draft")
    try:
        with turn(file.with_suffix(".lock"), lambda: None):
            held = _read(file)
            yield held
            draft.write_text(json.dumps([asdict(each) for each in held.values()], indent=1), encoding="utf-8")
            draft.replace(file)
    except OSError as reason:
        raise DataUnavailable(
            f"'{file}' cannot be written ({reason.strerror or reason}): see that the folder can be written to and its "
            "disk has room."
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _drop(held: dict[str, Composition], name: str) -> bool:
    doomed = [each for each in held if same(each) == same(name)]
    for each in doomed:
        del held[each]
    return bool(doomed)


def _read(file: Path) -> dict[str, Composition]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as reason:
        raise _damaged(file, str(reason)) from None
    try:
        held = [Composition(**each) for each in told]
        for each in held:
            _check(each)
    except (TypeError, ValueError, AttributeError) as reason:
        raise _damaged(file, str(reason)) from None
    return {each.name: each for each in held}


def _check(composition: Composition) -> None:
    """Raises `ValueError` for what no composition is; whether its dials exist is the scenario's to say."""
    shift: Sequence[Any] = [] if composition.shift is None else [composition.shift]
    numbers: Sequence[Any] = [*composition.settings.values(), *shift]
    words: Sequence[Any] = [composition.name, composition.scenario, *composition.settings]
    if not all(isinstance(word, str) and word for word in words):
        raise ValueError("a name that is no text")
    if not all(isinstance(value, int | float) and isfinite(value) for value in numbers):
        raise ValueError("a dial that is no number")


def _damaged(file: Path, why: str) -> DataUnavailable:
    return DataUnavailable(
        f"The saved shifts in '{file}' cannot be read ({why.splitlines()[0][:120] if why else 'damaged'}): "
        "mend the file, or move it away and save them again."
    )
