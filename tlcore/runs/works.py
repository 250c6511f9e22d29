"""What can be done beside the page, by name. Each gets its folder, its wishes, and whom to tell how far it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlcore.library.waiting import heard_by

if TYPE_CHECKING:
    from tlcore.runs.chore import Teller, Work


def summarise(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Look at both domains of a scenario, and at what they have in common."""
    from tlcore.library import across, summary
    from tlcore.scenarios.sides import sides

    told = []
    for role, side in zip(("source", "target"), sides(wishes["scenario"])):
        with heard_by(tell.heard):  # a data set that was never read before takes its time
            listing = side.opened()
        told.append((listing, summary.summarise(listing, tell.stage(f"Looking at the {role}: {side.name}"))))
    (source, of_source), (target, of_target) = told
    tell.stage("Comparing the two")
    across.compare(source, target, of_source, of_target)


def fetch(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Download a published data set and have its images ready."""
    from tlcore.library import sets

    sets.fetch(wishes["domain"], tell.heard)


def estimate(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Try three steps of a run, to see what it would take; whoever asked finds it among the estimates."""
    from tlcore.runs.estimating import estimate as estimated  # loads torch
    from tlcore.runs.spec import RunSpec

    tell.stage("Measuring three steps")
    estimated(RunSpec.of(wishes["spec"]))


WORKS: Mapping[str, "Work"] = {"summarise": summarise, "fetch": fetch}
