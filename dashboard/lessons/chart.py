"""The map of transfer learning as one picture: every strategy and every lesson on it is a link."""

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard.drawing import drawing
from dashboard.lessons.territory import (
    CHALLENGES,
    REGIONS,
    WHEN,
    Challenge,
    Region,
    lessons_of,
    lessons_with,
    of_family,
)
from tlcore import catalogue
from tlcore.cards import Family

WIDE, COLUMN, GAP, PAD = 1400.0, 268.0, 15.0, 10.0
TOP, BETWEEN = 74.0, 12.0  # of the regions, under the question; between two families
TITLE, TEXT, LINE = 14, 12, 16.5  # sizes of type, and the height of a line
LETTER, APART = 5.8, 1.8  # width of a letter of `TEXT`, on average and generous; letters between two names
Entry = tuple[dict[str, str], str]  # where a name leads, and the name
_STYLE = "a{cursor:pointer}a text{fill:var(--st-link-color)}a:hover text,a:focus text{text-decoration:underline}"


def chart() -> None:
    st.markdown(
        "Begin at the top: what do you have of the target? Each family says when to use it; every name is a link to an "
        "experiment that shows it, and the numbers in circles are lessons."
    )
    drawing(picture(), key="map")


def picture() -> str:
    """The SVG. Its links are links, so it is a group and not an image to those who hear the page."""
    columns = [_region(region, k) for k, region in enumerate(REGIONS)]
    low = max(bottom for _, bottom in columns)
    drawn = [_question(), *(svg for svg, _ in columns), *_challenges(low + 34)]
    return (
        f'<svg viewBox="0 0 {WIDE:g} {low + 160:g}" role="group" aria-label="A map of transfer learning">'
        f"<style>{_STYLE}</style>{''.join(drawn)}</svg>"
    )


def _question() -> str:
    """The root, and a line to every region that has a title."""
    lines = [
        f'<path class="line" d="M{WIDE / 2:g} 30V38H{_left(k) + COLUMN / 2:g}V46"/>'
        for k, region in enumerate(REGIONS)
        if region.title
    ]
    box = f'<rect class="box" x="{WIDE / 2 - 150:g}" y="2" width="300" height="28" rx="14"/>'
    return f"{''.join(lines)}{box}{_text('What do you have of the target?', WIDE / 2, 21, TITLE, middle=True)}"


def _region(region: Region, column: int) -> tuple[str, float]:
    x, y = _left(column), TOP
    drawn = [_text(region.title, x + COLUMN / 2, 62, TITLE, bold=True, middle=True)] if region.title else []
    drawn.append(_text(region.says, x + COLUMN / 2, y + 6, TEXT, middle=True, quiet=True))
    y += 18
    for family in region.families:
        svg, height = _family(family, x, y)
        drawn.append(svg)
        y += height + BETWEEN
    return "".join(drawn), y


def _family(family: Family, x: float, y: float) -> tuple[str, float]:
    """A box: the family, when to use it, its strategies as links, its lessons as circles."""
    at, drawn = y + 20, [_text(family.value.capitalize(), x + PAD, y + 20, TITLE - 1, bold=True)]
    for k, lesson in enumerate(lessons_with(family)):
        drawn.append(_lesson(lesson.number, lesson.title, x + COLUMN - 16 - 24 * k, y + 15))
    for line in _lines(WHEN[family].split()):
        at += LINE
        drawn.append(_text(line, x + PAD, at, TEXT, quiet=True))
    names, at = _names([({"s": key}, title) for key, title in of_family(family)], x, at + 3, COLUMN)
    drawn += names
    height = at - y + 10
    return (
        f'<rect class="data" x="{x:g}" y="{y:g}" width="{COLUMN:g}" height="{height:g}" rx="8"/>{"".join(drawn)}',
        height,
    )


def _challenges(top: float) -> Iterator[str]:
    yield _text("What can go wrong", PAD, top - 8, TITLE, bold=True)
    wide = (WIDE - GAP * (len(CHALLENGES) - 1)) / len(CHALLENGES)
    for k, each in enumerate(CHALLENGES):
        yield _challenge(each, k * (wide + GAP), top, wide)


def _challenge(each: Challenge, x: float, y: float, wide: float) -> str:
    drawn = [f'<rect class="frozen" x="{x:g}" y="{y:g}" width="{wide:g}" height="108" rx="8"/>']
    drawn.append(_text(each.title, x + PAD, y + 20, TITLE - 1, bold=True))
    at = y + 20
    for line in _lines(each.says.split(), wide):
        at += LINE
        drawn.append(_text(line, x + PAD, at, TEXT, quiet=True))
    names: list[Entry] = [({"s": key}, catalogue.strategy(key)["card"]["title"]) for key in each.strategies]
    names += [({"d": key}, catalogue.scenario(key)["title"]) for key in each.scenarios]
    drawn += _names(names, x, at + 3, wide)[0]
    for place, lesson in enumerate(lessons_of(each.term)):
        drawn.append(_lesson(lesson.number, lesson.title, x + 20 + 26 * place, y + 92))
    return "".join(drawn)


def _names(entries: Sequence[Entry], x: float, at: float, wide: float) -> tuple[list[str], float]:
    """Names as links, in rows under the height `at`; and the height of the last row."""
    drawn = []
    for row in _rows(entries, wide):
        at, left = at + LINE, x + PAD
        for query, title in row:
            drawn.append(_link(query, _text(title, left, at, TEXT)))
            left += LETTER * (len(title) + APART)
    return drawn, at


def _lesson(number: int, title: str, x: float, y: float) -> str:
    mark = f'<circle class="box" cx="{x:g}" cy="{y:g}" r="10.5"/>{_text(str(number), x, y + 4, TEXT - 1, middle=True)}'
    return _link({"lesson": str(number)}, mark, f"Lesson {number}: {title}")


def _link(query: dict[str, str], content: str, says: str = "") -> str:
    """A link to Play, from wherever the page is served; `says` is its name where its text is too short to be one."""
    named = f' aria-label="{escape(says, quote=True)}"' if says else ""
    tip = f"<title>{escape(says)}</title>" if says else ""
    return f'<a href="./?{escape(urlencode(query), quote=True)}" target="_self"{named}>{tip}{content}</a>'


def _text(
    words: str, x: float, y: float, size: int, bold: bool = False, middle: bool = False, quiet: bool = False
) -> str:
    said = [f'x="{x:g}" y="{y:g}" font-size="{size}"']
    said += ['font-weight="600"'] if bold else []
    said += ['text-anchor="middle"'] if middle else []
    said += ['class="quiet"'] if quiet else []
    return f"<text {' '.join(said)}>{escape(words)}</text>"


def _left(column: int) -> float:
    return column * (COLUMN + GAP)


def _lines(words: Sequence[str], wide: float = COLUMN) -> list[str]:
    """Words in lines that fit into a box."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * LETTER > wide - 2 * PAD:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _rows(entries: Sequence[Entry], wide: float = COLUMN) -> list[list[Entry]]:
    """Names in rows that fit into a box."""
    rows: list[list[Entry]] = []
    for entry in entries:
        used = sum(LETTER * (len(title) + APART) for _, title in rows[-1]) if rows else wide
        if used + LETTER * len(entry[1]) > wide - 2 * PAD:
            rows.append([])
        rows[-1].append(entry)
    return rows
