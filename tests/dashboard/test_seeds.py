"""Several seeds on Play: one press adds what is missing, and the panel says what they come to."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from tests.dashboard.pages import checked, opened, press
from tests.dashboard.test_against import SPEC, done, runs, text
from tlcore.runs.store import Store

__all__ = ["runs"]


def test_one_press_adds_the_missing_seeds(runs: Store) -> None:
    for seed, accuracy in enumerate((0.9, 0.8)):
        done(runs, replace(SPEC, seed=seed), accuracy)
    app: AppTest = opened(d="moons", s="dann")
    assert "Target accuracy ⚑ 85.0% ± 63.5 points (95 % t-interval over 2 seeds)." in text(app)
    press(app, "Add 3 seeds")
    queued = [run.spec.seed for run in runs.runs() if run.status == "queued"]
    assert sorted(queued) == [0, 2, 3, 4], "an opened link trains by itself"
    assert "3 runs on the way." in text(checked(app.run()))
    assert not [button for button in app.button if button.label.startswith("Add ")]
