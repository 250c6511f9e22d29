"""A run beside its references: which they are, from which runs they are taken, and what is said."""

from dataclasses import replace

import pytest

from tlcore.runs.references import Gap, ask_for, gaps, reference, referred
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store

SPEC = RunSpec("dann", "moons", steps=30, seed=4)


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "s")
    yield store
    store.close()


def done(store: Store, spec: RunSpec, accuracy: float) -> Run:
    run = store.submit(spec)
    with store.database.writing() as db:
        told = f'{{"target_accuracy": {accuracy}}}'
        db.execute("UPDATE runs SET status = 'finished', metrics = ? WHERE id = ?", (told, run.id))
    return run


def told(reference: str, adapted: list[float], against: list[float]) -> Gap:
    return Gap(reference, dict(enumerate(adapted)), dict(enumerate(against)), 0, [])


def test_with_target_labels_there_are_two_references_and_else_one() -> None:
    assert referred(SPEC) == ["source-only"]
    assert referred(RunSpec("fine-tune", "printed-to-handwritten", target_labels=5)) == ["source-only", "scratch"]
    assert referred(RunSpec("source-only", "moons")) == []
    assert referred(RunSpec("scratch", "printed-to-handwritten", target_labels=5)) == ["source-only"]


def test_a_reference_has_the_same_data_seed_and_length_and_its_own_settings() -> None:
    spec = replace(SPEC, hparams={"strength": 3.0, "lr": 0.1}, shift=50.0).completed()
    other = reference(spec, "source-only")
    assert (other.scenario, other.shift, other.seed, other.backbone) == ("moons", 50.0, 4, spec.backbone)
    assert other.hparams["steps"] == 30
    assert other.hparams["lr"] == RunSpec("source-only", "moons").completed().hparams["lr"]


def test_what_is_missing_is_asked_for_once(store: Store) -> None:
    done(store, SPEC, 0.9)
    done(store, reference(SPEC, "source-only"), 0.7)
    (before,) = gaps(store, SPEC)
    assert before.seeds == [4] and len(before.missing) == 4
    assert len(ask_for(store, [before])) == 4
    (after,) = gaps(store, SPEC)
    assert (list(after.missing), after.waiting) == ([], 4)
    assert ask_for(store, [after]) == []
    few = RunSpec("fine-tune", "printed-to-handwritten", target_labels=5, steps=10)
    assert len(ask_for(store, gaps(store, few))) == 9  # three of its own, asked for once, and three of each reference


def test_the_gap_is_paired_by_seed_and_found_whatever_device_or_name(store: Store) -> None:
    for more, (ours, theirs) in enumerate([(0.9, 0.7), (0.8, 0.62), (0.95, 0.74)]):
        spec = replace(SPEC, seed=4 + more)
        done(store, replace(spec, device="cpu", observe=False), ours)
        done(store, reference(spec, "source-only"), theirs)
    (found,) = gaps(store, SPEC)
    assert found.seeds == [4, 5, 6]
    assert found.gap is not None and found.gap.value == pytest.approx(-0.59 / 3)
    assert found.gap.clear_of(0)


def test_a_verdict_needs_an_interval_that_is_clear_of_nought() -> None:
    pays = told("source-only", [0.9, 0.91, 0.92], [0.7, 0.72, 0.71]).verdict
    assert (
        pays == "It pays: 20 points above the source alone (95 % interval +18 to +22, paired t-test p < .001, 3 seeds)."
    )
    hurts = told("source-only", [0.6, 0.61, 0.6], [0.7, 0.72, 0.71]).verdict
    assert hurts.startswith("This strategy hurts here: 11 points below the source alone (95 % interval −")
    unclear = told("scratch", [0.6, 0.8, 0.7], [0.7, 0.6, 0.7]).verdict
    assert unclear.startswith("No clear difference from the target labels alone after 3 seeds")
    one = told("source-only", [0.9], [0.5])
    assert "one seed" in one.verdict and one.as_json()["gap"] is None
    assert told("source-only", [], []).verdict == "Nothing to compare with the source alone yet."
