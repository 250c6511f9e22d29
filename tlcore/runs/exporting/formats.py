"""What a run can be taken away as, by name."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tlcore.errors import RequestError, UnknownKey
from tlcore.runs import configuration
from tlcore.runs.exporting import card, logs, model, onnx_file, tables
from tlcore.runs.exporting.format import Format, Which
from tlcore.runs.rows import Run
from tlcore.runs.store import Store
from tlcore.runs.trained import trained

PLUGS = "tlcore.exports"  # the group of entry points by which others add formats: the page adds html and python


def _of_model(make: Callable[[Any], bytes]) -> Callable[[Store, int, Which], bytes]:
    return lambda store, number, which: make(trained(store, number, which))


FORMATS: Mapping[str, Format] = {
    "safetensors": Format(".safetensors", _of_model(model.serialise)),
    "onnx": Format(".onnx", _of_model(onnx_file.serialise)),
    "card": Format(".md", lambda store, number, which: card.written(store, trained(store, number, which)).encode()),
    "csv": Format(".csv", lambda store, number, _: tables.as_csv(tables.table(store, number))),
    "parquet": Format(".parquet", lambda store, number, _: tables.as_parquet(tables.table(store, number))),
    "toml": Format(".toml", lambda store, number, _: configuration.written(store.run(number).trained).encode()),
}
_FOLDERS = tuple(logs.KINDS)  # those that are a folder


def names() -> list[str]:
    return [*FORMATS, *_plugged(), *_FOLDERS]


def export(store: Store, number: int, format: str, which: Which = "last", out: Path | None = None) -> Path:
    """Take a run away as a file (or, for a tracker, into a folder); the place where it lies.

    Raises `UnknownKey`, `RequestError` and `CheckpointError` with a sentence for what cannot be.
    """
    run = store.run(number)
    if format in _FOLDERS:
        return logs.finished(store, number, format, out or Path(format))
    if format in FORMATS:
        form = FORMATS[format]
    elif format in _plugged():
        form = _plugged()[format]()
    else:
        raise UnknownKey("format", format, names())
    path = out or Path(name(run, form.ending))
    content = form.made(store, number, which)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise RequestError(f"'{path}' cannot be written ({error.strerror}): name another file with --out.") from None
    return path


def name(run: Run, ending: str) -> str:
    """What the file of a run is called if nobody says otherwise."""
    return f"run-{run.id}-{run.spec.strategy}{ending}"


def _plugged() -> dict[str, Callable[[], Format]]:
    return {each.name: each.load for each in entry_points(group=PLUGS)}  # loaded when it is wanted
