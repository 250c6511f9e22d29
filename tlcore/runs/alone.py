"""What doing nothing gives: the source alone, on the same data, with the same backbone and seed."""

from typing import Any

from tlcore.runs.references import MEASURE, SOURCE_ONLY
from tlcore.runs.rows import Run
from tlcore.runs.store import Store


def alone(store: Store, run: Run) -> Run | None:
    """The newest finished run of source-only beside which a run can be put, of the same length if there is one.

    None for such a run itself, and where there is none. Looser than `tlcore.runs.references`, which starts what it
    lacks: labels of the target, which source-only does not see, and its own settings may be others.
    """
    if run.spec.strategy == SOURCE_ONLY:
        return None
    fitting = [
        other
        for other in store.runs()
        if other.status == "finished"
        and other.spec.strategy == SOURCE_ONLY
        and _data(other) == _data(run)
        and MEASURE in other.metrics
    ]
    steps = run.spec.hparams.get("steps")
    return next((other for other in fitting if other.spec.hparams.get("steps") == steps), next(iter(fitting), None))


def _data(run: Run) -> tuple[Any, ...]:
    spec = run.spec
    settings = tuple(sorted(spec.settings.items()))
    return (spec.scenario, spec.backbone, spec.weights, spec.augment, spec.shift, settings, spec.seed)
