"""What the page says before Run about time and memory, and what it does where there is no room."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard import links, trials
from dashboard.cost import cost
from dashboard.storing import store
from dashboard.visit import Visit
from tests.dashboard.pages import checked, opened
from tlcore.runs import chores, estimates
from tlcore.runs.chores import Chore
from tlcore.runs.estimates import Estimate, keep
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.runs.works import WORKS

LARGE = RunSpec("source-only", "handwritten-to-noisy", backbone="resnet18").completed()
TRIED = Estimate(
    batch=64, length=500, steps=500, step_seconds=0.32, grading_seconds=20, measured=True, fixed=4e8, image=4e6,
    grading=0, free=10**15, device="cuda",
)  # fmt: skip


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))
    monkeypatch.setattr("tlcore.runs.devices.gpus", lambda: 1)  # the free memory of a GPU is that of the trial
    return tmp_path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was asked for, without a process that does it."""
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(chores, "start", lambda kind, **wishes: asked.append({"kind": kind, **wishes}))
    return asked


@pytest.fixture
def runs() -> Store:
    return store()


def tight(free: float = 6e8) -> Estimate:
    return replace(TRIED, free=int(free))


def test_the_length_is_told_until_a_trial_was_made_and_then_the_time(runs: Store) -> None:
    assert cost(runs, LARGE).startswith("500 steps; measuring three of them …")
    keep(LARGE, TRIED)
    assert cost(runs, LARGE).startswith("about 3 min on this GPU (measured)")
    twice = replace(LARGE, hparams={**LARGE.hparams, "steps": 1000})
    assert cost(runs, twice).startswith("about 6 min on this GPU")
    keep(LARGE, replace(TRIED, measured=False))
    assert "worked out, as 64 images at a time take long to measure" in cost(runs, LARGE)


def test_a_run_that_was_trained_tells_more_than_a_trial(runs: Store) -> None:
    keep(LARGE, TRIED)
    run = runs.submit(LARGE)
    with runs.database.writing() as db:
        db.execute("UPDATE runs SET step = 250, steps = 500, seconds = 1200.0 WHERE id = ?", (run.id,))
    assert cost(runs, LARGE).startswith("about 40 min")
    assert cost(runs, replace(LARGE, hparams={**LARGE.hparams, "batch": 8})).startswith("500 steps"), "another batch"


def test_what_does_not_fit_is_said_and_the_batch_is_made_smaller(runs: Store) -> None:
    keep(LARGE, tight())
    spec = links.normal(LARGE)
    less, why = trials.fitted(spec) or pytest.fail("it fits")
    assert links.normal(less).hparams == {"batch": 16}
    assert why == "A batch of 64 takes about 656 MB, and 600 MB of this GPU's memory are free: the batch is set to 16."
    assert "; a batch of 64 takes about 656 MB" in cost(runs, LARGE)


def test_nothing_is_changed_that_fits_or_that_somebody_has_chosen(runs: Store) -> None:
    assert trials.fitted(links.normal(LARGE)) is None, "nobody knows yet"
    keep(LARGE, TRIED)
    assert trials.fitted(links.normal(LARGE)) is None
    chosen = replace(LARGE, hparams={**LARGE.hparams, "batch": 128})
    keep(chosen, replace(tight(), batch=128))
    assert trials.fitted(links.normal(chosen)) is None
    assert "a batch of 128 takes about 912 MB, and 600 MB of this GPU's memory are free" in cost(runs, chosen)


def test_one_trial_at_a_time_is_asked_for_and_none_again_that_failed(
    started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    trials.ask(LARGE)
    assert started == [{"kind": "estimate", "spec": LARGE.as_json()}]
    order = {"kind": "estimate", "wishes": {"spec": LARGE.as_json()}, "asked": 1e12}
    under_way = Chore(Path("1"), order, {})
    monkeypatch.setattr(chores, "chores", lambda kind="": [under_way])
    trials.ask(replace(LARGE, augment="strong").completed())
    assert len(started) == 1 and trials.missing(LARGE)
    failed = Chore(Path("1"), order, {"status": "failed"})
    monkeypatch.setattr(chores, "chores", lambda kind="": [failed])
    assert not trials.missing(LARGE) and estimates.find(LARGE) is None


def test_the_process_beside_the_page_knows_what_is_asked_of_it() -> None:
    assert trials.KIND in WORKS


def test_the_page_makes_room_by_itself_and_says_so(runs: Store) -> None:
    keep(LARGE, tight())
    app = opened(**links.write(LARGE))
    visit: Visit = app.session_state["visit"]
    assert links.normal(visit.spec).hparams == {"batch": 16}
    assert "the batch is set to 16" in app.warning[0].value
    again = checked(app.run())
    assert len(again.warning) == 1 and again.session_state["visit"].spec == visit.spec


def test_small_experiments_are_not_tried(started: list[dict[str, Any]], runs: Store) -> None:
    app = opened(d="moons", s="dann")
    assert not any("measuring" in caption.value for caption in app.caption) and not started
