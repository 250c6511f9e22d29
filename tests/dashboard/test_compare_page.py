"""The Compare page: what is filtered, folded and said, against pandas, scipy and what can be seen; and its buttons."""

from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from scipy import stats

from dashboard.compare import budgets, curves, downloads, gains, heat, importance, tabling, timing, trading, watching
from dashboard.compare.examples import examples
from dashboard.compare.filtering import parsed
from dashboard.compare.gathering import Curve, differing, frame, gathered
from dashboard.compare.grouping import SEEDS, grouped, told
from dashboard.compare.showing import verdict
from dashboard.compare.tabling import runs_of
from dashboard.storing import store
from tests.dashboard.pages import checked, opened, press
from tlcore.runs import queueing
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.standings import standings

PAGE = "views/compare.py"
DANN, SOURCE = [0.9, 0.86, 0.95], [0.7, 0.7, 0.78]
ROW = {
    "strategy": "dann",
    "data": "Moons → rotated moons, 35°",
    "shift": 35.0,
    "seed": 0,
    ".title": "DANN",
    ".last": 0.9,
}


def finished(strategy: str, accuracy: float, **choices: object) -> Run:
    """A run that the store holds as finished, with a curve of three points."""
    run = store().submit(RunSpec(strategy, "moons", **choices))
    with store().database.writing() as db:
        db.execute(
            "UPDATE runs SET status = 'finished', step = 1200, steps = 1200, seconds = 3, metrics = ? WHERE id = ?",
            (f'{{"target_accuracy": {accuracy}, "source_accuracy": 0.99}}', run.id),
        )
    return store().run(run.id)


@pytest.fixture
def runs() -> list[Run]:
    ours = [finished("dann", value, seed=seed) for seed, value in enumerate(DANN)]
    return ours + [finished("source-only", value, seed=seed) for seed, value in enumerate(SOURCE)]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("dann", True),
        ("DANN moons", True),
        ("strategy:dann OR coral", True),
        ("strategy:coral OR dann", True),
        ("strategy:coral OR mcd", False),
        ("data:dann", False),
        ("shift:>30 shift:<=35", True),
        ("shift:>35", False),
        ("shift:30..40", True),
        ("shift=35", True),
        ("shift=3", False),
        ("-seed:0", False),
        ("-strategy:mcd", True),
        ('"rotated moons"', True),
        ('"moons rotated"', False),
        ("nothing:1", False),
    ],
)
def test_the_filter_says_what_it_means(text: str, holds: bool) -> None:
    assert parsed(text).holds(ROW) is holds


def test_a_setting_that_no_run_has_is_named() -> None:
    assert parsed("strategi:dann seed:0").unknown(set(ROW)) == ["strategi"]


def test_seeds_are_folded_into_a_mean_and_a_paired_gain(runs: list[Run]) -> None:
    table = frame(store(), gathered(store(), with_examples=False))
    first, second = grouped(table, SEEDS, True, "Gain")
    assert (first.label, second.label) == ("DANN", "Source only")
    row = told([first, second], differing(table))[0]
    paired = stats.ttest_rel(DANN, SOURCE).confidence_interval(0.95)
    assert row["Gain, 95 %"] == f"{100 * paired.low:+.1f} to {100 * paired.high:+.1f}"
    assert (row["n"], row["Gain"]) == (3, pytest.approx(100 * (stats.tmean(DANN) - stats.tmean(SOURCE))))
    assert len(grouped(table, SEEDS, False, "Strategy")) == 6
    by_seed = grouped(table, "seed", True, "Target, last")
    assert [each.label for each in by_seed] == ["Seed 2", "Seed 0", "Seed 1"]
    assert "**DANN** gains most over source-only: +18 points" in verdict(standings(runs))
    assert "no clear winner" in verdict(standings(runs))


def test_only_what_differs_is_told_and_defaults_of_a_strategy_are_no_news(runs: list[Run]) -> None:
    table = frame(store(), gathered(store(), with_examples=False))
    assert differing(table) == ["strategy"]
    finished("dann", 0.8, hparams={"strength": 0.1})
    table = frame(store(), gathered(store(), with_examples=False))
    assert differing(table) == ["strategy", "strength"]
    labels = {each.label for each in grouped(table, SEEDS, True, "Gain")}
    assert labels == {"DANN, reversal strength λ 0.1", "DANN, reversal strength λ 0.3", "Source only"}


def test_bands_are_of_steps_that_all_runs_have() -> None:
    one, two = ({"target_accuracy": [0.5, value, 0.9]} for value in (0.6, 0.8))
    lines = curves.table([("DANN", [Curve([0, 10, 20], one, None), Curve([0, 10, 30], two, None)])], "target_accuracy")
    assert list(lines["step"]) == [0, 10]
    low, high = stats.t.interval(0.95, 1, loc=0.7, scale=stats.sem([0.6, 0.8]))
    assert (lines["mean"][1], lines["low"][1], lines["high"][1], lines["n"][1]) == pytest.approx((0.7, low, high, 2))
    drawn = curves.figure(lines, ["dann"], "Target accuracy")
    assert [trace.name for trace in drawn.data if trace.name] == ["DANN (n = 2)"]
    single = curves.table([("DANN", [Curve([0], {"target_accuracy": [0.5]}, None)])], "target_accuracy")
    assert single["low"].isna().all() and curves.figure(single, ["dann"], "").data[0].name == "DANN (one run)"


def test_who_is_beaten_by_nobody_is_on_the_front() -> None:
    costs, values = [1, 2, 2, 3, 4, 1], [0.5, 0.7, 0.6, 0.7, 0.9, 0.99]
    assert trading.on_front(costs, values, [True] * 5 + [False]) == [True, True, False, False, True, False]


@pytest.mark.slow
def test_importance_finds_the_setting_that_matters() -> None:
    rows = pd.DataFrame(
        [
            {"lr": lr, "batch": batch, ".last": 0.5 + 0.1 * lr + 0.001 * ((7 * lr + batch) % 3)}
            for lr in (1, 2, 3, 4)
            for batch in (16, 32, 64)
        ]
    )
    ranked, fit = importance.estimated(rows, ["batch", "lr"])
    assert ranked["setting"][0] == "Learning rate" and ranked["importance"][0] > 5 * abs(ranked["importance"][1])
    assert ranked["correlation"][0] == pytest.approx(stats.spearmanr(rows["lr"], rows[".last"]).statistic)
    assert fit > 0.5


def test_a_star_only_where_it_is_certain(runs: list[Run]) -> None:
    names = {run.id: "Moons" for run in runs}
    cells = heat.table(runs, names)
    assert set(cells["winner"]) == {"no clear winner"}
    sure = [finished("mcd", value, seed=seed) for seed, value in enumerate([0.997, 0.998, 0.999])]
    cells = heat.table([*runs[3:], *sure], names | {run.id: "Moons" for run in sure})
    assert set(cells["winner"]) == {"MCD"}
    assert "★" in str(heat.figure(cells).data[0].text)


def test_every_table_can_be_taken_away(runs: list[Run]) -> None:
    table = runs_of(frame(store(), gathered(store(), with_examples=True)))
    for back in (pd.read_parquet(BytesIO(downloads.as_parquet(table))), pd.read_csv(BytesIO(downloads.as_csv(table)))):
        assert len(back) == len(table)
        assert back["last"].tolist() == pytest.approx(table["last"].tolist())


def test_time_is_told_from_runs_of_the_same_kind(runs: list[Run]) -> None:
    wanted = [RunSpec(key, "moons", steps=600, seed=9).completed() for key in ("dann", "source-only", "mcd")]
    seconds, unknown = timing.expected(wanted, runs)
    assert seconds == pytest.approx(3.0)  # two of half of three seconds, and one unknown
    assert unknown == wanted[2:]
    assert len(timing.to_try([*unknown, replace(wanted[2], seed=4)])) == 1  # one trial tells of both


def test_the_shipped_examples_are_real_runs_that_fill_every_view() -> None:
    shipped = [each.run for each in examples().values()]
    assert len(shipped) >= 60 and all(run.id < 0 for run in shipped)
    assert all(0 <= value <= 1 for each in examples().values() for line in each.curves.values() for value in line)
    table = frame(store(), shipped)
    groups = grouped(table, SEEDS, True, "Gain")
    assert not gains.table(groups).empty
    assert len(heat.table(shipped, dict(zip(table[".run"], table["data"])))["data"].unique()) >= 3
    assert trading.table(groups, ".seconds")["front"].any()
    assert budgets.table(table)["labels"].nunique() >= 3
    assert any(each.gain and each.gain.n >= 3 for each in standings(shipped))


def test_the_page_is_never_empty_and_a_link_keeps_filter_and_view() -> None:
    app = opened(PAGE, q="strategy:dann OR coral", view="Gain", by="strategy")
    assert app.text_input(key="q").value == "strategy:dann OR coral"
    text = " ".join(each.value for each in (*app.markdown, *app.caption))
    assert "gains most over source-only" in text
    assert "seed by seed" in text  # the view that was asked for is drawn
    assert "Each mark is a mean over n = " in text and "pairs with the source alone" in text
    (table,) = [each.value for each in app.dataframe if "Gain, 95 %" in each.value.columns]
    assert set(table["Strategy"]) == {"DANN", "Deep CORAL"} and set(table["From"]) == {"example"}
    checked(app.text_input(key="q").set_value("nothing-like-it").run())
    assert any("passes this filter" in each.value for each in app.info)


def test_a_comparison_is_started_paused_and_cancelled_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "TWICE", 0)
    app = opened(PAGE)
    app.toggle(key="examples-False").set_value(False)  # nothing to draw: quicker
    checked(app.multiselect(key="new-strategies").set_value(["source-only", "dann"]).run())
    checked(app.text_input(key="new-settings").set_value("steps=40 shift=30,60").run())
    press(app, next(each.label for each in app.button if each.label.startswith("Run 12 runs")))
    (asked,) = queueing.all_asked(store())
    assert [run.status for run in asked.runs(store())] == ["queued"] * 12
    press(app, "Pause")
    assert asked.state(store()) == "paused"
    press(app, "Go on")
    assert asked.state(store()) == "running"
    monkeypatch.setattr(watching, "TWICE", 60)
    press(app, "Pause")  # the second press of a double click
    assert asked.state(store()) == "running"
    monkeypatch.setattr(watching, "TWICE", 0)
    press(app, "Cancel")
    assert asked.runs(store()) == []
    checked(app.text_input(key="new-settings").set_value("steps").run())
    assert any("name=value" in each.value for each in app.warning)
    checked(app.text_input(key="new-settings").set_value("stepz=3").run())
    assert any("stepz" in each.value for each in app.warning)


def test_runs_of_two_stores_or_twice_the_same_experiment_count_once(runs: list[Run]) -> None:
    again = finished("dann", 0.1, seed=0)
    table = frame(store(), gathered(store(), with_examples=False))
    assert len(table) == 6 and again.id in set(table[".run"])  # the newest of the two
    broken = replace(again, spec=RunSpec("?", "?", "?"))
    assert standings([broken]) == []


def test_a_row_that_is_chosen_leads_to_its_newest_run(runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    (best, *_) = grouped(frame(store(), gathered(store(), with_examples=False)), SEEDS, True, "Gain")
    drawn: list[tuple[str, dict]] = []
    monkeypatch.setattr(tabling.st, "page_link", lambda page, **told: drawn.append((page, told["query_params"])))
    tabling.opened(best)
    newest = str(runs[2].id)
    assert drawn == [
        ("views/play.py", {"d": "moons", "s": "dann", "seed": "2", "run": newest}),
        ("views/inspect.py", {"run": newest}),
    ]
    drawn.clear()
    (example, *_) = grouped(frame(store(), [examples()[-1].run]), SEEDS, True, "Gain")
    tabling.opened(example)
    assert drawn == []
