"""How far two domains are: a sentence, every metric beside chance, where in the network, and in which class."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.drawing import drawing
from dashboard.shift import charts
from dashboard.shift.heading import headed
from tlcore.intervals import wilson
from tlcore.shift.examining import FLIPS, HALVINGS, Metric, metrics
from tlcore.shift.judge import Judgement
from tlcore.shift.words import words

READ = f"""
**How to read this.** The dark bar is what was measured; every metric has its own scale, so bars of different
metrics do not compare. The dashed box is chance: source and target images are paired, every pair flips a coin
whether it swaps its domains, and 95 of 100 such flips stay inside. The thin upright line is the **null**: what two
halves of one and the same domain would give with as many images. A bar that ends inside the box is no
more than chance.

**p** is the share of flips that reach the measured value. With {FLIPS} flips it cannot be below .005.
"""
LAYERS = """
From the input to what the head sees, every stage averaged over its places. The darker, the further beyond chance
(a hundred times as far is darkest); a dot means *no more than chance*. Adaptation can only mend what differs where
it works: a shift that is there in the input and gone in the last stage needs none.
"""
CLASSES = """
⚑ This uses the target's labels, which nobody has in practice. A class whose gap is much larger than the others' is
where adaptation is likely to fail, or to confuse. Classes of fewer than 20 images in a domain are left out.
"""


def distances(told: Mapping[str, Any]) -> None:
    """The section, from what a measurement found."""
    if not told["metrics"]:
        st.warning(
            "There are too few images to say anything (ten of each domain at least), or the features are not finite."
        )
        return
    known = {key: each for key, each in metrics().items() if key in told["metrics"]}
    titles = {key: each.title for key, each in known.items()}
    st.markdown(f"**{_sentence(told)}**")
    left, right = st.columns(2, gap="large")
    with left:
        headed("Every metric, beside chance", "strips", READ, charts.rows(told["metrics"], titles))
        drawing(charts.strips(told["metrics"], titles), key="shift-strips")
        many, other = told["rows"]
        st.caption(
            f"{many:,} source and {other:,} target training samples went through the network; "
            f"{next(iter(told['metrics'].values()))['rows']:,} of each were measured. The null is a mean over "
            f"{HALVINGS} halvings."
        )
    with right:
        by_layer = {each["layer"]: each["metrics"] for each in told["layers"]}
        headed("Where in the network", "layers", LAYERS, _layer_rows(by_layer, titles))
        drawing(charts.heat(list(by_layer), list(known), by_layer, titles), key="shift-layers")
        if told["classes"]:
            by_class = {each["class"]: each["metrics"] for each in told["classes"]}
            headed("Class by class ⚑", "classes", CLASSES, _layer_rows(by_class, titles, "Class"))
            chosen = {"MMD², " + name: each["mmd"] for name, each in by_class.items() if "mmd" in each}
            drawing(charts.strips(chosen, {name: name for name in chosen}, comparable=True), key="shift-by-class")
    with st.expander("What each metric is"):
        for each in known.values():
            st.markdown(_definition(each))


def _sentence(told: Mapping[str, Any]) -> str:
    """The judge's verdict in the words that stand for it everywhere."""
    judge = told["metrics"]["judge"]
    sure = wilson(judge["value"], 2 * judge["rows"])
    sentence = words(Judgement(sure.value, sure.low, sure.high))
    beyond = sum(each["p_value"] <= charts.LEVEL for each in told["metrics"].values())
    return (
        f"{sentence} The judge names the domain of {sure.value:.1%} of {sure.n:,} samples (95 % interval "
        f"{sure.low:.1%} to {sure.high:.1%}); {beyond} of {len(told['metrics'])} metrics are beyond chance."
    )


def _definition(metric: Metric) -> str:
    high = "" if metric.high is None else f" to {metric.high:g}"
    unit = f", in {metric.unit}" if metric.unit else ""
    return (
        f"**{metric.title}** · {metric.says} `{metric.formula}`, from {metric.low:g}{high or ' on'}{unit}; larger is "
        f"further apart. *Blind to* {metric.blind}. *Costs* {metric.cost}. *Source*: {metric.source}."
    )


def _layer_rows(
    found: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str], what: str = "Layer"
) -> list[list[str]]:
    lines = [[what, *titles.values()]]
    for name, each in found.items():
        lines.append([name, *(charts.said(each[key]) if key in each else "–" for key in titles)])
    return lines
