"""Scenes: moments that somebody pinned to present them; in a file beside the store, one list a store."""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, Self

from tlcore.errors import RequestError
from tlcore.runs.store import Store

LONGEST = 300  # letters of a sentence
MOST = 60  # scenes
_lock = threading.Lock()


@dataclass(frozen=True)
class Scene:
    """One moment: a run at a step, in a view of the stage, and what is said to it."""

    run: int
    step: int
    view: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """A scene from what a browser or a file says. Raises `RequestError` for anything else."""
        run, step, view, sentence = (said.get(name) for name in ("run", "step", "view", "sentence"))
        named = isinstance(view, str) and view.isidentifier() and len(view) <= 20  # the stage has more than we know
        if not (_whole(run) and _whole(step) and named and isinstance(sentence, str)):
            raise RequestError("This is no scene: it needs a run, a step, a view of the stage and a sentence.")
        return cls(int(run), int(step), str(view), " ".join(sentence.split())[:LONGEST])  # type: ignore[arg-type]


def scenes(store: Store) -> list[Scene]:
    """The scenes in their order; none where the file is not there or cannot be read."""
    try:
        return [Scene.of(each) for each in json.loads(_file(store).read_text(encoding="utf-8"))]
    except (OSError, ValueError, AttributeError, TypeError, RequestError):
        return []


def pin(store: Store, scene: Scene) -> None:
    """Add a scene at the end. Raises `RequestError` when there are too many."""
    with _lock:
        found = scenes(store)
        if len(found) >= MOST:
            raise RequestError(f"There are {MOST} scenes already: remove one before you pin another.")
        _write(store, [*found, scene])


def move(store: Store, place: int, by: int) -> None:
    """Let a scene change places with the one before (-1) or after it (1)."""
    with _lock:
        found = scenes(store)
        other = place + by
        if 0 <= place < len(found) and 0 <= other < len(found):
            found[place], found[other] = found[other], found[place]
            _write(store, found)


def remove(store: Store, place: int) -> None:
    with _lock:
        found = scenes(store)
        _write(store, found[:place] + found[place + 1 :])


def say(store: Store, place: int, sentence: str) -> None:
    """Give a scene another sentence."""
    with _lock:
        found = scenes(store)
        if 0 <= place < len(found):
            found[place] = Scene.of(replace(found[place], sentence=sentence).as_json())
            _write(store, found)


def _write(store: Store, found: Sequence[Scene]) -> None:
    file = _file(store)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(json.dumps([each.as_json() for each in found], ensure_ascii=False), encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise RequestError(f"The scenes cannot be kept ({error.strerror}): free some space and pin again.") from None


def _file(store: Store) -> Path:
    return store.files / "scenes.json"


def _whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value == int(value)
