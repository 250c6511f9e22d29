"""Sketches and previews: what is drawn says what the card and the data say."""

import re
import xml.etree.ElementTree as ET

import pytest

from dashboard.flow import sketch
from dashboard.preview import chip, preview
from tlcore import catalogue, scenarios
from tlcore.errors import OutOfRange

SVG = "{http://www.w3.org/2000/svg}"


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@pytest.mark.parametrize("key", sorted(catalogue.strategies()))
def test_every_stage_of_a_flow_is_one_box_and_every_arrow_leads_rightwards(key: str) -> None:
    flow = catalogue.strategy(key)["card"]["flow"]
    drawn = _parsed(sketch(flow, "idea"))
    stages = {stage.strip() for line in flow for part in line.split(">") for stage in part.split("+")}
    assert len(drawn.findall(f".//{SVG}rect")) == len(stages)
    for arrow in drawn.findall(f"{SVG}path"):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", arrow.get("d") or "")]
        assert numbers[0] < numbers[-2]
    dashed = [each for each in drawn.findall(f"{SVG}path") if each.get("stroke-dasharray")]
    assert bool(dashed) == any("target" in line.split(">")[0] for line in flow)


def test_what_is_frozen_is_marked() -> None:
    drawn = _parsed(sketch(["source > backbone* > head"], "idea"))
    assert [each.get("class") for each in drawn.findall(f".//{SVG}rect")] == ["box", "box frozen", "box"]


@pytest.mark.parametrize("key", [key for key, card in catalogue.scenarios().items() if card["kind"] != "real"])
def test_a_turned_dial_changes_what_is_drawn(key: str) -> None:
    low, high = (_parsed(preview(key, catalogue.scenario(key)["dials"][0][end], {}, 0)) for end in ("low", "high"))
    kind = catalogue.scenario(key)["kind"]
    marks = [[each.get("href") or each.get("d") for each in drawn.iter()] for drawn in (low, high)]
    assert marks[0] != marks[1]
    shown = f"{SVG}circle" if kind == "points" else f"{SVG}image"
    assert len(low.findall(shown)) == len(high.findall(shown)) > 0
    assert chip(key).startswith("data:image/png;base64,")


def test_a_dial_out_of_range_is_refused() -> None:
    with pytest.raises(OutOfRange):
        preview("moons", 400, {}, 0)


def test_points_of_one_class_have_one_colour() -> None:
    source, _ = scenarios.find("moons").preview(35, {}, 0, 160)
    drawn = _parsed(preview("moons", 35, {}, 0)).findall(f"{SVG}circle")
    colours = {(int(label), mark.get("fill")) for label, mark in zip(source.labels, drawn)}
    assert len(colours) == 2
