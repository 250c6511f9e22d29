"""What can be done beside the page, by name. Each gets its folder, its wishes, and whom to tell how far it is."""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlcore.library.waiting import heard_by

STAGES = {"unpacking": "Unpacking", "looking": "Looking at every image of", "copying": "Copying"}

if TYPE_CHECKING:
    from tlcore.runs.chore import Teller, Work
    from tlcore.runs.progress import Progress


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
    """Download a published data set, or what a scenario is drawn from, and have its images ready."""
    from tlcore import scenarios
    from tlcore.library import sets

    if "domain" in wishes:
        sets.fetch(wishes["domain"], tell.heard)
        return
    tell.stage(f"Downloading what {wishes['scenario']} is made of")
    scenarios.find(wishes["scenario"]).build()


def estimate(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Try three steps of a run, to see what it would take; whoever asked finds it among the estimates."""
    from tlcore.runs.estimating import estimate as estimated  # loads torch
    from tlcore.runs.spec import RunSpec

    tell.stage("Measuring three steps")
    estimated(RunSpec.of(wishes["spec"]))


def check(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Look at every image of an archive or a folder, and lay it ready in the folder of this work: see `ready`."""
    from tlcore.library.arriving import prepare

    path = Path(wishes["path"])
    shutil.rmtree(ready(folder), ignore_errors=True)  # of a check that was killed
    stages = {name: f"{words} {wishes['name']}" for name, words in STAGES.items()}

    def hear(stage: str, done: int, whole: int) -> None:
        tell.heard(stages[stage], done, whole)

    arrival = prepare(path, name=wishes["name"], copy=wishes["copy"], draft=ready(folder), progress=hear)
    if path.parent == folder:
        path.unlink()  # an upload: it is unpacked now
    found = arrival.collection
    report = dict(found.report())
    chosen = {
        domain: [found.root / each["path"] for each in files] for domain, files in report.pop("thumbnails").items()
    }
    return report | {"sheets": _thumbnails(chosen, folder), "copied": found.copied}


def shift(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Every shift metric between two domains, layer by layer, and class by class where that is wanted; and what else
    there is to say of them: samples, pixels, labels."""
    from tlcore.runs.describing import described  # loads torch
    from tlcore.runs.shifting import look_through, measured
    from tlcore.runs.spec import RunSpec

    hear, classes = _in_percent(tell), wishes["classes"]
    with heard_by(tell.heard):
        looked = look_through(RunSpec.of(wishes["spec"]), oracle=classes, progress=hear)
    hear("Judging samples, pixels and labels", 0.25)
    also = described(looked, folder)
    return {**measured(looked, layers=True, classes=classes, progress=hear).as_json(), **also}


def naming(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Which of several domains an image is from, as a judge names it; and some images for a person to try."""
    from tlcore.runs.naming import named  # loads torch

    with heard_by(tell.heard):
        return named(
            wishes["domains"], wishes["backbone"], wishes["weights"], wishes["seed"], folder, _in_percent(tell)
        )


def rank(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Every backbone of this machine, scored on a scenario's few target labels."""
    from tlcore.runs.ranking import ranked  # loads torch
    from tlcore.runs.spec import RunSpec

    with heard_by(tell.heard):
        return ranked(RunSpec.of(wishes["spec"]), progress=_in_percent(tell)).as_json()


def search(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Settings of a strategy, sought by a validator; every trial is told in `trials(folder)` as soon as it is over."""
    from tlcore.runs.searching import Trial  # loads torch
    from tlcore.runs.searching import search as searched
    from tlcore.runs.spec import RunSpec

    told: list[dict[str, Any]] = []
    said = tell.stage("Training", "trials")

    def watch(done: int, trial: Trial) -> None:
        told.append(trial.as_json())
        draft = trials(folder).with_suffix(".new")
        draft.write_text(json.dumps(told), encoding="utf-8")
        draft.replace(trials(folder))
        said(done, wishes["trials"])

    said(0, wishes["trials"])
    spec = RunSpec.of(wishes["spec"])
    return searched(spec, wishes["trials"], wishes["validator"], Path(wishes["place"]), watch).as_json()


def trials(folder: Path) -> Path:
    """Where a search tells its trials while it goes on."""
    return folder / "trials.json"


def _in_percent(tell: "Teller") -> "Progress":
    tell.stage("Loading torch")
    return lambda what, share: tell.heard(what, round(100 * share), 100)


def inspect(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Look into the trained network of a run, beside another one where there is one; what it draws stays here."""
    from tlcore.runs.inspecting import inspect as inspected  # loads torch
    from tlcore.runs.store import Store

    tell.stage("Loading torch")
    with heard_by(tell.heard), closing(Store(wishes["store"])) as store:
        return inspected(store, wishes["run"], wishes["beside"], folder, tell.heard)


def own(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """Show a trained network one picture of somebody's own, which lies in the folder of this work."""
    from tlcore.runs.asking import ask
    from tlcore.runs.store import Store

    tell.stage("Loading torch")
    picture, how = folder / wishes["file"], (wishes["name"], wishes["drawn"], tell.heard)
    with heard_by(tell.heard), closing(Store(wishes["store"])) as store:
        return ask(store, wishes["run"], wishes["beside"], picture, *how)


def load(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> None:
    """Load a run, so that a picture is answered at once; for a process that stays."""
    from tlcore.runs.asking import load as loaded
    from tlcore.runs.store import Store

    tell.stage("Loading torch")
    with heard_by(tell.heard), closing(Store(wishes["store"])) as store:
        loaded(store, wishes["run"], wishes["beside"], tell.heard)


def maps(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> Mapping[str, Any]:
    """Several maps of a run's last features, which differ by the map's chance alone."""
    from tlcore.runs.mapping import mapped
    from tlcore.runs.store import Store

    with closing(Store(wishes["store"])) as store:
        return mapped(store, wishes["run"], wishes["seeds"], tell.heard)


def export(folder: Path, wishes: Mapping[str, Any], tell: "Teller") -> dict[str, Any]:
    """A run's trained model, or its card, as a file in the folder of this work."""
    from tlcore.runs.exporting.formats import export as exported  # loads torch
    from tlcore.runs.exporting.formats import name
    from tlcore.runs.store import Store

    tell.stage("Reading the checkpoint and asking the copy")
    with closing(Store(wishes["store"])) as store, heard_by(tell.heard):
        file = name(store.run(wishes["run"]), wishes["ending"])
        path = exported(store, wishes["run"], wishes["format"], wishes["which"], folder / file)
    return {"file": path.name, "bytes": path.stat().st_size}


def ready(folder: Path) -> Path:
    """Where what was checked waits to be kept."""
    return folder / "ready"


def _thumbnails(chosen: Mapping[str, Sequence[Path]], folder: Path) -> dict[str, dict[str, Any]]:
    """A sheet of some images of every domain, in the folder of this work."""
    from tlcore.library import sheets
    from tlcore.library.listing import FileListing

    told = {}
    for number, (domain, files) in enumerate(chosen.items()):
        listing = FileListing(domain, {str(file): [file] for file in files})  # a class each, to keep their order
        images = sheets.thumbs(listing, range(len(listing)), sheets.THUMB)
        file = sheets.stored(sheets.strip(images, len(images)), folder, f"sheet-{number}", exact=False)
        told[domain] = {"file": file, "count": len(images)}
    return told


WORKS: Mapping[str, "Work"] = {
    "summarise": summarise,
    "fetch": fetch,
    "check": check,
    "shift": shift,
    "naming": naming,
    "rank": rank,
    "search": search,
    "estimate": estimate,
    "inspect": inspect,
    "own": own,
    "load": load,
    "maps": maps,
    "export": export,
}
