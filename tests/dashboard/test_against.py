"""Does it pay? The panel on Play: what it compares, what one press starts, and what it says in the end."""

from dataclasses import replace

import pytest
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from dashboard import visit
from dashboard.storing import store
from tests.dashboard.pages import checked, opened, press
from tlcore.runs.references import reference
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

SPEC = RunSpec("dann", "moons").completed()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(visit, "SETTLED", 0.0)
    return store()


def done(runs: Store, spec: RunSpec, accuracy: float, items: int = 0) -> None:
    run = runs.submit(spec)
    with runs.database.writing() as db:
        told = f', "target_items": {items}' if items else ""
        metrics = f'{{"target_accuracy": {accuracy}, "source_accuracy": 1.0{told}}}'
        db.execute("UPDATE runs SET status = 'finished', metrics = ? WHERE id = ?", (metrics, run.id))


def text(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption))


def test_one_press_starts_what_is_missing_and_only_that(runs: Store) -> None:
    app = opened()
    assert "Nothing to compare with the source alone yet." in text(app)
    press(app, "Start 5 runs")  # the first of six trains already
    assert sorted((run.spec.strategy, run.spec.seed) for run in runs.runs()) == [
        *(("dann", seed) for seed in range(3)), *(("source-only", seed) for seed in range(3)),
    ]  # fmt: skip
    assert "6 runs on the way." in text(checked(app.run()))
    assert not [button for button in app.button if button.label.startswith("Start ")]


def test_the_verdict_stands_over_the_seeds_that_it_comes_from(runs: Store) -> None:
    for seed, (ours, theirs) in enumerate([(0.9, 0.7), (0.92, 0.71), (0.91, 0.72)]):
        spec = replace(SPEC, seed=seed)
        done(runs, reference(spec, "source-only"), theirs)
        done(runs, spec, ours)
    said = text(opened(d="moons", s="dann"))
    assert (
        "It pays: 20 points above the source alone (95 % interval +18 to +22, paired t-test p < .001, 3 seeds)." in said
    )
    assert "| 1 | 92\\.0% | 71\\.0% |" in said or "| 1 | 92.0% | 71.0% |" in said
    assert "negative-transfer gap" in said


def test_every_accuracy_stands_with_its_interval_and_how_many_images_it_is(runs: Store) -> None:
    done(runs, SPEC, 0.92, items=500)
    done(runs, reference(SPEC, "source-only"), 0.71)
    (row,) = [
        line for line in text(opened(d="moons", s="dann")).splitlines() if line.startswith("| 0 | 92") and "(" in line
    ]
    ours, theirs = [cell.strip().replace("\\", "") for cell in row.split("|")[2:4]]
    low, high = binomtest(460, 500).proportion_ci(method="wilson")
    assert ours == f"92.0% ({100 * low:.0f}–{100 * high:.0f} %, n 500)"
    assert theirs == "71.0%", "a run that did not tell how many has no interval"


def test_a_reference_has_no_reference(runs: Store) -> None:
    assert "what others are held against" in text(opened(d="moons", s="source-only"))
