"""What only one technique has to show: it is there, follows the timeline, and says what it means."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.page import Play
from tlcore.exhibits import Bars, Gallery, Histogram, Matrix, Meter, Row, told
from tlcore.runs.rows import Run
from tlcore.training.events import Observed


def looks(step: int) -> list[Observed]:
    """One look at an exhibit of each kind; the meter stands at the step."""
    images = np.full((5, 1, 8, 8), 200, np.uint8)
    shown = [
        Matrix("Gradient cosines", ["shape", "colour"], ["shape", "colour"], np.array([[1.0, -0.4], [-0.4, 1.0]])),
        Bars("Teacher beside student", list("012"), {"teacher": [1, 2, 3], "student": [3, 2, 1]}),
        Meter("Collapse", step, 0, 6000, 3000),
        Histogram("Weights", np.linspace(0, 2, 5), np.array([1, 4, 2, 1]), mark=1.0),
        Gallery("An episode", (Row("questions and answers", images, list("ABCDE"), [1, -1, 1, 1, 1]),)),
    ]
    return [Observed(step, "exhibit", *told(each)) for each in shown]


def test_exhibits_of_every_kind_are_drawn_and_follow_the_timeline(lab: Lab, play: Play, training: Run) -> None:
    stage = play.stage
    views = stage.get_by_role("region", name="Its own views")
    expect(views).to_be_hidden()
    play.until("+d.frames >= 4")
    first, second = frames(lab, training)[1:3]
    lab.store.record(training.id, [look for step in (first, second) for look in looks(step)])
    expect(views).to_be_visible()
    assert play.count("exhibits") == 5
    for says in (
        "Gradient cosines: shape and shape 1, shape and colour −0.40",
        "Teacher beside student: 0 (teacher) 1",
        f"Collapse: {second} on a scale from 0 to 6000; it should be 3000",
        "Weights: from 0 to 2; 50 % between 0.50 and 1",
        "An episode: questions and answers: 4 of 5 right.",
    ):
        expect(views.get_by_role("img", name=says)).to_be_visible()
    views.get_by_role("button", name="An episode").click()
    expect(views.get_by_role("dialog", name="An episode").get_by_text("five new classes")).to_be_visible()
    play.page.keyboard.press("Escape")
    seek(play, first)
    expect(views.get_by_role("img", name=f"Collapse: {first} on a scale")).to_be_visible()
    seek(play, 0)
    expect(views.get_by_text(f"From step {first} on.")).to_have_count(5)
    play.button("Back to live").click()
    views.get_by_role("group", name="Collapse").get_by_role("button", name="Table").click()
    expect(views.get_by_role("cell", name="Should be")).to_be_visible()
    views.get_by_role("button", name="Larger").click()
    expect(stage.get_by_role("region", name="Big view")).to_be_hidden()


@pytest.mark.slow
def test_what_the_network_sees_is_shown_where_images_are_varied(new_tab: Callable[[], Play]) -> None:
    play = new_tab()
    play.open("/?d=printed-to-handwritten&s=source-only&aug=strong&steps=300")
    views = play.stage.get_by_role("region", name="Its own views")
    seen = "What the network sees: printed digits, as it is (8 × 8 pixels): 6 images; as it enters the network"
    expect(views.get_by_role("img", name=seen)).to_be_visible()
    views.get_by_role("button", name="What the network sees").click()
    expect(views.get_by_role("dialog").get_by_text("with its normalisation undone")).to_be_visible()


def frames(lab: Lab, run: Run) -> list[int]:
    """The steps of the pictures that have been told."""
    told = lab.store.events(run.id, kinds=("observed",))
    return [stored.step for stored in told if stored.event.name == "frame"]


def seek(play: Play, step: int) -> None:
    play.timeline().evaluate("(slider, step) => { slider.value = step; slider.oninput() }", step)
    play.until("d.held === 'true' && +d.step === given", step)
