"""What can be done beside the page, by name. Each gets its folder, its wishes, and whom to tell how far it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tlcore.runs.chore import Teller, Work


def summarise(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Look at both domains of a scenario, and at what they have in common."""
    from tlcore.library import across, summary
    from tlcore.scenarios.sides import sides

    told = []
    for role, side in zip(("source", "target"), sides(wishes["scenario"])):
        listing = side.opened()
        told.append((listing, summary.summarise(listing, tell.stage(f"Looking at the {role}: {side.name}"))))
    (source, of_source), (target, of_target) = told
    tell.stage("Comparing the two")
    across.compare(source, target, of_source, of_target)


WORKS: Mapping[str, "Work"] = {"summarise": summarise}
