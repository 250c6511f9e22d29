"""How long a comparison would take here, from runs like its own, or from what three steps told."""

from collections.abc import Sequence

from dashboard import trials
from tlcore.runs import estimates
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec


def expected(specs: Sequence[RunSpec], runs: Sequence[Run]) -> tuple[float, list[RunSpec]]:
    """Seconds for those of the runs of which something is known, one after the other; and the others."""
    known: dict[str, Run] = {}
    for run in runs:
        if run.pace is None and run.step > 50 and run.seconds and run.spec.strategy != "?":
            known.setdefault(_like(run.spec), run)
    seconds, unknown = 0.0, list[RunSpec]()
    for spec in specs:
        found = _seconds(spec, known)
        seconds += found or 0.0
        unknown += [spec] if found is None else []
    return seconds, unknown


def _seconds(spec: RunSpec, known: dict[str, Run]) -> float | None:
    run, steps = known.get(_like(spec)), spec.hparams.get("steps")
    if run is not None:
        before = run.spec.hparams.get("steps")
        longer = float(steps) / float(before) if steps and before else 1.0
        return run.seconds / run.step * run.steps * longer
    tried = estimates.find(spec)
    return None if tried is None else tried.seconds(int(steps) if steps else None)


def to_try(unknown: Sequence[RunSpec]) -> list[RunSpec]:
    """Of each kind of run one, of which a trial could tell more; those that failed are not tried again."""
    kinds = {_like(spec): spec for spec in unknown}
    return [spec for spec in kinds.values() if trials.missing(spec)]


def _like(spec: RunSpec) -> str:
    """Runs that take as long for a step."""
    return f"{spec.strategy}|{spec.scenario}|{spec.backbone}|{spec.hparams.get('batch')}"
