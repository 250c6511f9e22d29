"""Lesson 10: a map of features moves with its own seed, while the features do not move at all."""

import numpy as np

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec
from tlcore.training.events import Array

TAKE = "one network"
MAPS = (0, 1, 2, 3, 4, 5)
ALIKE, APART = 1.2, 1.5  # times


def between(layout: Array, domain: Array) -> float:
    """How far the two domains' centres lie apart on a map (N, 2), in radii of the map."""
    return float(np.linalg.norm(layout[domain == 0].mean(0) - layout[domain == 1].mean(0)))


def surprise(results: Results) -> Surprise:
    result = results[TAKE]
    distances = {seed: between(layout, result.features["domain"]) for seed, layout in result.maps.items()} or {0: 1.0}
    low, high, judge = min(distances.values()), max(distances.values()), result.seen["judge"]
    times = high / max(low, 1e-9)
    return Surprise(
        holds=times > APART,
        answer=0 if times > APART else 1 if times > ALIKE else 2,
        sentence=f"On the six maps the domains' centres lie {low:.2f} to {high:.2f} radii apart: {times:.1f} times as "
        f"far on one as on another. In feature space the judge tells them apart {percent(judge)} of the time, before "
        "and after: nothing there has moved.",
        numbers={
            "judge in feature space": judge,
            **{f"distance on map {seed}, in radii": value for seed, value in distances.items()},
        },
    )


LESSON = Lesson(
    number=10,
    key="the-map",
    title="The map is not the territory",
    course="judgement",
    minutes=5,
    teaser="What does a map of features show?",
    story="""
        A network has learnt printed digits, and looks at handwritten ones. Its features are lists of 64
        numbers; to see them they are laid out on a plane. The same 600 features are laid out six times, by
        the same method (t-SNE), with the same settings. Only the map's own seed changes.
    """,
    question="From map to map, the distance between the centres of the two domains will …",
    answers=("change by half or more", "change by a fifth to a half", "stay about the same"),
    right=0,
    takes={TAKE: RunSpec("source-only", "printed-to-handwritten")},
    surprise=surprise,
    look="""
        The network trains first; then the six maps are drawn, side by side. Look for one group of digits and
        find it again on each map.
    """,
    why="""
        Such a map keeps *neighbours* together, and nothing else. Where whole groups end up is left to chance,
        and how far apart they are drawn means little. So the eye sees a gap grow or shrink that is not there.
        What is real is worked out in the feature space itself: the judge, MMD, each class's own gap. Use the
        gauge to judge, and the map to look: which points lie among strangers? Which class is torn in two?
    """,
    tries=(
        Try("Align the features: Deep CORAL", RunSpec("deep-coral", "printed-to-handwritten"), "Watch gauge and map."),
        Try("Another network", RunSpec("source-only", "printed-to-handwritten", seed=7), "Its map, and its gauge."),
    ),
    unlocked=("shift", "s", "seed"),
    teacher="""
        **Aim** Maps by t-SNE or UMAP are for looking, not for measuring.

        **In class** Show two of the maps without saying that they are of the same features, and ask which of
        the two models adapted better. Then say it.

        **Ask** What is the same on all six maps? (Which points are neighbours.) What could be printed beside
        a map to keep it honest? (A number from the original space, and the seed.)

        **Careful** The page's own map of a run begins each layout at the one before, so that what moves has
        moved; UMAP left to itself jumps as these maps do. Wattenberg et al., “How to use t-SNE effectively”,
        Distill 2016, goes through all of it.
    """,
    terms=("UMAP", "judge", "domain gap", "seed"),
    strategies=("deep-coral",),
    maps=MAPS,
)
