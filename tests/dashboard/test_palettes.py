"""Class colours as somebody sees them who confuses colours: Machado et al., IEEE TVCG 15(6), 2009."""

import json
import re
import tomllib
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plotly.colors import qualitative

from dashboard.inspect import mapping

DASHBOARD = Path(__file__).parents[2] / "dashboard"
SCRIPT = (DASHBOARD / "static" / "colours.js").read_text(encoding="utf-8")
SEES = ("Normal", "Protanomaly", "Deuteranomaly", "Tritanomaly")
APART = 8.0  # CIEDE2000; 1 is about what is just noticed beside each other
GROUNDS = {"light": "#FFFFFF", "dark": "#0E1117"}


def constant(name: str) -> Any:
    found = re.search(rf"const {name} = ([\[{{].*?[\]}}])", SCRIPT, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def palettes() -> dict[str, list[str]]:
    many, lighter = constant("TOL_MUTED"), constant("TOL_ON_DARK")
    return {
        "up to six classes": constant("OKABE_ITO"),
        "up to ten, light": many,
        "up to ten, dark": [lighter.get(each, each) for each in many],
    }


def closest(colours: list[str], sees: str) -> float:
    """The least distance of any two colours, CIEDE2000."""
    import colour  # takes seconds to import
    from colour.blindness import matrix_cvd_Machado2009

    with warnings.catch_warnings():  # it says that its tritanopia is an approximation
        warnings.simplefilter("ignore", colour.utilities.ColourUsageWarning)
        matrix = np.eye(3) if sees == "Normal" else matrix_cvd_Machado2009(sees, 1.0)
    rgb = np.array([[int(each[at : at + 2], 16) / 255 for at in (1, 3, 5)] for each in colours])
    linear = np.clip(colour.cctf_decoding(rgb, "sRGB") @ matrix.T, 0, 1)  # the matrices are of linear light
    lab = colour.XYZ_to_Lab(colour.sRGB_to_XYZ(linear, apply_cctf_decoding=False))
    return min(float(colour.delta_E(one, other, method="CIE 2000")) for one, other in combinations(lab, 2))


@pytest.mark.slow
@pytest.mark.parametrize("sees", SEES)
@pytest.mark.parametrize("name", palettes())
def test_no_two_classes_look_alike(name: str, sees: str) -> None:
    assert closest(palettes()[name], sees) > APART


@pytest.mark.slow
def test_a_palette_that_fails_is_told_apart() -> None:
    assert closest(list(qualitative.Plotly), "Protanomaly") < APART / 2


def test_charts_on_other_pages_use_the_same_colours() -> None:
    config = tomllib.loads((DASHBOARD / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"]["chartCategoricalColors"] == constant("OKABE_ITO")
    assert config["theme"]["dark"]["backgroundColor"] == GROUNDS["dark"]


def test_inspect_colours_classes_as_play_does() -> None:
    assert (list(mapping.MORE), mapping.ON_DARK) == (constant("TOL_MUTED"), constant("TOL_ON_DARK"))


@pytest.mark.parametrize("ground", GROUNDS)
def test_words_are_read_on_their_ground(ground: str) -> None:
    theme = tomllib.loads((DASHBOARD / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][ground]
    for name in ("textColor", "linkColor"):
        assert contrast(theme[name], theme["backgroundColor"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
