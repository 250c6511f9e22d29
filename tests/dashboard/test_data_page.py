"""The Data page in Streamlit's own harness: what it shows, and that it works nothing out by itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.data import charts, working
from dashboard.data.credit import credit
from dashboard.data.importing import parted
from dashboard.data.matching import Matching
from dashboard.data.texts import megabytes, plain, table
from tests.dashboard.pages import MAIN, checked, opened, press
from tlcore import catalogue
from tlcore.library import cache, sheets, shelf, summary
from tlcore.library.listing import Listing
from tlcore.runs import chores, works
from tlcore.runs.chores import Chore
from tlcore.scenarios import Scenario, pairs
from tlcore.scenarios.sides import sides

SHAPES = "shapes"


class Told:
    """Whom a piece of work tells how far it is, when nobody listens."""

    def stage(self, _doing: str) -> object:
        return self.heard

    def heard(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of this test's own."""
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    yield tmp_path / "home"
    for each in chores.chores():
        chores.stop(each)


@pytest.fixture
def seen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had looked at some of the shapes before."""
    monkeypatch.setattr(summary, "MOST", 40)
    monkeypatch.setattr(sheets, "EACH", 4)
    works.summarise(home, {"scenario": SHAPES}, Told())  # type: ignore[arg-type]


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been begun in a process beside the page."""
    begun: list[str] = []

    def start(kind: str, /, **wishes: str) -> Chore:
        begun.append(f"{kind} {' '.join(map(str, wishes.values()))}")
        return Chore(chores.shelf() / "1", {"kind": kind, "wishes": wishes, "asked": 1e12}, {"doing": "Looking"})

    monkeypatch.setattr(chores, "start", start)
    monkeypatch.setattr(working, "progress", lambda chore: begun.append(f"shown {chore.kind}"))
    return begun


def data(**link: str) -> AppTest:
    return opened("views/data.py", **link)


def headings(app: AppTest) -> list[str]:
    return [each.value.strip("# ") for each in app.markdown if each.value.startswith("#####")]


def test_a_pair_that_was_looked_at_is_shown_without_opening_an_image(
    seen: None, idle: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("read", "opened"):
        monkeypatch.setattr(Listing, name, lambda *_, **__: pytest.fail("an image was opened"))
    monkeypatch.setattr(Scenario, "build", lambda *_, **__: pytest.fail("the images were drawn again"))
    monkeypatch.setattr(summary, "summarise", lambda *_, **__: pytest.fail("it was worked out again"))
    app = data(d=SHAPES)
    assert headings(app) == [
        "Class balance", "Pixel values", "Average images", "Nearest pairs across the domains", "Duplicates and damage",
    ]  # fmt: skip
    checked(app.run())
    press(app, "Have the images changed?")
    assert idle == []


def test_a_pair_that_nobody_looked_at_is_worked_out_beside_the_page(idle: list[str]) -> None:
    assert headings(data(d=SHAPES)) == []
    assert idle == [f"summarise {SHAPES}", "shown summarise"]


def test_work_that_failed_says_why_and_is_not_begun_again_by_itself(home: Path, idle: list[str]) -> None:
    folder = chores.prepare()
    (folder / "order.json").write_text(
        '{"version": 1, "kind": "summarise", "wishes": {"scenario": "shapes"}, "asked": 1}'
    )
    (folder / "state.json").write_text('{"status": "failed", "error": "The disk is full: make room."}')
    app = data(d=SHAPES)
    assert app.warning[0].value == "The disk is full: make room."
    assert idle == []
    press(app, "Look at them again")
    assert idle == [f"summarise {SHAPES}", "shown summarise"]


def test_classes_and_the_way_to_play_are_said(seen: None) -> None:
    app = data(d=SHAPES)
    assert any("**5 classes in both** · " in each.value for each in app.markdown)
    assert app.query_params["d"] in (SHAPES, [SHAPES])


def test_a_link_to_what_is_not_there_says_so_and_shows_something(idle: list[str]) -> None:
    app = data(d="nothing~of-the-kind")
    assert "nothing to look at called 'nothing~of-the-kind'" in app.warning[0].value
    assert app.query_params["d"] in ("printed-to-handwritten", ["printed-to-handwritten"])


def test_points_are_no_images_to_look_at(idle: list[str]) -> None:
    assert "nothing to look at" in data(d="moons").warning[0].value


def test_matched_missing_and_extra_classes_are_said() -> None:
    matching = Matching(("cat", "dog", "cow"), ({"Cat": "cat", "dog": "dog"}, {"cat": "cat", "COW": "cow"}))
    assert (matching.shared, matching.only(0), matching.only(1)) == (["cat"], ["dog"], ["cow"])
    assert matching.name(1, "COW") == "cow"
    assert matching.lines() == [
        "**1 class in both** · cat", "**1 class only in the source** · dog", "**1 class only in the target** · cow",
    ]  # fmt: skip


def test_bars_are_shares_of_their_own_domain() -> None:
    svg = charts.balance(["a", "b"], {"a": 90, "b": 10}, {"a": 9, "b": 1})
    wide = [
        float(part.split('"')[0]) for part in svg.split('<rect x="118" y="')[1:] for part in [part.split('width="')[1]]
    ]
    assert wide[0] == wide[1] == pytest.approx(9 * wide[2], rel=0.01)
    assert svg.count("stroke-dasharray") == 2  # the target's
    assert charts.balance_rows(["a"], {"a": 90, "b": 10}, {"b": 1})[1] == ["a", "90", "90.0%", "0", "0.0%"]


def test_a_name_cannot_break_a_table_or_a_drawing() -> None:
    assert table([["Class"], ["a|b\nc"]]).splitlines()[2] == "| a\\|b c |"
    assert "<script" not in charts.balance(["<script>"], {"<script>": 1}, {})


def test_sizes_are_said_as_people_say_them() -> None:
    assert [megabytes(size) for size in (0, 400, 340_000, 92e6, 1.24e9)] == [
        "0 kB",
        "1 kB",
        "340 kB",
        "92 MB",
        "1.2 GB",
    ]


def test_how_far_work_is_is_said_with_the_time_left(tmp_path: Path) -> None:
    state = {"status": "working", "doing": "Looking", "done": 1000, "all": 3000, "since": 0, "told": 10}
    assert working.said(Chore(tmp_path, {"kind": "x"}, state)) == "Looking · 1,000 of 3,000 · 20 s left"
    assert working.said(Chore(tmp_path, {"kind": "x"}, {})) == "Getting ready …"


def picture(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, size=(40, 40, 3)).astype(np.uint8))


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """A folder of two domains with two classes; one file is no image."""
    for place, domain in enumerate(("day", "night")):
        for k, name in enumerate(("bar", "blot")):
            (tmp_path / "marks" / domain / name).mkdir(parents=True)
            for number in range(3):
                picture(100 * place + 10 * k + number).save(tmp_path / "marks" / domain / name / f"{number}.png")
    (tmp_path / "marks" / "day" / "bar" / "broken.png").write_bytes(b"no image at all")
    return tmp_path / "marks"


def checked_folder(folder: Path, copy: bool = False) -> Chore:
    """As a process beside the page leaves it."""
    place = chores.prepare()
    wishes = {"path": str(folder), "name": folder.name, "copy": copy}
    result = works.check(place, wishes, Told())  # type: ignore[arg-type]
    told = {"version": chores.VERSION, "kind": "check", "wishes": wishes, "asked": 1}
    (place / "order.json").write_text(json.dumps(told))
    (place / "state.json").write_text(json.dumps({"status": "done", "result": result}))
    return chores.find(place.name)


def brought() -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.query_params["d"] = SHAPES
    app.session_state["data-section"] = "Bring your own"
    app.switch_page("views/data.py")
    return checked(app.run())


def test_a_check_says_what_is_there_before_anything_is_kept(marks: Path, idle: list[str]) -> None:
    checked_folder(marks)
    app = brought()
    said = "\n".join(each.value for each in app.markdown)
    assert "**12 images** · 2 classes · 2 domains" in said
    assert "1 unreadable" in said
    assert any("broken.png" in block.value for block in app.code)
    assert not shelf.entries()


def test_continue_keeps_it_and_leads_to_its_pairs(marks: Path, idle: list[str]) -> None:
    checked_folder(marks)
    app = press(brought(), "Continue")
    assert list(shelf.entries()) == ["marks"]
    assert chores.chores() == []
    assert app.success[0].value.startswith("'marks' is kept. Its domains make 2 pairs")
    app = press(app, "Look at it")
    assert app.query_params["d"] in ("marks/day~marks/night", ["marks/day~marks/night"])
    assert idle[-2:] == ["summarise marks/day~marks/night", "shown summarise"]


@pytest.mark.parametrize("copy", [False, True])
def test_discard_leaves_nothing_but_what_was_there_before(marks: Path, home: Path, idle: list[str], copy: bool) -> None:
    before = sorted(marks.rglob("*"))
    checked_folder(marks, copy)
    press(brought(), "Discard")
    assert not shelf.entries() and chores.chores() == []
    assert [each for each in (home / "library").rglob("*") if each.is_file()] == []
    assert sorted(marks.rglob("*")) == before


def test_a_name_that_cannot_be_is_said_and_nothing_is_lost(marks: Path, idle: list[str]) -> None:
    checked_folder(marks)
    app = brought()
    checked(app.text_input(key="name:1").set_value("../Marks").run())
    app = press(app, "Continue")
    assert "A collection's key is" in app.error[0].value
    assert len(chores.chores("check")) == 1


def test_a_check_that_was_killed_is_said_and_can_be_begun_again(idle: list[str], marks: Path) -> None:
    place = chores.prepare()
    wishes = {"path": str(marks), "name": "marks", "copy": False}
    order = {"version": chores.VERSION, "kind": "check", "wishes": wishes, "asked": 1}
    (place / "order.json").write_text(json.dumps(order))
    app = brought()
    assert "Its process ended without a word" in app.warning[0].value
    press(app, "Check it again")
    assert idle[0].startswith("check ")


def test_markdown_in_a_stranger_s_names_stays_text() -> None:
    assert plain("[a](http://x) <b>*c*</b> :red[d]") == "\\[a\\]\\(http\\://x\\) \\<b\\>\\*c\\*\\</b\\> \\:red\\[d\\]"


def test_an_archive_s_name_without_its_ending() -> None:
    names = ("office.tar.gz", "Office 31.ZIP", ".zip")
    assert [parted(name) for name in names] == [("office", ".tar.gz"), ("Office 31", ".zip"), ("images", ".zip")]


def test_collections_are_listed_with_their_size_and_can_be_removed(marks: Path, idle: list[str]) -> None:
    checked_folder(marks)
    press(brought(), "Continue")
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.session_state["data-section"] = "On this machine"
    app.switch_page("views/data.py")
    checked(app.run())
    said = next(each.value for each in app.markdown if "`marks`" in each.value)
    assert "day (6), night (6)" in said and "12 images" in said
    press(app, "Remove 'marks'")
    assert not shelf.entries() and marks.is_dir()


def test_two_sets_can_be_paired_and_nothing_is_fetched_unasked(idle: list[str]) -> None:
    app = data(d="svhn~cifar10")
    assert [box.value for box in app.selectbox] == ["svhn", "cifar10"]
    said = "\n".join(each.value for each in app.markdown)
    assert "SVHN is not on this machine" in said and "CIFAR\\-10 is not" not in said
    assert "**10 classes only in the source**" in said and "**10 classes only in the target**" in said
    assert idle == []
    press(app, "Download 246 MB")
    assert idle[0] == "fetch svhn"


def test_a_drawn_scenario_that_lacks_its_images_offers_them(idle: list[str]) -> None:
    app = data(d="mnist-to-usps")
    assert "These images are not on this machine" in "\n".join(headings(app))
    assert idle == []
    press(app, "Download 20 MB")
    assert idle[0] == "fetch mnist-to-usps"


def test_what_lies_on_the_shelf_is_worked_out_once(marks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked_folder(marks)
    press(brought(), "Continue")
    app = opened(d="marks/day~marks/night", s="source-only")
    monkeypatch.setattr(pairs, "listed", lambda: pytest.fail("the pairs were worked out again"))
    checked(app.run())
    assert "marks/night~marks/day" in catalogue.scenarios()


def test_licence_and_room_on_the_disk_are_said(marks: Path, idle: list[str]) -> None:
    checked_folder(marks)
    press(brought(), "Continue")
    said = credit("", sides("marks/day~marks/night"))
    assert "**marks day** · brought in here" in said
    assert f"in {plain(str(marks))}" in said
    published = credit("", sides("svhn~cifar10"))
    assert "**SVHN** · Licence: for non-commercial use" in published
    assert "once it was fetched" in published
    assert credit("Digits: …", sides(SHAPES)) == "Digits: …"


def test_the_image_cache_is_listed_with_its_size_and_cleaned(idle: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept, cleaned = cache.Kept(Path("x"), "marks/day", 64, 12, 3_400_000, 0.0), []
    monkeypatch.setattr(cache, "sizes", lambda: [] if cleaned else [kept])
    monkeypatch.setattr(cache, "clean", lambda: cleaned.append("all"))
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.session_state["data-section"] = "On this machine"
    app.switch_page("views/data.py")
    checked(app.run())
    assert any("12 images of 64 × 64" in each.value for each in app.markdown)
    app = press(app, "Clean (3 MB)")
    assert cleaned == ["all"]
    assert any(each.value.startswith("0 files, 0 kB.") for each in app.markdown)
