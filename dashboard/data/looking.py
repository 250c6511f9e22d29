"""What two domains look like: everything from their summaries, which were worked out once, beside the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.data import charts, working
from dashboard.data.gallery import address, galleries
from dashboard.data.matching import Matching
from dashboard.data.texts import MEANINGS, plain, table
from dashboard.drawing import drawing
from tlcore.errors import TransferError
from tlcore.library import across, summary
from tlcore.library.summary import Summary
from tlcore.runs import chores
from tlcore.scenarios.sides import Side

FINGERPRINTS = "data-fingerprints"  # in the session's state: of what was chosen; taking them means asking the disk


def look(key: str, sides: Sequence[Side], matching: Matching) -> None:
    """Both domains of a scenario; worked out first, if nobody has looked at them before."""
    try:
        found = _found(key, sides)
    except TransferError as error:
        st.error(str(error))
        return
    if found is None:
        _work_out(key)
        return
    source, target, both = found
    titles = [side.name for side in sides]
    names = [
        [matching.name(place, each) for each in side.told["classes"]] for place, side in enumerate((source, target))
    ]
    galleries(matching.classes, titles, (source, target), names)
    left, right = st.columns(2, gap="large")
    with left:
        _balance(matching, names, source, target)
        _pixels(source, target)
    with right:
        _averages(matching, names, source, target)
        _nearest(both)
        _duplicates(titles, source, target, both)
    _again(key, source, target)


def _found(key: str, sides: Sequence[Side]) -> tuple[Summary, Summary, Summary] | None:
    """The three summaries, if all are there; opens three small files."""
    kept = st.session_state.setdefault(FINGERPRINTS, {})
    if not all(side.ready for side in sides):
        return None
    if key not in kept:
        kept[key] = [side.fingerprint() for side in sides]
    source, target = (summary.find(fingerprint) for fingerprint in kept[key])
    both = across.find(source, target) if source and target else None
    return None if source is None or target is None or both is None else (source, target, both)


def tidy() -> None:
    """Put away summaries that were worked out, whoever asked for them."""
    for chore in chores.chores("summarise"):
        if chore.status == "done":
            chores.discard(chore)


def _work_out(key: str) -> None:
    """Let a process look at all images, once; until then say how far it is."""
    mine = [each for each in chores.chores("summarise") if each.order["wishes"].get("scenario") == key]
    if mine and mine[0].over and mine[0].status != "done":
        if working.excused(mine[0], "Look at them again"):
            st.rerun()
        return
    st.caption("These images are looked at once; from then on this page is there at once.")
    working.progress(chores.start("summarise", scenario=key))


def _again(key: str, source: Summary, target: Summary) -> None:
    many = [f"{each.told['looked']:,} of {each.told['images']:,}" for each in (source, target)]
    part = any(each.told["looked"] < each.told["images"] for each in (source, target))
    with st.container(horizontal=True, vertical_alignment="center", key="data-again"):
        st.caption(f"Looked at {many[0]} source and {many[1]} target images." if part else "Every image was looked at.")
        if st.button("Have the images changed?", type="tertiary", help="Asks the disk; nothing is worked out if not."):
            st.session_state.pop(FINGERPRINTS, None)
            st.rerun()


def _balance(matching: Matching, names: Sequence[Sequence[str]], source: Summary, target: Summary) -> None:
    counts = [dict(zip(name, side.told["counts"])) for name, side in zip(names, (source, target))]
    _headed("Class balance", "balance", charts.balance_rows(matching.classes, *counts))
    drawing(charts.balance(matching.classes, *counts), key="balance")
    if len(matching.classes) > charts.MOST:
        st.caption(f"The first {charts.MOST} of {len(matching.classes)} classes; the table has all of them.")


def _pixels(source: Summary, target: Summary) -> None:
    grey = source.told["grey"] and target.told["grey"]
    pixels = source.told["pixels"], target.told["pixels"]
    rows = charts.pixel_rows(*pixels, grey=grey)
    _headed("Pixel values", "pixels")
    drawing(charts.histograms(*pixels, grey=grey), key="pixels")
    st.markdown(table(rows))


def _averages(matching: Matching, names: Sequence[Sequence[str]], source: Summary, target: Summary) -> None:
    _headed("Average images", "averages")
    sides = [
        (mark, address(side, "means.png"), list(name[: summary.AVERAGED]))
        for mark, side, name in zip("●✕", (source, target), names)
    ]
    drawing(charts.averages(matching.classes, sides), key="averages")


def _nearest(both: Summary) -> None:
    told = both.told["shown"]
    _headed("Nearest pairs across the domains", "nearest", _pair_rows(told, ("Source", "Target")))
    if told:
        drawing(charts.pairs(told, address(both, both.told["file"]), both.told["blocks"]), key="nearest")
    if both.told["equal"]:
        equal = both.told["equal"]
        st.caption(
            f":material/warning: {_images(equal)} in both domains: what a network learns of one it knows of the other."
        )


def _duplicates(titles: Sequence[str], source: Summary, target: Summary, both: Summary) -> None:
    sides = list(zip(titles, (source, target)))
    shown = [pair for _, side in sides for pair in side.told["twins"]["shown"]]
    _headed("Duplicates and damage", "twins", _pair_rows(shown, ("First", "Second")) if shown else None)
    for title, side in sides:
        twins, lost = side.told["twins"], side.told["unreadable"]
        said = "no duplicates" if not twins["equal"] + twins["nearly"] else (
            f"{twins['equal']:,} exact and {twins['nearly']:,} near duplicates"
        )  # fmt: skip
        st.markdown(f"**{plain(title)}** · {said}" + (f"; {_images(len(lost))} unreadable" if lost else ""))
        if twins["file"]:
            drawing(
                charts.pairs(twins["shown"], address(side, twins["file"]), side.told["sheet"]["blocks"]),
                key=f"twins:{side.key}",
            )
        if lost:
            with st.expander("Which?"):
                st.code("\n".join(lost[:50]), language=None, wrap_lines=True)


def _headed(title: str, what: str, rows: Sequence[Sequence[str]] | None = None) -> None:
    """A heading with what the numbers under it are, and the same numbers as a table."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{what}", gap="small"):
        st.markdown(f"##### {title}", width="content", anchors=False)
        with st.popover("What is this?", type="tertiary"):
            st.markdown(MEANINGS[what])
        if rows and len(rows) > 1:
            with st.popover("Table", type="tertiary"):
                st.markdown(table(rows))


def _pair_rows(told: Sequence[Mapping[str, Any]], roles: tuple[str, str]) -> list[list[str]]:
    head = [roles[0], "Class", roles[1], "Class", "Alike"]
    return [head] + [
        [pair["names"][0], pair["classes"][0], pair["names"][1], pair["classes"][1], f"{pair['alike']:.2f}"]
        for pair in told
    ]


def _images(many: int) -> str:
    return words.first_up(f"{many:,} image{'' if many == 1 else 's'} {'is' if many == 1 else 'are'}")
