"""What a trained network has to say for the Inspect page, on a run of a few steps."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.runs.conftest import SMALL
from tlcore.errors import RequestError
from tlcore.runs.asking import ask
from tlcore.runs.engine import execute
from tlcore.runs.inspecting import inspect
from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.steering import Control
from tlcore.runs.store import Store
from tlcore.runs.trained import trained
from tlcore.training.bystander import untouched

DIGITS = RunSpec("source-only", "printed-to-handwritten", steps=8, device="cpu", observe=False)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a run on digits, which is number 1, and one on points."""
    store = Store(tmp_path_factory.mktemp("two") / "store.sqlite3")
    for spec in (DIGITS, SMALL):
        execute(store, store.submit(spec, holder=Process.me()).id, Control())
    yield store
    store.close()


def quiet(what: str, done: int, whole: int) -> None:
    assert 0 <= done <= whole


def test_it_tells_what_moved_how_sure_it_is_and_where_it_looks(two: Store, tmp_path: Path) -> None:
    told = inspect(two, 1, 1, tmp_path, quiet)
    assert [each["part"] for each in told["layers"]] == ["stage 1", "stage 2", "stage 3", "head"]
    assert all(each["weights"] > 0 and 0 < min(each["alike"]) <= max(each["alike"]) < 1 for each in told["layers"])
    assert (told["step"], told["where"], told["where_beside"]) == (8, "", "")
    assert told["late"] is False
    for domain, part in told["calibration"].items():
        answers = sum(each[4] for each in part["bins"])
        right = sum(each[1] * each[4] for each in part["bins"]) / answers
        assert 0 < part["error"] < 1 and answers in (300, 360)
        assert right == pytest.approx(two.run(1).metrics[f"{domain}_accuracy"])
    with np.load(tmp_path / "look.npz") as look:
        assert look["pictures"].shape == (600, 8, 8, 3)
        assert look["probabilities"].shape == (600, 10)
        assert np.array_equal(look["probabilities"], look["probabilities_beside"])
        assert look["heat"].dtype == np.uint8 and look["heat"].shape == (600, 4, 4)
        assert look["heat"].max() == 255


def test_points_have_no_pictures_and_take_none(two: Store, tmp_path: Path) -> None:
    told = inspect(two, 2, None, tmp_path, quiet)
    assert "Points" in told["where"]
    with np.load(tmp_path / "look.npz") as look:
        assert list(look) == ["probabilities"]
    with pytest.raises(RequestError, match="points in the plane"):
        ask(two, 2, None, tmp_path / "own.png", "own", False, quiet)


def test_an_own_picture_is_answered_with_its_neighbours(two: Store, tmp_path: Path) -> None:
    """A training image that is handed in is its own nearest neighbour, and gets the network's own answer."""
    found = trained(two, 1)
    source = found.built.prepared.task.source
    image = Image.fromarray(source.inputs[3, 0].numpy())
    file = tmp_path / "own.png"
    image.save(file)
    told = ask(two, 1, 1, file, "own", False, quiet)
    assert told["remarks"] == []
    assert told["near"]["source"]["distances"][0] == pytest.approx(0, abs=1e-4)
    assert told["near"]["source"]["labels"][0] == int(source.answers()[3])
    assert told["near"]["target"]["labels"] is None
    with untouched(found.strategy):
        right = found.strategy.predict(source.inputs[3:4]).softmax(1)[0]
    assert told["probabilities"] == pytest.approx(right.tolist(), abs=1e-5) == told["probabilities_beside"]
    with np.load(tmp_path / "own.npz") as own:
        assert set(own) == {"picture", "near_source", "near_target", "heat", "heat_beside"}
        assert np.array_equal(own["picture"][0, :, :, 0], np.asarray(image))


@pytest.mark.slow
def test_a_drawing_goes_through_the_same_door(two: Store, tmp_path: Path) -> None:
    canvas = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(canvas).line((30, 20, 30, 90), fill=0, width=12)
    canvas.save(tmp_path / "drawn.png")
    told = ask(two, 1, None, tmp_path / "drawn.png", "a drawing", True, quiet)
    assert len(told["remarks"]) == 2 and sum(told["probabilities"]) == pytest.approx(1)
