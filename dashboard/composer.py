"""The composer in large: every change beside the same images before and after it, live."""

from base64 import b64encode
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard import links
from dashboard.chooser import PICKED
from dashboard.composition_controls import BASE, name, recipe
from dashboard.compositions import bases, named, started, with_base, with_composition
from dashboard.drawing import CLASS_COLOURS, drawing, framed
from dashboard.keys import forget
from dashboard.preview import SHORT
from tlcore import catalogue, scenarios
from tlcore.cards import SHIFTED
from tlcore.dials import CLASS_MIX
from tlcore.errors import TransferError
from tlcore.runs.spec import RunSpec
from tlcore.scenarios.relabelled import shares

COLUMNS, ROWS = 8, 3
TILE, GAP = 64, 4  # units of the drawing
FINE = 2 * TILE  # pixels of a larger image at the most
BLOCKS = 48  # an image no wider than this is drawn in blocks, and never blurred
BARS = 56  # height of the class mix
STATE, SAVED = "composer", "composer-saved"  # in the session's state: the shift, and the list of names

Images = NDArray[np.uint8]


def composer(domain: str = "") -> None:
    """Compose a shift of a domain of images, see it at once, keep it under a name, and open it on Play."""
    spec = _picked(_begun(domain))
    left, right = st.columns([3, 5], gap="large")
    with left:
        spec = recipe(spec)
    with right:
        _galleries(spec)
        spec = name(spec)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            link = {key: text for key, text in links.write(spec).items() if key != links.STRATEGY}
            st.page_link(
                "views/play.py", label="Open on Play", icon=":material/play_circle:", query_params=link,
                help="This shift with a network and a strategy.",
            )  # fmt: skip
            _saved()
    st.session_state[STATE] = spec


def _begun(domain: str) -> RunSpec:
    """The shift that was composed last, unless another domain is asked for than at that time."""
    spec: RunSpec | None = st.session_state.get(STATE)
    if spec is not None and (not domain or st.session_state.get(f"{STATE}-asked") == domain):
        return spec
    st.session_state[f"{STATE}-asked"] = domain
    known = bases()
    forget()
    return started(RunSpec("source-only", f"{domain if domain in known else next(iter(known))}{SHIFTED}"))


def _picked(spec: RunSpec) -> RunSpec:
    """What was chosen a moment ago in the controls."""
    what, key = st.session_state.get(PICKED) or ("", "")
    if what != BASE:
        return spec
    del st.session_state[PICKED]
    forget()
    return with_base(spec, key)


def _saved() -> None:
    known = [each.name for each in named()[0]]
    if known:
        st.selectbox(
            "Saved shifts", known, index=None, key=SAVED, on_change=_load, label_visibility="collapsed",
            placeholder="Saved shifts",
        )  # fmt: skip


def _load() -> None:
    chosen = st.session_state[SAVED]
    st.session_state[SAVED] = None
    if chosen is None:
        return
    forget()
    st.session_state[STATE] = with_composition(st.session_state[STATE], chosen)


def _galleries(spec: RunSpec) -> None:
    card = catalogue.scenario(spec.scenario)
    try:
        drawing(
            _drawn(spec.scenario, spec.shift, tuple(sorted(spec.settings.items())), spec.seed), key="before-and-after"
        )
    except TransferError as error:
        st.caption(str(error))
    st.caption(f"The same images of {card['source']}, before and after. On Play the source shows others, unchanged.")


@lru_cache(maxsize=64)
def _drawn(key: str, shift: float | None, settings: tuple[tuple[str, float], ...], seed: int) -> str:
    """Both galleries, and the classes' shares where these change, as one SVG. Raises `TransferError`."""
    scenario, dials = scenarios.find(key), dict(settings)
    mix = dials.pop(CLASS_MIX, 0.0) / 100 * (scenario.dialled(shift, {})["shift"] / 100)
    still = {each: value for each, value in dials.items() if each in _still(scenario.card.dials)}
    _, before = scenario.preview(0, still, seed, COLUMNS * ROWS)
    _, after = scenario.preview(shift, dials, seed, COLUMNS * ROWS)
    wide, high = COLUMNS * (TILE + GAP) - GAP, ROWS * (TILE + GAP) - GAP
    below = high + 40
    content = _gallery("Before", before.inputs, 0) + _gallery("After", after.inputs, below)
    end = below + 18 + high
    if mix:
        content += _bars(shares(len(scenario.card.classes), mix), scenario.card.classes, end + 12, wide)
        end += 12 + BARS + 30
    return framed(wide, end, content, f"Images of {scenario.card.source} before and after they are changed.")


def _still(dials: Any) -> set[str]:
    """Dials that say which images there are, and not what becomes of them."""
    return {dial.name for dial in dials} & {"side", "images"}


def _gallery(title: str, images: Images, top: float) -> str:
    drawn = [f'<text class="quiet" x="0" y="{top + 11:g}" font-size="12">{escape(title)}</text>']
    for k, image in enumerate(images[: ROWS * COLUMNS]):
        x, y = k % COLUMNS * (TILE + GAP), top + 18 + k // COLUMNS * (TILE + GAP)
        how = ' style="image-rendering:pixelated"' if image.shape[-1] <= BLOCKS else ""
        drawn.append(f'<image x="{x}" y="{y:g}" width="{TILE}" height="{TILE}"{how} href="{tile(image)}"/>')
    return "".join(drawn)


def tile(image: Images) -> str:
    """An image (3, H, W) as an address: a small one exact, a larger one no finer than it is drawn."""
    picture, stored = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0))), BytesIO()
    if picture.width <= BLOCKS:
        picture.save(stored, "PNG", compress_level=1)
        return f"data:image/png;base64,{b64encode(stored.getvalue()).decode()}"
    picture.thumbnail((FINE, FINE), Image.Resampling.BOX)
    picture.save(stored, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{b64encode(stored.getvalue()).decode()}"


def _bars(share: NDArray[np.float64], classes: tuple[str, ...], top: float, wide: float) -> str:
    """How frequent each class is in the target, against the first; in the source all are as the first."""
    step = wide / len(classes)
    drawn = [f'<text class="quiet" x="0" y="{top + 11:g}" font-size="12">Classes in the target, after</text>']
    for k, (name_, part) in enumerate(zip(classes, share)):
        tall, x = part * BARS, k * step
        colour = CLASS_COLOURS[k % len(CLASS_COLOURS)]
        drawn.append(
            f'<rect x="{x:.1f}" y="{top + 18 + BARS - tall:.1f}" width="{0.8 * step:.1f}" height="{tall:.1f}" '
            f'fill="{colour}"><title>{escape(name_)}: {100 * part:.0f} %</title></rect>'
        )
        if len(name_) <= SHORT:
            at = f'x="{x + 0.4 * step:.1f}" y="{top + 30 + BARS:g}" text-anchor="middle" font-size="11"'
            drawn.append(f"<text {at}>{escape(name_)}</text>")
    return "".join(drawn)
