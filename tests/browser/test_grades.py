"""What a number stands on, as a person finds it: intervals, the kept step, other seeds, and grades apart."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play
from tlcore.runs.spec import RunSpec

SPEC = RunSpec("dann", "moons", steps=60, device="cpu")


@pytest.mark.slow
def test_numbers_say_what_they_stand_on_and_grades_stand_apart(lab: Lab, play: Play) -> None:
    lab.warm()
    submitted = [lab.submit(replace(SPEC, seed=seed)) for seed in range(40, 43)]
    until(lambda: all(lab.store.run(run.id).status == "finished" for run in submitted), "three seeds are finished")
    metrics = lab.store.run(submitted[0].id).metrics
    play.open(lab.link(submitted[0]))
    panel = play.stage.get_by_role("region", name="Accuracy", exact=True)
    expect(panel).to_contain_text(f"kept: step {metrics['kept_step']:.0f}, picked by information")
    expect(panel).to_contain_text("3 seeds")
    expect(play.stage).to_contain_text(re.compile(r"Target ⚑\s*n\s500"))
    panel.get_by_role("button", name="Table").click()
    expect(panel.get_by_role("columnheader", name="Target accuracy ⚑")).to_be_visible()
    share = int(100 * metrics["target_accuracy"] + 0.5)
    expect(panel).to_contain_text(re.compile(rf"{share} % \(\d+–\d+ %, n\s500\)"))

    play.tab("Grades").click()
    error = 100 * metrics["target_ece"]
    expect(play.stage.get_by_role("group", name="Reliability")).to_contain_text(f"target ⚑: ECE {error:.1f} %, n 500")
    big = play.stage.get_by_role("region", name="Big view")
    big.get_by_role("button", name="Table").click()
    expect(big.get_by_role("cell", name="of one certainty").first).to_be_visible()
