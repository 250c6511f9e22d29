"""Accuracies on the command line: each with what it stands on, and whether target labels graded it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tlcore.intervals import wilson
from tlcore.picking import NONE, STEP

if TYPE_CHECKING:
    from tlcore.runs.rows import Run

FLAG = "⚑ measured with target labels, which nobody has in practice; no strategy and no validator has seen them."


def lines(run: "Run", *, explained: bool = True) -> list[str]:
    """A line for each domain's accuracy and for the network that was kept, and, if wanted, what the marks mean."""
    metrics = run.metrics
    told = [
        f"  {name} accuracy {_share(metrics, f'{name}_')}{' ⚑' if name == 'target' else ''}"
        for name in ("source", "target")
        if f"{name}_accuracy" in metrics
    ]
    if STEP in metrics:
        by = f"kept: step {metrics[STEP]:.0f}, picked by {run.spec.validator}"
        graded = f": target accuracy {_share(metrics, 'kept_target_')} ⚑" if "kept_target_accuracy" in metrics else ""
        told.append(f"  {by}{graded}")
    elif told and run.status == "finished" and run.spec.validator == NONE:
        told.append("  kept: the last network; no validator picked another")
    return [*told, f"  {FLAG}"] if explained and any("⚑" in line for line in told) else told


def _share(metrics: Mapping[str, float], prefix: str) -> str:
    """ "80.0% (76.6–83.0%, 95 % Wilson interval, n = 600 held-out test images)", as far as it is known."""
    value = metrics[f"{prefix}accuracy"]
    half = metrics.get(f"{prefix}interval")
    if half is not None:
        return f"{value:.1%} ± {half:.1%} (95 % interval over episodes of held-out test images)"
    items = metrics.get(f"{prefix}items")
    if not items:
        return f"{value:.1%}"
    sure = wilson(value, int(items))
    return f"{value:.1%} ({sure.low:.1%}–{sure.high:.1%}, 95 % Wilson interval, n = {sure.n} held-out test images)"
