"""Transfer learning that can be watched: domains, strategies, and a loop that tells what happens.

    import tlcore

    for event in tlcore.run("deep-coral", "printed-to-handwritten", seed=0):
        print(event)

Nothing of torch is loaded before the first run: the page reads cards and stores through this package.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tlcore.runs.exporting.model import Model
    from tlcore.training.events import Event

__all__ = ["load_model", "run"]


def run(strategy: str, scenario: str, **choices: Any) -> "Iterator[Event]":
    """Train in this process, without a store: the events of a run, as they happen.

    `choices` are those of `tlcore.runs.spec.RunSpec`: backbone, shift, settings, target_labels, seed,
    steps, hparams, device, observe. The same choices give the same numbers as on the page and on
    the command line. Raises `TransferError` with a sentence for a choice that cannot be.
    """
    from tlcore.runs.inline import run as run_inline

    return run_inline(strategy, scenario, **choices)


def load_model(path: "Path | str") -> "Model":
    """The trained model in a file of `tlcore export RUN`, ready to be asked; see `tlcore.runs.exporting.model`.

    Raises `CheckpointError` with a sentence for a file that is not there, damaged, or none of ours.
    """
    from tlcore.runs.exporting.model import load_model as load

    return load(path)
