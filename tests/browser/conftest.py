"""One lab and one browser for all tests of the page, and a tab that notices what must not happen."""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.lab import Lab
from tests.browser.page import Play
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture, and may be used
    "--use-fake-ui-for-media-stream",
)
SIZE = {"width": 1440, "height": 900}
PATIENCE = 40_000  # milliseconds; other work may be going on beside the tests
OF_NETWORK = (  # what browsers and Streamlit say where no server answers, as in a test that kills it
    "Failed to load resource",
    "WebSocket",
    "reaching server endpoint",
    "Streamlit server is not responding",
    "Cannot send rerun backMessage",
)
OURS = re.compile(r"(https?|wss?)://127\.0\.0\.1:|data:|blob:")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one lab and one browser serve them all


@pytest.fixture(scope="package")
def program() -> str:
    """The browser's executable; without one there is nothing to start."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(NAMES)} is installed")
    return found


@pytest.fixture(scope="package")
def lab(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that has just started, on an empty store; its worker is still getting ready."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        lab.open()
        yield lab
    finally:
        lab.close()


@pytest.fixture(scope="package")
def context(program: str) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        context = browser.new_context(viewport=SIZE)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context
        browser.close()


@pytest.fixture
def new_tab(lab: Lab, context: BrowserContext) -> Iterator[Callable[[], Play]]:
    """Opens tabs; at the end none of them may have met an error or asked another machine for anything."""
    troubles: list[str] = []
    tabs: list[Page] = []

    def open_tab() -> Play:
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"error on the page: {error}"))
        page.on("console", lambda message: troubles.extend(complaint(message)))
        page.on("request", lambda request: troubles.extend(foreign(request.url)))
        page.on("websocket", lambda socket: troubles.extend(foreign(socket.url)))
        tabs.append(page)
        return Play(page, lab.address)

    yield open_tab
    for page in tabs:
        page.close()
    lab.rest()
    assert not troubles


@pytest.fixture
def play(new_tab: Callable[[], Play]) -> Play:
    return new_tab()


@pytest.fixture
def training(lab: Lab, play: Play) -> Run:
    """A run that trains for a minute and is on stage in `play`; each test has a run of its own."""
    lab.warm()
    run = lab.submit(long_run(seed=len(lab.store.runs())), pace=100)
    play.open(lab.link(run))
    play.until_live(run.id)
    return run


def long_run(**choices: Any) -> RunSpec:
    """A thousand times six steps: every sixth is told."""
    return RunSpec("dann", "moons", steps=6000, **choices)


def foreign(url: str) -> list[str]:
    return [] if OURS.match(url) else [f"request to {url}"]


def complaint(message: ConsoleMessage) -> list[str]:
    """What a script had to say. Streamlit asks for some addresses to see whether they are there."""
    known = message.type != "error" or any(each in message.text for each in OF_NETWORK)
    return [] if known else [f"in the console: {message.text}"]
