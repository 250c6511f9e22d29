"""The sentence on top of the stage says what the numbers say."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from dashboard.facts import about, facts
from dashboard.readings import About, Reading
from dashboard.verdict import Verdict, verdict, waiting
from tlcore.runs.hold import Hold
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run, Status
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.shift.words import judge_words

TWO = About(classes=2)


def told(*rows: tuple[int, float, float], gaps: Sequence[tuple[int, float]] = (), about: About = TWO) -> Verdict:
    readings = [Reading(step, source, target) for step, source, target in rows]
    judged = [Reading(step, judge=judge, judge_low=judge - 0.04, judge_high=judge + 0.04) for step, judge in gaps]
    return verdict(sorted([*readings, *judged], key=lambda each: each.step), about)


def test_a_rise_is_told_from_the_moment_at_which_the_source_was_learnt() -> None:
    said = told((0, 0.50, 0.55), (100, 0.99, 0.67), (300, 1.0, 0.93), gaps=[(100, 0.91), (300, 0.69)])
    assert said.headline == "Target accuracy rose from 67 % to 93 % without one target label."
    assert said.detail == "The gap shrank with it. A judge tells the domains apart 69 % of the time (50 % = cannot)."
    assert (said.tone, said.gap_words, said.gap_was, said.gap_was_step) == ("rise", "Partly mixed.", 0.91, 100)


def test_a_rise_without_a_smaller_gap_does_not_claim_one() -> None:
    said = told((100, 0.99, 0.67), (300, 1.0, 0.93), gaps=[(100, 0.70), (300, 0.72)])
    assert said.detail == "A judge tells the domains apart 72 % of the time (50 % = cannot)."


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (0, "without one target label"),
        (1, "with 1 target label per class"),
        (5, "with 5 target labels per class"),
    ],
)
def test_a_rise_says_what_it_cost_in_labels(labels: int, words: str) -> None:
    said = told((10, 0.9, 0.5), (20, 0.9, 0.7), about=About(classes=2, labels=labels))
    assert said.headline == f"Target accuracy rose from 50 % to 70 % {words}."


def test_early_on_the_source_is_still_being_learnt() -> None:
    said = told((0, 0.12, 0.10), (5, 0.30, 0.15), about=About(classes=10))
    assert said.headline == "Learning the source: 30 % so far."
    assert said.detail == "Target 15 %; guessing among 10 classes gives 10 %."


def test_a_smaller_gap_with_a_worse_target_is_a_warning() -> None:
    said = told((10, 0.99, 0.8), (20, 0.99, 0.6), gaps=[(10, 0.9), (20, 0.6)])
    assert said.headline == "Careful: the domains mix, but classes may be mixed up too."
    assert said.tone == "careful"


def test_a_worse_target_without_a_smaller_gap_is_told_plainly() -> None:
    assert told((10, 0.99, 0.8), (20, 0.99, 0.6)).headline == "Target accuracy fell from 80 % to 60 %."


def test_forgetting_the_source_is_said_before_anything_else_but_a_gain() -> None:
    said = told((10, 1.0, 0.4), (20, 0.26, 0.41))
    assert said.headline == "The model is forgetting the source: 100 % → 26 %."
    assert "Target accuracy is 41 %." in said.detail
    said = told((10, 1.0, 0.4), (20, 0.26, 0.9), about=About(classes=2, labels=5))
    assert said.headline == "Target accuracy rose from 40 % to 90 % with 5 target labels per class."
    assert said.detail == "On the source it fell from 100 % to 26 %."


def test_an_oracle_is_called_one_and_never_compared() -> None:
    about = About(classes=10, labels=-1, learns_source=False, baseline=0.99, items=5000)
    said = told((0, 0.1, 0.1), (50, 0.15, 0.92), about=about)
    assert said.headline == "The ceiling: 92 % on the target, with all of its labels."
    assert "nobody has in practice" in said.detail and "hurts" not in said.headline
    assert told((5, 0.1, 0.2), about=about).headline == "Learning the target from all of its labels: 20 %."


def test_who_learns_without_source_labels_is_measured_on_the_target() -> None:
    about = About(classes=10, labels=5, learns_source=False, baseline=0.99, items=5000)
    said = told((0, 0.1, 0.12), (50, 0.11, 0.62), about=about)
    assert said.headline == "Target accuracy rose from 12 % to 62 % with 5 target labels per class."
    assert said.detail == "The source's labels were not used. Guessing gives 10 %."
    assert told((0, 0.1, 0.12), about=about).headline == "The target is at 12 % with 5 target labels per class."


def told_more(about: About, *rows: tuple[float, float, dict[str, float]]) -> Verdict:
    return verdict([Reading(k, source, target, more=more) for k, (source, target, more) in enumerate(rows)], about)


def test_episodes_are_told_with_their_chance_and_against_guessing_among_five() -> None:
    about = About(classes=400, exam="episodes", guess=0.2)
    said = told_more(about, (0.4, 0.38, {"target_interval": 0.02}), (0.95, 0.81, {"target_interval": 0.0112}))
    assert said.headline == "New classes: 81 % ± 1.1 points from one example each (guessing: 20 %)."
    assert said.detail == "It was 38 % before training. New images of the classes that it trained on: 95 %."
    assert told_more(about, (0.9, 0.21, {})).headline == "New classes: 21 %, no better than guessing."


def test_clusters_are_told_as_groups_that_got_their_names_from_the_answers() -> None:
    about = About(classes=10, exam="clusters", learns_source=False, baseline=0.99, items=5000)
    said = told_more(about, (0.3, 0.4, {"target_nmi": 0.3}), (0.3, 0.62, {"target_nmi": 0.55}))
    assert said.headline == "Clusters fit the target's classes for 62 % of the images, 40 % before training."
    assert said.detail.startswith("Clusters and classes tell 55 %") and "for grading alone" in said.detail


def test_zero_shot_tells_seen_and_unseen_classes_apart() -> None:
    about = About(classes=25, exam="zero-shot")
    numbers = {"seen_accuracy": 0.8, "unseen_accuracy": 0.4, "harmonic_mean": 0.533}
    said = told_more(about, (0.9, 0.7, numbers))
    assert said.headline == "Classes never shown: 40 % right, by their description alone."
    assert said.detail == "Classes that were shown: 80 %. Harmonic mean of the two: 53 %."
    blind = told_more(about, (0.9, 0.6, {"seen_accuracy": 0.8, "unseen_accuracy": 0.0, "harmonic_mean": 0.0}))
    assert blind.headline == "It never names a class that it was not shown (unseen: 0 %)."
    assert blind.tone == "careful"


def test_an_open_label_set_says_which_classes_count_and_whether_the_others_are_noticed() -> None:
    said = told_more(About(classes=10, exam="open"), (0.95, 0.6, {"unknown_auroc": 0.74}))
    assert "less surely than a known one 74 % of the time (50 % = not noticed)" in said.detail


def test_a_source_that_was_never_learnt_is_said_so_at_the_end() -> None:
    readings = [Reading(0, 0.1, 0.1), Reading(10, 0.2, 0.15)]
    assert verdict(readings, About(classes=10)).headline == "Learning the source: 20 % so far."
    assert verdict(readings, About(classes=10), ended=True).headline == "The source was hardly learnt: 20 %."


def test_a_target_that_is_as_good_as_the_source() -> None:
    assert told((10, 0.98, 0.97)).headline == "The target is as good as the source: 97 % and 98 %."


@pytest.mark.parametrize(
    ("target", "words"), [(0.55, "the target is not (55 %)"), (0.85, "the target lags behind (85 %)")]
)
def test_a_target_that_does_not_move(target: float, words: str) -> None:
    assert words in told((10, 0.99, target), (20, 0.99, target)).headline


ALONE = About(classes=2, baseline=0.72, baseline_run=12, items=2000)


def ended(*rows: tuple[int, float, float], gaps: Sequence[tuple[int, float]] = (), about: About = ALONE) -> Verdict:
    readings = [Reading(step, source, target) for step, source, target in rows]
    judged = [Reading(step, judge=judge) for step, judge in gaps]
    return verdict(sorted([*readings, *judged], key=lambda each: each.step), about, ended=True)


def test_a_run_that_is_clearly_below_source_only_hurts_once_it_is_over() -> None:
    said = ended((10, 0.99, 0.65))
    assert said.headline == "This strategy hurts here: 7 points below source-only, run 12 (65 % against 72 %)."
    assert said.tone == "careful"
    early = told((10, 0.99, 0.65), about=ALONE)
    assert early.headline == "Still 7 points below source-only, run 12 (65 % against 72 %)." and early.tone == "plain"
    assert "hurts" not in ended((10, 0.99, 0.65), about=replace(ALONE, items=100)).headline
    assert "hurts" not in ended((10, 0.99, 0.65), about=replace(ALONE, items=0)).headline, "of 300 images at least"


def test_a_run_that_is_above_source_only_has_gained_though_it_was_better_when_the_source_was_learnt() -> None:
    rows, gaps = ((10, 0.99, 0.99), (20, 0.99, 0.85)), ((10, 0.9), (20, 0.6))
    alone = "27 points above source-only, run 12, without one target label (85 % against 58 %)."
    said = ended(*rows, gaps=gaps, about=replace(ALONE, baseline=0.58))
    assert (said.headline, said.tone) == (alone, "rise")
    assert said.detail.startswith("The gap shrank with it. A judge tells")
    assert ended(*rows, gaps=gaps, about=TWO).headline.startswith("Careful: the domains mix"), "nothing is known"
    few = replace(ALONE, baseline=0.58, baseline_run=None, labels=5)
    assert ended((20, 0.99, 0.85), about=few).headline.startswith(
        "27 points above source-only, with 5 target labels per class"
    )


def test_the_price_of_a_gain_over_source_only_is_told_and_a_loss_without_one_comes_first() -> None:
    gained = ended((10, 1.0, 0.4), (20, 0.6, 0.9), about=ALONE)
    assert (
        gained.headline.startswith("18 points above") and "On the source it fell from 100 % to 60 %." in gained.detail
    )
    lost = ended((10, 1.0, 0.4), (20, 0.6, 0.71))
    assert lost.headline == "The model is forgetting the source: 100 % → 60 %."
    assert "No clear difference from source-only, run 12 (71 % against 72 %)." in lost.detail


def test_what_is_as_good_as_source_only_is_said_so() -> None:
    assert ended((10, 0.99, 0.73)).headline == "No clear difference from source-only, run 12 (73 % against 72 %)."
    same = ended((10, 0.73, 0.72), about=replace(ALONE, guess=0.3))
    assert same.headline == "The target is as good as the source: 72 % and 73 %." and "run 12" in same.detail


def test_as_many_images_are_counted_as_were_told() -> None:
    def said(items: float) -> str:
        rows = [Reading(10, 0.99, 0.76, more={"target_items": items})]
        return verdict(rows, replace(ALONE, items=0), ended=True).headline

    # Wilson's intervals of 72 and 76 %: 70.0 to 73.9 and 74.1 to 77.8 of 2000 images; 67.9 to 75.8 with 500
    assert said(2000).startswith("4 points above") and said(500).startswith("No clear difference")


def test_source_only_itself_is_beside_nothing() -> None:
    assert "run 12" not in ended((10, 0.99, 0.6), about=replace(ALONE, is_baseline=True)).headline


def test_the_baseline_is_the_newest_of_the_same_data_backbone_and_seed(tmp_path: Path) -> None:
    store = Store(tmp_path / "lab.sqlite3")

    def over(spec: RunSpec, target: float, status: Status = "finished") -> Run:
        hold = Hold(store, store.submit(spec, holder=Process.me()))
        hold.record([], step=1, seconds=1.0, metrics={"target_accuracy": target})
        hold.end(status)
        return store.run(hold.id)

    alone, ours = RunSpec("source-only", "moons"), over(RunSpec("dann", "moons"), 0.9)
    assert about(store, ours).baseline is None
    over(alone, 0.5)
    found = over(alone, 0.6)
    over(replace(alone, steps=50), 0.3)
    over(alone, 0.2, "stopped")
    for other in (replace(alone, seed=1), replace(alone, shift=60.0), replace(alone, scenario="blobs")):
        over(other, 0.1)
    said = about(store, ours)
    assert (said.baseline, said.baseline_run) == (0.6, found.id), "the newest that is finished and as long"
    assert about(store, over(RunSpec("mmd", "moons", steps=50), 0.9)).baseline == 0.3
    assert about(store, found).baseline is None, "it is the baseline itself"


def test_an_ended_run_is_called_one_run() -> None:
    assert verdict([Reading(10, 0.9, 0.6)], TWO, ended=True).detail.endswith("(one run)")


def test_worse_than_guessing_is_survived() -> None:
    assert told((0, 0.05, 0.04), about=About(classes=10)).headline.startswith("Learning the source: 5 %")


def test_nothing_measured_is_said_so() -> None:
    assert verdict([], TWO).headline == "Nothing has been measured yet."


@pytest.mark.parametrize(
    ("judge", "level"),
    [
        (0.40, "same"),
        (0.55, "same"),
        (0.56, "partly"),
        (0.70, "partly"),
        (0.71, "clear"),
        (0.90, "clear"),
        (0.91, "apart"),
    ],
)
def test_words_for_the_judge(judge: float, level: str) -> None:
    assert judge_words(judge)[1] == level


def test_a_wide_interval_says_nothing_about_the_gap() -> None:
    assert judge_words(0.6, 0.5, 0.7)[0] == "Too few samples to say."


def test_a_run_that_cannot_go_on_says_why() -> None:
    stopped = waiting("failed", 212, "Loss became not-a-number at step 212.")
    assert stopped is not None and stopped.detail == "Loss became not-a-number at step 212."
    crashed = waiting("crashed", 1640, None)
    assert crashed is not None and crashed.detail == "Everything up to step 1,640 is kept."
    assert waiting("running", 3, None) is None


def test_halves_of_a_percent_go_up_as_in_the_browser() -> None:
    assert told((10, 0.985, 0.985)).headline.endswith("99 % and 99 %.")


def test_a_run_that_is_over_says_what_its_number_stands_on_and_what_was_kept() -> None:
    more = {"target_items": 600.0, "kept_step": 1200.0, "kept_target_accuracy": 0.842}
    said = verdict([Reading(1, 0.5, 0.5), Reading(2000, 0.99, 0.8, more=more)], TWO, ended=True).detail
    # Wilson's interval of 480 of 600, by statsmodels' proportion_confint: 0.7662 to 0.8301
    assert said.startswith("Target ⚑ 77–83 % (95 % interval, n = 600 held-out test images, one run). Kept: step 1,200")
    last = verdict([Reading(1200, 0.99, 0.8, more=more)], TWO, ended=True).detail
    assert "Kept: the last step." in last


@pytest.mark.parametrize(
    ("spec", "key", "means"),
    [
        (RunSpec("dann", "moons").completed(), "information", "no target label"),
        (RunSpec("k-means", "printed-to-handwritten").completed(), "none", "clusters have no names"),
        (RunSpec("dann", "moons", validator="none").completed(), "none", "as was asked for"),
        (RunSpec("dann", "moons"), "none", "in a run this old"),
    ],
)
def test_the_page_says_by_what_a_network_was_kept_or_why_none_was(spec: RunSpec, key: str, means: str) -> None:
    keeps = facts(cast(Run, SimpleNamespace(spec=spec)))["keeps"]
    assert keeps["key"] == key and means in keeps["means"]
