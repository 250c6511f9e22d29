"""What a page has done beside itself: each work tells how far it is, and ends with what the page shows."""

import json
from pathlib import Path

import pytest

from tlcore.runs.chore import Teller
from tlcore.runs.spec import RunSpec
from tlcore.runs.works import WORKS, trials

MOONS = RunSpec("source-only", "moons", shift=60).completed()


def done(kind: str, folder: Path, **wishes: object) -> dict:
    result = WORKS[kind](folder, wishes, Teller(folder))
    json.dumps(result, allow_nan=False)
    assert json.loads((folder / "state.json").read_text())["done"] > 0
    return result


def test_a_shift_comes_with_samples_and_labels(tmp_path: Path) -> None:
    found = done("shift", tmp_path, spec=MOONS.as_json(), classes=True)
    assert {"metrics", "layers", "classes", "samples", "pixels", "labels"} <= set(found)
    assert found["classes"] and found["samples"]["points"]


@pytest.mark.slow
def test_a_search_tells_every_trial_when_it_is_over(tmp_path: Path) -> None:
    spec = RunSpec("dann", "moons", steps=5).completed()
    place = str(tmp_path / "searches.sqlite3")
    found = done("search", tmp_path, spec=spec.as_json(), trials=2, validator="information", place=place)
    assert json.loads(trials(tmp_path).read_text()) == found["trials"]
    assert len(found["trials"]) == 2 and found["best"] in found["trials"]


def test_a_ranking_names_every_backbone_that_fits(tmp_path: Path) -> None:
    spec = RunSpec("linear-probe", "moons", target_labels=3).completed()
    found = done("rank", tmp_path, spec=spec.as_json())
    assert {each["backbone"] for each in found["backbones"]} >= {"tiny-mlp", "tiny-linear"}
