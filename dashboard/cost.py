"""What a run would cost, said before it is started."""

from dashboard import words
from dashboard.hubcache import weights_here
from tlcore import catalogue, scenarios
from tlcore.errors import DataUnavailable, TransferError
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store


def cost(store: Store, spec: RunSpec) -> str:
    """A phrase such as "about 40 s" or "1,200 steps; it fetches 10 MB first"."""
    steps = spec.completed().hparams.get("steps")
    seconds = _seconds_a_step(store, spec)
    length = f"{steps:,} steps" if steps else "its own number of steps"
    time = f"about {words.duration(seconds * int(steps))}" if seconds and steps else length
    return f"{time}{_fetching(spec.scenario)}{_weights(spec.completed())}"


def _seconds_a_step(store: Store, spec: RunSpec) -> float | None:
    """From the newest run of the same network on the same data; None before there was one."""
    spec = spec.completed()
    for run in store.runs():
        same = (run.spec.scenario, run.spec.backbone, run.spec.strategy) == (
            spec.scenario,
            spec.backbone,
            spec.strategy,
        )
        if same and run.pace is None and run.step > 50 and run.seconds:
            return run.seconds / run.step
    return None


def _fetching(scenario: str) -> str:
    try:
        scenarios.find(scenario).preview(count=1)
    except DataUnavailable:
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
