"""Trials of experiments that are too large to be simply started: asked for beside the page, and what follows."""

from collections.abc import Iterator

from dashboard import links, words
from tlcore.errors import TransferError
from tlcore.runs import chores, estimates
from tlcore.runs.chores import Chore
from tlcore.runs.estimates import Estimate
from tlcore.runs.spec import RunSpec

KIND = "estimate"  # of a piece of work beside the page


def missing(spec: RunSpec) -> bool:
    """Whether a trial could tell more about a completed spec: none has, and none has failed."""
    return estimates.find(spec) is None and not any(each.over and each.status != "done" for each in _mine(spec))


def ask(spec: RunSpec) -> None:
    """Let a process beside the page try three steps; one at a time, so that they do not slow each other down."""
    under_way = [each for each in chores.chores(KIND) if not each.over]
    if under_way:
        return
    for chore in chores.chores(KIND):
        if chore.status == "done":  # what it found lies among the estimates
            chores.discard(chore)
    chores.start(KIND, spec=spec.as_json())


def fitted(spec: RunSpec) -> tuple[RunSpec, str] | None:
    """The experiment as this machine has room for it, and why it was changed.

    None where it fits or nobody knows, and where somebody has chosen the batch: that is theirs to change.
    """
    whole = spec.completed()
    found = estimates.find(whole)
    if found is None or "batch" in links.normal(spec).hparams:
        return None
    less = estimates.smaller(whole, found)
    if less == whole:
        return None
    changed = f"the batch is set to {less.hparams['batch']}"
    if less.settings != whole.settings:
        changed += f", and the images to {less.settings[estimates.SIDE]:g} pixels"
    return links.normal(less), f"{words.first_up(too_much(found))}: {changed}."


def too_much(found: Estimate) -> str:
    """What a batch needs that does not fit."""
    return (
        f"a batch of {found.batch} takes about {words.size(found.memory)}, "
        f"and {words.size(found.free)} of this {place(found)}'s memory are free"
    )


def place(found: Estimate) -> str:
    return "GPU" if found.device == "cuda" else "CPU"


def _mine(spec: RunSpec) -> Iterator[Chore]:
    """The trials of a completed spec, or of one that takes the same."""
    key = estimates.key(spec)
    for chore in chores.chores(KIND):
        try:
            same = estimates.key(RunSpec.of(chore.order["wishes"]["spec"])) == key
        except (TransferError, KeyError, TypeError):  # of another version, or of data that is gone
            continue
        if same:
            yield chore
