"""Who stands where: means, gains paired by seed, and winners, against scipy and against what can be seen."""

from dataclasses import replace

import pytest
from scipy import stats

from tlcore.runs import likeness
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.standings import by_scenario, standings, winner
from tlcore.runs.store import Store

OURS, THEIRS = [0.91, 0.86, 0.95], [0.71, 0.70, 0.78]


@pytest.fixture
def runs(store: Store) -> list[Run]:
    specs = [
        RunSpec(strategy, "moons", seed=seed).completed() for strategy in ("dann", "source-only") for seed in range(3)
    ]
    return [finished(store, spec, value) for spec, value in zip(specs, [*OURS, *THEIRS])]


def finished(store: Store, spec: RunSpec, accuracy: float) -> Run:
    return replace(store.submit(spec), status="finished", metrics={"target_accuracy": accuracy}, seconds=2.0)


def test_mean_interval_and_gain_agree_with_scipy(runs: list[Run]) -> None:
    ours, theirs = standings(runs)
    low, high = stats.t.interval(0.95, 2, loc=stats.tmean(OURS), scale=stats.sem(OURS))
    assert (ours.accuracy.low, ours.accuracy.high, ours.accuracy.n) == pytest.approx((low, high, 3))
    paired = stats.ttest_rel(OURS, THEIRS).confidence_interval(0.95)
    assert (ours.gain.low, ours.gain.high) == pytest.approx((paired.low, paired.high))
    assert theirs.gain is None and theirs.seconds == 2.0


def test_a_seed_without_its_reference_is_in_the_mean_and_not_in_the_gain(store: Store, runs: list[Run]) -> None:
    more = finished(store, RunSpec("dann", "moons", seed=7).completed(), 0.5)
    ours, _ = standings([*runs, more])
    assert (ours.accuracy.n, ours.gain.n) == (4, 3)


def test_the_same_hyper_parameters_before_the_defaults(store: Store) -> None:
    spec = RunSpec("dann", "moons", hparams={"lr": 0.01}).completed()
    plain, tuned = RunSpec("source-only", "moons"), RunSpec("source-only", "moons", hparams={"lr": 0.01})
    run, first = finished(store, spec, 0.9), finished(store, plain.completed(), 0.7)
    assert standings([run, first])[0].gain.value == pytest.approx(0.2)
    second = finished(store, tuned.completed(), 0.6)
    assert standings([run, first, second])[0].gain.value == pytest.approx(0.3)
    other_data = finished(store, RunSpec("source-only", "moons", shift=80).completed(), 0.6)
    assert standings([run, other_data])[0].gain is None


def test_labels_that_nobody_looks_at_make_no_difference(store: Store) -> None:
    tuned = finished(store, RunSpec("fine-tune", "moons", target_labels=5).completed(), 0.9)
    source = finished(store, RunSpec("source-only", "moons", target_labels=0).completed(), 0.6)
    assert standings([tuned, source])[0].gain.value == pytest.approx(0.3)
    marks = {likeness.mark(RunSpec(key, "moons", target_labels=n).completed()) for key in ("dann",) for n in (0, 5)}
    assert len(marks) == 1
    assert len({likeness.mark(RunSpec("fine-tune", "moons", target_labels=n).completed()) for n in (1, 5)}) == 2


def test_nobody_wins_while_intervals_overlap_and_an_oracle_never_does(store: Store, runs: list[Run]) -> None:
    def added(strategy: str, values: list[float]) -> list[Run]:
        return [finished(store, RunSpec(strategy, "moons", seed=k).completed(), v) for k, v in enumerate(values)]

    assert winner(standings(runs)) is None  # 0.91 ± 0.11 and 0.73 ± 0.11
    clear = added("mcd", [0.991, 0.992, 0.993])
    assert winner(standings([*added("deep-coral", [0.8, 0.81, 0.8]), *clear])).spec.strategy == "mcd"
    assert winner(standings([*added("deep-coral", [0.8, 0.99, 0.9]), *clear])) is None
    assert winner(standings([*clear, *added("target-only", [1.0, 1.0, 1.0])])) is None  # one rival alone wins nothing
    assert winner(standings(clear[:1] + added("deep-coral", [0.1]))) is None  # of one seed nobody knows


def test_what_is_not_finished_or_means_nothing_does_not_count(store: Store, runs: list[Run]) -> None:
    stopped = replace(runs[0], id=99, status="stopped", metrics={"target_accuracy": 0.0})
    broken = replace(runs[0], id=98, spec=RunSpec("?", "?", "?"))
    assert [each.accuracy.n for each in standings([stopped, broken, *runs])] == [3, 3]
    assert len(by_scenario(standings(runs))) == 1
