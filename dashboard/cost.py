"""What a run would cost, said before it is started."""

from dashboard import trials, words
from tlcore import catalogue, scenarios
from tlcore.errors import DataUnavailable, TransferError
from tlcore.library.hubcache import weights_here
from tlcore.runs import estimates
from tlcore.runs.estimates import Estimate
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.scenarios.sides import to_fetch


def cost(store: Store, spec: RunSpec) -> str:
    """A phrase such as "about 3 min on this CPU (measured)" or "1,200 steps; it fetches 10 MB first"."""
    spec = spec.completed()
    return f"{_time(store, spec)}{_fetching(spec.scenario)}{_weights(spec)}"


def _time(store: Store, spec: RunSpec) -> str:
    steps = spec.hparams.get("steps")
    found = estimates.find(spec)
    run = _like(store, spec)
    if run is not None:
        longer = int(steps) / int(run.spec.hparams["steps"]) if steps else 1.0
        return f"about {words.duration(run.seconds / run.step * run.steps * longer)}{_room(found)}"
    if found is not None:
        return f"about {words.duration(found.seconds(int(steps) if steps else None))} on {_where(found)}{_room(found)}"
    length = f"{steps:,} steps" if steps else "its own number of steps"
    return f"{length}; measuring three of them …" if trials.missing(spec) else length


def _like(store: Store, spec: RunSpec) -> Run | None:
    """The newest run that took the same for a step, at full speed."""
    key = estimates.key(spec)
    for run in store.runs():
        same = (run.spec.scenario, run.spec.strategy) == (spec.scenario, spec.strategy)
        at_full_speed = run.pace is None and run.step > 50 and run.seconds
        if same and at_full_speed and run.batch is None and estimates.key(run.spec) == key:
            return run
    return None


def _where(found: Estimate) -> str:
    how = "measured" if found.measured else f"worked out, as {found.batch} images at a time take long to measure"
    return f"this {trials.place(found)} ({how})"


def _room(found: Estimate | None) -> str:
    return "" if found is None or found.fits else f"; {trials.too_much(found)}"


def _fetching(scenario: str) -> str:
    try:
        scenarios.find(scenario).preview(count=1)
    except DataUnavailable:
        if to_fetch(scenario):
            return "; its data is not here yet"
        size = catalogue.scenario(scenario)["download_mb"]
        return f"; it fetches {size:g} MB first"
    except TransferError:
        return ""
    return ""


def _weights(spec: RunSpec) -> str:
    """What a backbone's own weights cost; others are here already."""
    card = catalogue.backbone(spec.backbone)
    here = bool(spec.weights) or weights_here(card)
    return "" if here else f"; its weights ({card['download_mb']:.0f} MB) are fetched first"
