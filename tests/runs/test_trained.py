"""A run's network comes back as training left it, and without a step of training."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.runs.conftest import SMALL, until
from tests.strategies.small import small, small_exam, small_task
from tlcore.errors import CheckpointError, Stale, UnknownKey
from tlcore.runs import checkpoints
from tlcore.runs.engine import checkpoint_file, execute
from tlcore.runs.processes import Process
from tlcore.runs.steering import Control
from tlcore.runs.trained import restore, trained
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training.bystander import untouched
from tlcore.training.loop import Rhythm, train


def finished(store, **changes):
    run = store.submit(replace(SMALL, **changes), holder=Process.me())
    execute(store, run.id, Control())
    return store.run(run.id)


def answers(strategy: Strategy[Any]) -> Iterator[Tensor]:
    """What it says of held-out images of both domains, and where it puts them."""
    with untouched(strategy):
        for domain in (small_exam().source, small_exam().target):
            yield strategy.predict(domain.inputs)
            yield strategy.embed(domain.inputs)


def test_a_finished_run_has_the_accuracy_that_was_told(store):
    run = finished(store, strategy="dann")
    drawn = torch.get_rng_state()
    found = trained(store, run.id)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert (found.run.id, found.step) == (run.id, 60)
    assert not found.network.training
    with untouched(found.strategy):
        grades = found.built.evaluators[0].evaluate(found.strategy, final=True)
    assert grades["target_accuracy"] == run.metrics["target_accuracy"]
    assert trained(store, finished(store, strategy="dann", seed=1).id).run.metrics != run.metrics


def test_what_a_validator_picked_has_the_accuracy_that_was_told(store):
    run = finished(
        store, strategy="dann", hparams={"lr": 0.05, "strength": 3.0}
    )  # so restless that the end is not best
    step = run.metrics["kept_step"]
    assert step < 60
    found, last = trained(store, run.id, "kept"), trained(store, run.id)
    assert found.step == step and last.step == 60
    assert not torch.equal(found.network.head.weight, last.network.head.weight)
    with untouched(found.strategy):
        grades = found.built.evaluators[0].evaluate(found.strategy, final=True)
    assert grades["target_accuracy"] == run.metrics["kept_target_accuracy"]
    curve = {each.step: each.event.values for each in store.events(run.id, kinds=("evaluated",))}
    scores = {step: values["validator_information"] for step, values in curve.items() if step > 0}
    assert max(scores, key=lambda each: (scores[each], each)) == step
    assert curve[step]["validator_information"] == grades["validator_information"]


def test_where_nothing_was_kept_it_says_so(store):
    run = finished(store, validator="none", steps=12)
    assert not list(store.folder(run.id).glob("kept-*"))
    assert "kept_step" not in run.metrics
    with pytest.raises(CheckpointError, match="has kept no network"):
        trained(store, run.id, "kept")
    other = finished(store, steps=12)
    (file,) = store.folder(other.id).glob("kept-*")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="missing or damaged"):
        trained(store, other.id, "kept")


def test_a_stopped_run_stands_at_its_last_checkpoint(store):
    run = store.submit(SMALL, holder=Process.me())
    store.ask(run.id, pace=200)
    control = Control()
    thread = threading.Thread(target=execute, args=(store, run.id, control))
    thread.start()
    until(lambda: store.run(run.id).step > 5)
    store.ask(run.id, want="stop")
    thread.join()
    step = store.run(run.id).step
    found = trained(store, run.id)
    assert found.step == step < 60
    (kept, *_) = checkpoints.load(checkpoint_file(store, run.id))[1][-1]["kept"]
    assert all(torch.equal(value, kept[name]) for name, value in found.network.state_dict().items())


TELLING = ("adda", "lora")  # a twin, a network that grows


@pytest.mark.parametrize(
    "key", [*TELLING, *(pytest.param(key, marks=pytest.mark.slow) for key in sorted({*STRATEGIES} - {*TELLING}))]
)
def test_every_strategy_comes_back_in_the_middle_and_at_the_end(key):
    whole = small(key)
    middle = whole.length() // 2
    task, states, said = small_task(), {}, {}
    for _ in train(whole, task, rhythm=Rhythm(eager=True)):
        if whole.journal.step in (middle, whole.length()):
            states[whole.journal.step] = whole.journal.state()
            said[whole.journal.step] = list(answers(whole))
    for step, state in states.items():
        again = small(key, network_seed=99)
        restore(again, task, state)
        assert again.journal.step == step
        assert all(torch.equal(one, other) for one, other in zip(answers(again), said[step], strict=True)), step


def test_where_there_is_no_checkpoint_a_sentence_says_so(store):
    with pytest.raises(UnknownKey):
        trained(store, 7)
    run = store.submit(SMALL)
    with pytest.raises(CheckpointError, match=f"Run {run.id} is queued and has no checkpoint"):
        trained(store, run.id)


def test_what_does_not_fit_is_refused(store):
    run = finished(store)
    path = checkpoint_file(store, run.id)
    about, state = checkpoints.load(path)
    checkpoints.save(path, replace(about, source="other"), state)
    with pytest.raises(Stale, match="has changed"):
        trained(store, run.id)
    checkpoints.save(path, about, [replace_name(state[0]), *state[1:]])
    with pytest.raises(Stale, match="another version"):
        trained(store, run.id)


def replace_name(phase: dict[str, Any]) -> dict[str, Any]:
    return {**phase, "name": "other"}
