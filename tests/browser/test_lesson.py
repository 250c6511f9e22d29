"""A teacher's journey: open a class link, give an answer, watch real runs, read the reveal, go on to the next."""

import re

from playwright.sync_api import expect

from tests.browser.lab import Lab, until
from tests.browser.page import Play


def test_predict_run_reveal_and_next(lab: Lab, play: Play) -> None:
    lab.warm()
    page, before = play.page, len(lab.store.runs())
    page.goto(f"{lab.address}/?lesson=4&hide=seed")
    see = page.get_by_role("button", name="Run and see")
    expect(see).to_be_disabled()
    page.get_by_text("below 70 %: it will see that this is new").click()
    see.click()

    until(lambda: len(lab.store.runs()) == before + 2, "the lesson's runs are there")
    for run in lab.store.runs()[:2]:
        lab.store.ask(run.id, pace=None)  # a class would watch; a test need not
    play.until_shown(lab.newest().id)
    expect(page.locator(".st-key-reveal")).to_contain_text("more than 95 %")
    expect(page.locator(".st-key-reveal")).to_contain_text("of its answers are right")
    expect(page.get_by_role("slider", name="How far? Rotation")).to_have_count(0)

    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_text("Nothing inside the network can feel")).to_be_visible()
    expect(page.get_by_role("slider", name="How far? Rotation")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_count(0)  # the teacher's link leaves it out
    page.get_by_role("link", name="Next: 5").click()
    expect(page.get_by_text("5 · Move the mean", exact=True)).to_be_visible()
    expect(see).to_be_disabled()
    expect(page).to_have_url(re.compile(r"lesson=5&hide=seed$"))

    page.goto(f"{lab.address}/lessons")
    done = page.get_by_text("1 of", exact=False)
    expect(done.first).to_be_visible()
    expect(page.get_by_role("link", name="Again")).to_have_count(1)
