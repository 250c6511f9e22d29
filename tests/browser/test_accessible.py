"""What axe-core finds on each page, in both themes and on a phone; and what somebody sees who confuses colours."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.lab import Lab, until
from tlcore.runs.rows import OVER, Run
from tlcore.runs.spec import RunSpec

GRAVE = ("serious", "critical")
PHONE = {"width": 390, "height": 844}
LINKS = {
    "play": "/?run={run}",
    "lessons": "/lessons",
    "lesson": "/?lesson=7",
    "compare": "/compare",
    "inspect": "/inspect?run={run}",
    "shift": "/shift",
    "data": "/data",
    "runs": "/runs",
    "present": "/?run={run}&present=1",
}
UNREADY = "[data-testid=stSkeleton], [data-testid=stStatusWidget], [data-stale=true]"


@pytest.fixture(scope="module")
def shown(lab: Lab) -> Run:
    """A run that has ended, for the pages that show one."""
    lab.warm()
    run = lab.submit(RunSpec("dann", "moons", steps=200))
    until(lambda: lab.store.run(run.id).status in OVER, "the run has ended")
    return run


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[BrowserContext]:
    assert context.browser is not None
    themed = context.browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=request.param)
    themed.set_default_timeout(PATIENCE)
    yield themed
    themed.close()


@pytest.fixture(scope="module")
def phone(context: BrowserContext) -> Iterator[BrowserContext]:
    assert context.browser is not None
    phone = context.browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    phone.set_default_timeout(PATIENCE)
    yield phone
    phone.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", LINKS)
def test_axe_finds_nothing_serious(name: str, lab: Lab, shown: Run, themed: BrowserContext) -> None:
    page = opened(themed, lab, LINKS[name].format(run=shown.id))
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE]
    page.close()
    told = [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
    assert not told


@pytest.mark.slow
@pytest.mark.parametrize("name", LINKS)
def test_no_page_scrolls_sideways_on_a_phone(name: str, lab: Lab, shown: Run, phone: BrowserContext) -> None:
    page = opened(phone, lab, LINKS[name].format(run=shown.id))
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= PHONE["width"]


@pytest.mark.slow
def test_the_picture_keeps_its_size_on_a_phone_and_nothing_lies_over_it(
    lab: Lab, shown: Run, phone: BrowserContext
) -> None:
    page = opened(phone, lab, LINKS["play"].format(run=shown.id))
    boxes = [page.locator(f".tl-stage {each}").bounding_box() for each in (".tl-canvas-box", ".tl-big", ".tl-side")]
    page.close()
    picture, big, side = ((box["y"], box["y"] + box["height"]) for box in boxes if box is not None)
    assert picture[1] - picture[0] >= 300
    assert big[0] < picture[0] < picture[1] < big[1] <= side[0]


def opened(context: BrowserContext, lab: Lab, link: str) -> Page:
    """A page that is drawn: for a second and a half nothing of it has been on its way."""
    page = context.new_page()
    page.goto(lab.address + link)
    expect(page.get_by_test_id("stAppViewContainer")).to_be_visible()
    expect(page.get_by_role("link", name="Runs").first).to_be_attached()
    quiet = 0
    while quiet < 1500:
        page.wait_for_timeout(250)
        quiet = 0 if page.locator(UNREADY).count() else quiet + 250
    return page
