"""The tables of validators and scores: ties, what counts once, and what is drawn together."""

import pytest

from benchmarks.chosen import ORACLE, Place, by_strategy, checkpoint_choices, lost, lost_at
from benchmarks.ranked_tables import CHANCE, missed, ordered
from benchmarks.ranked_tables import lost as first_choice_lost

SAME = [{"v": 1.0, ORACLE: 0.9}, {"v": 1.0, ORACLE: 0.5}, {"v": 0.0, ORACLE: 1.0}]


def test_of_equal_checkpoints_the_last_is_chosen_and_of_equal_settings_none_comes_last() -> None:
    assert lost(SAME, "v") == pytest.approx(50)
    assert lost(SAME, "v", ordered=False) == pytest.approx(30)
    assert lost(SAME[::-1], "v", ordered=False) == pytest.approx(30)


def test_a_scenario_counts_once_however_many_runs_it_had() -> None:
    def run(end: float) -> list[dict[str, float]]:
        return [{ORACLE: 1.0}, {ORACLE: end}]

    told = {Place("moons", 0, "dann", factor): run(0.9) for factor in (1.0, 0.25, 4.0)}
    told[Place("blobs", 0, "dann", 1.0)] = run(0.5)
    assert by_strategy(checkpoint_choices(told), lambda each: lost_at(each, -1)) == {"dann": pytest.approx(30)}


def test_of_backbones_that_a_score_cannot_tell_apart_the_mean_is_lost() -> None:
    said = {("a", ""): {"logme": 1.0}, ("b", ""): {"logme": 1.0}, ("c", ""): {"logme": 0.0}}
    reached = [(("a", ""), 0.5), (("b", ""), 0.9), (("c", ""), 1.0)]
    assert first_choice_lost("logme", said, reached) == pytest.approx(30)
    assert first_choice_lost(CHANCE, said, reached) == pytest.approx(20)


def test_seeds_of_the_same_backbones_make_an_interval_no_narrower() -> None:
    """They are drawn together: three seeds that say the same know as much as one."""
    who = [(str(k), "") for k in range(6)]
    said = {each: {"logme": value} for each, value in zip(who, (0.1, 0.5, 0.2, 0.6, 0.3, 0.4), strict=True)}
    reached = {each: k / 10 for k, each in enumerate(who)}
    one, three = (ordered({"digits": [(said, reached)] * seeds})[2] for seeds in (1, 3))
    assert one == three
    assert "(-" in one  # an interval, and it holds 0
    assert missed({"digits": [(said, reached)] * 2})[2].startswith("| logme | 20.0 (20.0, 20.0) |")
