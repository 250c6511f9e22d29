"""The table of runs: what each row says. Plain data; the page turns it into a grid."""

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from dashboard import links, words
from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.intervals import wilson
from tlcore.runs.rows import Run
from tlcore.runs.store import Store

SHOWN = 200  # runs at most, the newest ones
DOTS = 40  # of a sparkline


def rows(store: Store, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One row a run, in the given order; "Settings" says only what is not the same in all of them."""
    told = [settings(run) for run in runs]
    titles = {key: words.data_title(key) for key in {run.spec.scenario for run in runs}}
    differing = {name for each in told for name in each if len({str(other.get(name)) for other in told}) > 1}
    return [
        {
            "Run": run.id,
            "Status": words.STATUSES[run.status],
            "Progress": 100 * run.step / max(run.steps, 1),
            "Strategy": _title(catalogue.strategies(), run.spec.strategy),
            "Data": run.spec.name or titles[run.spec.scenario],
            "Settings": ", ".join(f"{name} {value}" for name, value in each.items() if name in differing),
            "Seed": run.spec.seed,
            "Source": _percent(run.metrics.get("source_accuracy")),
            "± Source": interval(run.metrics, "source"),
            "Target": _percent(run.metrics.get("target_accuracy")),
            "± Target": interval(run.metrics, "target"),
            "Kept": _percent(run.metrics.get("kept_target_accuracy")),
            "Target curve": list(_curve(store, run.id, run.rewinds, run.step, run.status)),
            "Time": words.duration(run.seconds),
            "Started": ago(time.time() - run.created),
        }
        for run, each in zip(runs, told)
    ]


def interval(metrics: Mapping[str, float], domain: str) -> str:
    """The 95 % interval of an accuracy and of how many images it is: "77–83 %, n 600"; empty where nobody told."""
    share, items = metrics.get(f"{domain}_accuracy"), metrics.get(f"{domain}_items")
    if share is None or not items:
        return ""
    sure = wilson(share, int(items))
    return f"{100 * sure.low:.0f}–{100 * sure.high:.0f} %, n {sure.n}"


def settings(run: Run) -> dict[str, str]:
    """What of a run is not at its default, in the words of its link; without data, strategy and seed."""
    try:
        said = links.write(run.spec)
    except RequestError:
        return {}
    own = (links.SCENARIO, links.NAME, links.STRATEGY, links.SEED)  # these have columns of their own
    return {name: value for name, value in said.items() if name not in own}


def matching(runs: Sequence[Run], text: str) -> list[Run]:
    """The runs in whose words all words of `text` occur: "dann seed=3", "crashed", "shift=60"."""
    wanted = text.lower().split()
    return [run for run in runs if all(word in _words(run) for word in wanted)]


def face(runs: Sequence[Run]) -> tuple[Any, ...]:
    """Changes when a row does."""
    return tuple((run.id, run.status, run.step, run.rewinds) for run in runs)


def ago(seconds: float) -> str:
    if seconds < 60:
        return "just now"
    if seconds < 86_400:
        return f"{words.duration(max(seconds, 90))} ago"
    return f"{seconds / 86_400:.0f} days ago" if seconds >= 2 * 86_400 else "yesterday"


def _words(run: Run) -> str:
    spec = run.spec
    said = [f"{name}={value}" for name, value in settings(run).items()]
    titles = [_title(catalogue.strategies(), spec.strategy), spec.name or words.data_title(spec.scenario)]
    parts = [f"#{run.id}", run.status, words.STATUSES[run.status], spec.strategy, spec.scenario, f"seed={spec.seed}"]
    return " ".join([*parts, *said, *titles]).lower()


@lru_cache(maxsize=1024)
def _curve(store: Store, run: int, rewinds: int, step: int, status: str) -> tuple[float, ...]:
    """Target accuracy over the run; the arguments after `run` only say when it has to be read again."""
    told = [stored.event.values for stored in store.events(run, kinds=("evaluated", "finished"))]
    values = [values["target_accuracy"] for values in told if "target_accuracy" in values]
    stride = max(1, -(-len(values) // DOTS))
    return tuple(values[::-1][::stride][::-1])  # the last one is always kept


def _title(cards: dict[str, Any], key: str) -> str:
    entry = cards.get(key, {})
    return str(entry.get("card", entry).get("title", key))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
