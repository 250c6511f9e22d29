"""`tlcore run --seeds 0,1,2`: one experiment several times, and what it comes to."""

import sys
from typing import TYPE_CHECKING

from tlcore.cli import accuracies
from tlcore.cli.accuracies import FLAG
from tlcore.cli.sentences import say, tell
from tlcore.errors import RequestError

if TYPE_CHECKING:
    from tlcore.runs.several import Several
    from tlcore.runs.spec import RunSpec
    from tlcore.runs.store import Store


def run_seeds(store: "Store", spec: "RunSpec", seeds: str, as_json: bool) -> int:
    """Train a spec with each seed and tell every measure's mean; the exit code is 0 when all are finished."""
    from tqdm import tqdm

    from tlcore.runs.several import train_several, with_seeds

    specs = with_seeds(spec, _numbers(seeds))
    title = f"{spec.strategy} on {spec.scenario}, {len(specs)} seeds"
    with tqdm(desc=title, unit=" steps", file=sys.stderr, dynamic_ncols=True) as bar:

        def watch(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        found = train_several(store.path, specs, watch=watch)
    store.close()
    for run in found.runs:
        if run.status != "finished":
            say(run.error or f"Go on with: tlcore resume {run.id}", 0)
    tell(found, as_json, told)
    return 0 if found.finished and len(found.runs) == len(specs) else 1


def told(found: "Several") -> str:
    """Every run with its accuracies, each with its interval, and the mean of what they came to."""
    lines = []
    for run in found.runs:
        lines += [f"Run {run.id}, seed {run.spec.seed}: {run.status}.", *accuracies.lines(run, explained=False)]
    for name, flag in (("source_accuracy", ""), ("target_accuracy", " ⚑"), ("kept_target_accuracy", " ⚑")):
        if each := found.metrics.get(name):
            words = f"{name.replace('_', ' ').capitalize()}{flag}: {each.value:.1%}"
            sure = f" ± {each.half:.1%} (95 % t-interval over {each.n} seeds)" if each.n > 1 else " (one seed)"
            lines.append(words + sure)
    if found.metrics:
        lines += ["Of held-out test images; kept: the network that a label-free validator picked.", FLAG]
    return "\n".join(lines)


def _numbers(seeds: str) -> list[int]:
    try:
        return [int(each) for each in seeds.split(",")]
    except ValueError:
        raise RequestError(
            f"--seeds takes whole numbers with commas between, as in 0,1,2, but got '{seeds}'."
        ) from None
