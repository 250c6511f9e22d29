"""How a comparison stands, as a table on the command line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tlcore.intervals import Interval
    from tlcore.runs.spec import RunSpec
    from tlcore.runs.standings import Standing
    from tlcore.runs.store import Store

_HEAD = ("strategy", "settings", "n", "target accuracy", "gain over source-only", "time")


def told(store: "Store", specs: "Sequence[RunSpec]") -> str:
    """A table for each data: mean, 95 % t-interval, seeds and gain; below it who is ahead, if anybody is."""
    from tlcore.runs import likeness
    from tlcore.runs.standings import by_scenario, standings

    runs = [run for run in likeness.of(specs, store.runs()).values() if run is not None]
    every = standings(runs)
    if not every:
        return "No run is finished."
    return "\n\n".join(_table(among) for among in by_scenario(every).values())


def _table(among: "Sequence[Standing]") -> str:
    from tlcore.runs.standings import UNCLEAR, winner

    ranked = sorted(among, key=lambda each: -each.accuracy.value)
    rows = [_HEAD, *(_row(each, own) for each, own in zip(ranked, _differing(ranked)))]
    wide = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, wide)).rstrip() for row in rows]
    spec, first = ranked[0].spec, winner(ranked)
    dials = {**({} if spec.shift is None else {"shift": spec.shift}), **spec.settings}
    turned = "".join(f", {name} {value:g}" for name, value in dials.items())
    verdict = UNCLEAR if first is None else f"{first.spec.strategy} is ahead: its interval lies above all others"
    return "\n".join([f"{spec.scenario}{turned}, {spec.backbone}", *lines, f"{verdict[:1].upper()}{verdict[1:]}."])


def _row(each: "Standing", settings: str) -> tuple[str, ...]:
    oracle = " (oracle)" if each.oracle else ""
    took = f"{each.seconds:.1f} s"
    return each.spec.strategy + oracle, settings, str(len(each.runs)), share(each.accuracy), points(each.gain), took


def share(interval: "Interval") -> str:
    """ "83.4 % ± 2.1", or "83.4 %" of one seed."""
    return f"{interval.value:.1%}" + (f" ± {100 * interval.half:.1f}" if interval.n > 1 else "")


def points(interval: "Interval | None") -> str:
    """ "+12.0 ± 3.1 points", "no clear difference" said where the interval holds 0; "–" without a pair."""
    if interval is None:
        return "–"
    value = f"{100 * interval.value:+.1f}".replace("-", "−")
    if interval.n == 1:
        return f"{value} (one seed)"
    unclear = "" if interval.clear_of(0) else ", no clear difference"
    return f"{value} ± {100 * interval.half:.1f}{unclear}"


def _differing(among: "Sequence[Standing]") -> list[str]:
    """Of each the hyper-parameters and labels that are not the same in all runs of its strategy."""
    found = []
    for each in among:
        rivals = [other.spec for other in among if other.spec.strategy == each.spec.strategy]
        own = {**each.spec.hparams, "labels": each.spec.target_labels}
        said = [
            f"{name}={value}"
            for name, value in own.items()
            if len({str({**other.hparams, "labels": other.target_labels}.get(name)) for other in rivals}) > 1
        ]
        found.append(" ".join(said))
    return found
