"""Alerts are raised when they should be, and never by a healthy run, by chance or by too few numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcore import catalogue
from tlcore.errors import RequestError
from tlcore.lessons import LESSONS
from tlcore.runs.alerting import MEANINGS, Alert, Case, History, found, gentler, raised
from tlcore.runs.alerting.case import case
from tlcore.runs.alerting.stretches import lasting
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.training.events import PHASE, Evaluated, Finished, Measured, Observed

TWO = Case(steps=1000, classes=2, guess=0.5, aligns=True, rate=1.0)
TEN = replace(TWO, classes=10, guess=0.1)
SHARES = st.floats(0.0, 1.0)


def grades(
    sources: Sequence[float], targets: Sequence[float] | None = None, **more: Sequence[float]
) -> list[Evaluated]:
    """Evaluations, evenly over a thousand steps."""
    targets = targets or [0.7] * len(sources)
    rows = [{name: values[k] for name, values in more.items()} for k in range(len(sources))]
    every = 1000 // len(sources)
    return [
        Evaluated((k + 1) * every, {"source_accuracy": source, "target_accuracy": target, **row})
        for k, (source, target, row) in enumerate(zip(sources, targets, rows, strict=True))
    ]


def losses(values: Sequence[float], name: str = "classification", first: int = 1) -> list[Measured]:
    every = 1000 // len(values)
    return [Measured(first + k * every, {name: value}) for k, value in enumerate(values)]


def judged(values: Sequence[float]) -> list[Observed]:
    every = 1000 // len(values)
    return [Observed((k + 1) * every, "frame", {"judge": value}) for k, value in enumerate(values)]


def told(*events: Sequence[Any], about: Case = TWO) -> Mapping[str, Alert]:
    ordered = sorted((each for part in events for each in part), key=lambda each: each.step)
    return {each.key: each for each in raised(History.of(ordered), about)}


FALLING = [1 / (1 + k / 5) for k in range(100)]
RISING = [0.5 + 0.49 * min(1.0, k / 10) for k in range(40)]
HEALTHY = (losses(FALLING), grades(RISING, [0.5 + 0.4 * min(1.0, k / 20) for k in range(40)]), judged([0.9] * 40))


def test_a_healthy_run_is_left_alone() -> None:
    assert not told(*HEALTHY) and not told(*HEALTHY, about=TEN)


def test_a_number_that_is_none_is_an_error_with_its_step_and_the_learning_rate() -> None:
    alert = told(losses(FALLING), [Measured(1001, {"classification": nan, "domain": 0.7})])["not-a-number"]
    assert (alert.level, alert.step) == ("error", 1001)
    assert "'classification'" in alert.sentence and "learning rate, 1," in alert.sentence
    rising = told(losses([0.1] * 60 + [90.0] * 40), [Measured(1001, {"classification": nan})])
    assert set(rising) == {"not-a-number"}, "the loss was too high before, which is the same thing"
    assert "or a loss weight" in told([Measured(5, {"x": nan})], about=Case(9))["not-a-number"].sentence


def test_what_comes_after_a_number_that_is_none_changes_nothing_about_it() -> None:
    events = [Measured(5, {"domain": nan}), Measured(6, {"classification": nan})]
    assert told(events)["not-a-number"].step == 5


def test_a_source_that_falls_is_forgotten_and_who_gains_as_much_has_paid() -> None:
    fell = [0.9] * 10 + [0.84] * 10
    alert = told(grades(fell))["forgetting"]
    assert (alert.level, alert.step, alert.until) == ("warn", 550, None)
    assert "from 90 % to 84 %" in alert.sentence and alert.lesson == "price-of-learning"
    paid = told(grades(fell, [0.6] * 10 + [0.66] * 10))["forgetting"]
    assert paid.level == "info" and "the price of what" in paid.sentence
    assert told(grades(fell, [0.6] * 10 + [0.64] * 10))["forgetting"].level == "warn"
    assert told(grades(fell), about=replace(TWO, baseline=0.64))["forgetting"].level == "info", "0.7 is 6 points above"
    assert told(grades(fell), about=replace(TWO, baseline=0.66))["forgetting"].level == "warn"
    over = told(grades([0.9] * 10 + [0.84] * 5 + [0.9] * 5))["forgetting"]
    assert (over.level, over.until) == ("info", 800), "it has recovered"


@pytest.mark.parametrize(
    ("sources", "about"),
    [
        ([0.9] * 10 + [0.86] * 10, TWO),  # 4 points
        ([0.9] * 10 + [0.7, 0.7] + [0.9] * 8, TWO),  # two evaluations
        ([0.5] * 5 + [0.99] + [0.9] * 14, TWO),  # below one lucky evaluation
        ([0.7] * 10 + [0.6] * 10, TWO),  # it had not learnt it
        ([0.9] * 10 + [0.5] * 10, replace(TWO, learns_source=False)),
        ([0.9] * 10 + [0.5] * 10, replace(TWO, named=False)),
    ],
)
def test_what_is_no_forgetting(sources: Sequence[float], about: Case) -> None:
    assert "forgetting" not in told(grades(sources), about=about)


def test_a_judge_that_always_knows_has_won_where_domains_should_meet() -> None:
    sure = judged([0.8] * 10 + [1.0] * 30)
    alert = told(sure)["judge-wins"]
    assert (alert.level, alert.step, alert.lesson) == ("warn", 275, "a-duel")
    assert not told(sure, about=replace(TWO, aligns=False))
    assert not told(judged([0.8] * 32 + [1.0] * 8)), "175 steps"
    assert not told(judged([0.99] * 40))
    assert not told(sure, grades([0.9] * 20), about=replace(TWO, baseline=0.6)), "it pays all the same"
    assert told(sure, grades([0.9] * 20), about=replace(TWO, baseline=0.68)), "0.7 is no more than 2 points above"
    assert not told(sure, about=replace(TWO, steps=10_000)), "not long for so long a run"


def test_one_class_for_all_is_a_warning_unless_the_target_is_of_one_class() -> None:
    def answers(top: float, label: float) -> Mapping[str, Alert]:
        spread = {"target_top_answer": [0.5] * 10 + [top] * 10, "target_top_label": [label] * 20}
        return told(losses(FALLING), grades([0.9] * 20, **spread))

    alert = answers(0.95, 0.5)["one-class"]
    assert (alert.level, alert.step) == ("warn", 550) and alert.sentence.startswith("95 % of the target's images")
    assert not answers(0.9, 0.5) and not answers(0.95, 0.95)


def test_a_head_that_nobody_has_taught_may_answer_what_it_likes() -> None:
    spread = {"target_top_answer": [1.0] * 20, "target_top_label": [0.5] * 20}
    assert "one-class" not in told(losses(FALLING, "contrast"), grades([0.5] * 20, **spread))
    assert "one-class" in told(losses(FALLING), grades([0.9] * 20, **spread))


MIXING = (grades([0.99] * 20, [0.8] * 8 + [0.6] * 12), judged([0.9] * 8 + [0.6] * 12))


def test_a_smaller_gap_with_a_worse_target_is_a_warning_unless_it_beats_the_source_alone() -> None:
    alert = told(*MIXING)["mixed-up"]
    assert (alert.level, alert.lesson) == ("warn", "when-the-gap-lies")
    assert 450 <= alert.step <= 550 and "from 80 % to 60 %" in alert.sentence
    assert "mixed-up" in told(*MIXING, about=replace(TWO, baseline=0.65))
    assert "mixed-up" not in told(*MIXING, about=replace(TWO, baseline=0.5))
    assert "mixed-up" not in told(MIXING[0], judged([0.9] * 20)), "the gap stays"
    assert "mixed-up" not in told(grades([0.99] * 20), MIXING[1]), "the target stays"
    assert "mixed-up" not in told(*MIXING, about=replace(TWO, aligns=False))


def test_a_plateau_far_from_the_best_is_told_and_one_at_the_best_is_not() -> None:
    still = losses([0.69] * 100)
    alert = told(still, grades([0.51] * 40))["plateau"]
    assert alert.level == "info" and "where guessing is (50 %)" in alert.sentence and alert.step == 750
    fallen = told(still, grades([0.95] * 10 + [0.8] * 30))["plateau"]
    assert "its best was 95 %" in fallen.sentence
    assert "plateau" not in told(still, grades([0.95] * 40))
    assert "plateau" not in told(losses(FALLING), grades([0.51] * 40)), "the loss still moves"
    assert "plateau" not in told(losses([0.69] * 100, "contrast"), grades([0.51] * 40)), "nobody teaches the head"
    assert "plateau" not in told(still, grades([0.51] * 9)), "three evaluations"
    assert "plateau" in told(still, grades([0.51] * 16))
    moved = [*still, Observed(900, PHASE, {"begins": "adapt", "ends": "learn"})]
    assert "plateau" not in told(moved, grades([0.51] * 40)), "a new phase has just begun"


def test_a_jump_of_the_loss_is_a_spike() -> None:
    jump = [0.1] * 60 + [5.0] + [0.1] * 39
    alert = told(losses(jump))["spike"]
    assert (alert.level, alert.step, alert.until) == ("info", 601, 611), "it went down again at once"
    assert told(losses([0.1] * 60 + [5.0]))["spike"].level == "warn"
    assert "spike" not in told(losses([0.1] * 60 + [0.6] * 40)), "guessing is no better"
    assert "spike" not in told(losses([0.6] * 60 + [5.0] * 40)), "not ten times as high"
    assert "spike" not in told(losses([0.1] * 19 + [5.0]))
    new = Observed(600, PHASE, {"begins": "adapt", "ends": "learn"})
    assert "spike" not in told(losses(jump), [new]), "another phase has other losses"


def test_a_loss_above_guessing_for_long_is_too_high() -> None:
    alert = told(losses([0.5] * 40 + [90.0] * 60))["too-high"]
    assert alert.level == "warn" and "as high as 90" in alert.sentence and 400 < alert.step <= 520
    assert set(told(losses([0.05] * 40 + [90.0] * 60))) == {"too-high"}, "and no spike beside it"
    assert "too-high" not in told(losses([2.0] * 100)), "less than three times guessing"
    assert "too-high" not in told(losses([0.5] * 60 + [90.0] * 9 + [0.5] * 31))


@given(st.lists(st.tuples(SHARES, SHARES, SHARES), max_size=2), st.lists(st.floats(0, 1e6), max_size=9))
def test_too_few_numbers_say_nothing(rows: list[tuple[float, float, float]], values: list[float]) -> None:
    events = grades([a for a, _, _ in rows], [b for _, b, _ in rows]) if rows else []
    assert not told(events, judged([c for *_, c in rows]) if rows else [], losses(values) if values else [])


@given(st.lists(SHARES, min_size=3, max_size=40))
def test_forgetting_is_told_only_of_a_real_fall(sources: list[float]) -> None:
    alert = told(grades(sources)).get("forgetting")
    fallen = any(
        max(sources[:k]) - max(sources[k : k + 3]) > 0.05 for k in range(1, len(sources) - 2) if len(sources[:k]) >= 3
    )
    assert alert is None or fallen


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 4))
def test_the_last_stretch_that_is_long_enough_is_found(marks: list[bool], times: int) -> None:
    found = lasting(list(enumerate(marks)), times)
    ends = [k for k in range(len(marks)) if all(marks[max(0, k - times + 1) : k + 1]) and k >= times - 1]
    assert (found is None) == (not ends)
    if found is not None:
        begun, until = found
        assert all(marks[begun : ends[-1] + 1]) and (begun == 0 or not marks[begun - 1])
        assert until == (None if ends[-1] == len(marks) - 1 else ends[-1] + 1)


def test_the_end_tells_the_last_evaluation_again_and_it_counts_once() -> None:
    history = History.of([*grades([0.9, 0.9]), Finished(1000, {"source_accuracy": 0.9, "target_accuracy": 0.7})])
    assert len(history.grades) == 2


def test_every_kind_has_a_meaning_and_its_lesson_is_there() -> None:
    keys = {each.key for each in LESSONS}
    alerts = [
        *told(grades([0.9] * 10 + [0.8] * 10)).values(),
        *told(judged([1.0] * 40)).values(),
        *told(*MIXING).values(),
    ]
    assert alerts and all(each.key in MEANINGS and each.lesson in keys for each in alerts)
    assert alerts[0].line.startswith("WARN, step 550: Source accuracy")


def run_of(spec: RunSpec, **changes: Any) -> Run:
    spec = spec.completed()
    row = Run(
        7, spec, "finished", "run", None, None, 900, 1000, 0.0, None, None, 9.0, "cpu", Process.me(), None, None, None,
        {}, None, 0,
    )  # fmt: skip
    return replace(row, **changes)


HOT = RunSpec("linear-probe", "moons", hparams={"lr": 10.0, "decay": 0.5})


def test_the_circumstances_come_from_the_catalogue() -> None:
    assert case(run_of(RunSpec("dann", "moons"))) == Case(1000, 2, 0.5, True, True, True, 0.003)
    digits = case(run_of(RunSpec("fine-tune", "printed-to-handwritten")))
    assert (digits.classes, digits.guess, digits.aligns) == (10, 0.1, False)
    assert not case(run_of(RunSpec("k-means", "printed-to-handwritten"))).named
    assert case(replace(run_of(HOT), spec=RunSpec("gone", "gone"))).named is False


def test_a_rate_above_its_default_is_taken_to_a_tenth_and_else_all_of_them() -> None:
    hot = gentler(HOT.completed()).hparams
    assert (hot["lr"], hot["source_lr"], hot["decay"]) == (1.0, 0.003, 0.5)
    plain = gentler(RunSpec("linear-probe", "moons").completed()).hparams
    assert (plain["lr"], plain["source_lr"]) == (0.001, 0.0003)
    with pytest.raises(RequestError, match="a tenth of it is less"):
        gentler(RunSpec("dann", "moons", hparams={"lr": 1e-6}).completed())


def test_every_strategy_can_be_tried_more_gently() -> None:
    for key, each in catalogue.strategies().items():
        rates = {one["name"]: one["default"] for one in each["hparams"]}
        spec = RunSpec(key, "moons", hparams=rates)
        try:
            spec = spec.completed()
        except RequestError:
            continue  # it does not take points
        assert gentler(spec) != spec


def test_what_can_be_done_stands_beside_what_is_wrong() -> None:
    history = History.of([Observed(330, "frame", {"judge": 0.9}), Measured(361, {"classification": nan})])
    (broken,) = found(run_of(HOT, status="failed", error="The loss …"), history)
    assert [(each.act, each.words, each.step) for each in broken.remedies] == [
        ("gentler", "Retry with a learning rate of 1", None),
        ("show", "Show step 330", 330),
    ]
    (early,) = found(run_of(HOT, status="failed"), History.of([Measured(1, {"classification": nan})]))
    assert [each.act for each in early.remedies] == ["gentler"], "there is no picture from before"
    (crashed,) = found(run_of(HOT, status="crashed", error="Its process ended."), History())
    assert [each.words for each in crashed.remedies] == ["Resume from 900", "Log"]
    assert crashed.sentence == "Training stopped unexpectedly. Its process ended." and crashed.level == "error"
    (failed,) = found(run_of(HOT, status="failed", error="The disk is full.", step=0), History())
    assert failed.sentence == "The disk is full." and [each.act for each in failed.remedies] == ["log"]
    (small,) = found(run_of(HOT, batch=32), History())
    assert (small.level, small.key) == ("info", "less-room") and "32 images at a time instead of 64" in small.sentence
