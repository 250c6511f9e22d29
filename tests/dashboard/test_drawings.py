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


def _boxes(drawn: ET.Element) -> list[ET.Element]:
    """The boxes of a sketch, without its legend."""
    return [
        box for group in drawn.findall(f"{SVG}g") if not group.get("transform") for box in group.findall(f"{SVG}rect")
    ]


@pytest.mark.parametrize("key", sorted(catalogue.strategies()))
def test_every_word_of_a_flow_is_in_the_sketch_and_within_its_box(key: str) -> None:
    card = catalogue.strategy(key)["card"]
    drawn = _parsed(sketch(card["flow"], "idea", card["needs"]))
    said = " ".join(each.text or "" for each in drawn.iter(f"{SVG}text"))
    for stage in {stage.strip("* ") for line in card["flow"] for part in line.split(">") for stage in part.split("+")}:
        assert re.sub(r"\W", "", stage) in re.sub(r"\W", "", said)
    assert max(len(each.text or "") for each in drawn.iter(f"{SVG}text")) <= 13
    wide = float((drawn.get("viewBox") or "").split()[2])
    assert wide <= 360  # or its words would be too small to read in the sidebar


@pytest.mark.parametrize("key", sorted(catalogue.strategies()))
def test_every_stage_of_a_flow_is_one_box_and_every_arrow_leads_onwards(key: str) -> None:
    flow = catalogue.strategy(key)["card"]["flow"]
    drawn = _parsed(sketch(flow, "idea", catalogue.strategy(key)["card"]["needs"]))
    origins = {each.strip() for line in flow for each in line.split(">")[0].split("+")}
    stages = origins | {stage.strip() for line in flow for stage in line.split(">")[1:]}
    assert len(_boxes(drawn)) == len(stages)
    arrows = [[float(n) for n in re.findall(r"-?[\d.]+", each.get("d") or "")] for each in drawn.findall(f"{SVG}path")]
    assert all(x < end_x for x, *_, end_x, _ in arrows) or all(y < end_y for _, y, *_, end_y in arrows)
    dashed = [each for each in drawn.findall(f"{SVG}path") if each.get("stroke-dasharray")]
    assert bool(dashed) == any("target" in line.split(">")[0] for line in flow)


def test_what_is_frozen_is_marked() -> None:
    drawn = _parsed(sketch(["source > backbone* > head"], "idea"))
    assert [each.get("class") for each in _boxes(drawn)] == ["data", "box frozen", "box"]


def test_where_labels_are_and_where_they_are_used_is_marked() -> None:
    flow = ["source > backbone > cross-entropy", "target > backbone > discriminator"]
    drawn = _parsed(sketch(flow, "idea", ["labels", "images"]))
    assert {"labels", "no labels"} <= {each.text for each in drawn.iter(f"{SVG}text")}
    used = [group for group in drawn.findall(f"{SVG}g") if group.find(f"{SVG}path[@class='labels']") is not None]
    assert [each.text for each in used[0].findall(f"{SVG}text")] == ["cross-entropy"]
    unlabelled = _parsed(sketch(["source > backbone > cross-entropy"], "idea", ["images", "images"]))
    assert not unlabelled.findall(f".//{SVG}path[@class='labels']")


def test_a_long_flow_goes_downwards_and_one_in_a_circle_ends() -> None:
    drawn = _parsed(sketch(["source > a > b > c > d > cross-entropy", "c > a"], "idea"))
    places = [float(box.get("y") or 0) for box in _boxes(drawn)]
    assert len(set(places)) == 6 and places == sorted(places)


@pytest.mark.parametrize("key", [key for key, card in catalogue.scenarios().items() if card["kind"] != "real"])
def test_a_turned_dial_changes_what_is_drawn(key: str) -> None:
    low, high = (_parsed(preview(key, catalogue.scenario(key)["dials"][0][end], {}, 0)) for end in ("low", "high"))
    kind = catalogue.scenario(key)["kind"]
    marks = [[each.get("href") or each.get("d") or each.text for each in drawn.iter()] for drawn in (low, high)]
    assert marks[0] != marks[1]
    shown = f"{SVG}circle" if kind == "points" else f"{SVG}image"
    assert len(low.findall(shown)) == len(high.findall(shown)) > 0
    assert chip(key).startswith(b"\x89PNG")


def test_a_dial_out_of_range_is_refused() -> None:
    with pytest.raises(OutOfRange):
        preview("moons", 400, {}, 0)


def test_points_of_one_class_have_one_colour() -> None:
    source, _ = scenarios.find("moons").preview(35, {}, 0, 160)
    drawn = _parsed(preview("moons", 35, {}, 0)).findall(f"{SVG}circle")
    colours = {(int(label), mark.get("fill")) for label, mark in zip(source.labels, drawn)}
    assert len(colours) == 2
