"""What every strategy promises, asked of all of them at once."""

import io
import json
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.strategies.small import LESS, small, small_exam, small_task, without
from tlcore import catalogue
from tlcore.cards import Access, Family
from tlcore.data import Task
from tlcore.errors import OutOfRange, UnknownKey, Withheld
from tlcore.networks import Network
from tlcore.strategies import STRATEGIES, Strategy
from tlcore.training.evaluators import Accuracy
from tlcore.training.events import Event, Finished, Measured, Observed, Rested
from tlcore.training.loop import Rhythm, train
from tlcore.training.observers import Exhibits, Frames, Probe, Scene

Weights = dict[str, Tensor]


def weights(strategy: Strategy[Any]) -> Weights:
    return {name: value.clone() for name, value in strategy.network.state_dict().items()}


def same(first: Weights, second: Weights) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def curves(events: list[Event]) -> list[Measured]:
    return [event for event in events if isinstance(event, Measured)]


def run(strategy: Strategy[Any], task: Task) -> list[Event]:
    return list(train(strategy, task))


@cache  # many promises are about it
def plainly(key: str) -> tuple[list[Measured], Weights, Task]:
    """A strategy left to itself: its curves, its network's weights at the end, and the task as it left it."""
    strategy, task = small(key), small_task()
    return curves(run(strategy, task)), weights(strategy), task


def test_learns_from_exactly_what_its_card_asks_for(key: str, task: Task) -> None:
    source, target = STRATEGIES[key].card.needs
    assert plainly(key)[0], "walk grants no more than the card asks for, and that must do"
    for part, access in (("source", source), ("target", target)):
        if access in LESS:
            with pytest.raises(Withheld):
                list(small(key).steps(without(task, part, access)))


def test_explains_every_curve_and_draws_every_curve_it_explains(key: str) -> None:
    drawn = {name for event in plainly(key)[0] for name in event.values}
    assert drawn == set(STRATEGIES[key].card.curves)


def test_takes_as_many_steps_as_it_says(key: str, task: Task) -> None:
    strategy = small(key)
    assert sum(1 for _ in strategy.walk(task)) == strategy.length() == strategy.journal.step


def test_same_seed_same_numbers(key: str, task: Task) -> None:
    told, final, _ = plainly(key)
    again = small(key)
    assert curves(run(again, task)) == told
    assert same(weights(again), final)


def test_another_seed_other_numbers(key: str) -> None:
    # Streams are seeded by their domains, everything else that is drawn by the task.
    task = small_task(seed=7)
    other = Task(
        **{name: replace(getattr(task, name), seed=7) for name in ("source", "target", "few")},
        classes=task.classes,
        seed=7,
        factors=task.factors,
        attributes=task.attributes,
    )
    assert curves(run(small(key), other)) != plainly(key)[0]


class Rude:
    """An evaluator without manners: it draws chance, wakes layers and moves buffers."""

    def evaluate(self, strategy: Strategy[Any], *, final: bool) -> Mapping[str, float]:
        random.random(), np.random.rand(), torch.rand(1)
        strategy.network.train()
        strategy.network(torch.randint(0, 255, (16, 1, 8, 8), dtype=torch.uint8))
        return {}


def test_evaluators_and_observers_leave_no_trace(key: str, task: Task) -> None:
    told, final, _ = plainly(key)
    watched = small(key)
    probe = Probe(small_exam(), per_domain=15)
    seen = list(
        train(
            watched,
            task,
            [Rude(), Accuracy(small_exam())],
            [Scene(probe, {}), Frames(probe), Exhibits()],
            Rhythm(eager=True, look=0.0, share=1.0, evaluations=1000, apart=1),
        )
    )
    assert curves(seen) == told
    assert same(weights(watched), final)


def test_changes_what_it_says_it_trains_and_nothing_else(key: str, task: Task) -> None:
    strategy, before, own = small(key), Weights(), weights(small(key)).keys()
    moved, parts = dict[str, set[str]](), dict[str, str]()
    for _ in strategy.walk(task):
        network, phase = strategy.network, strategy.journal.state()[-1]["name"]
        parts |= {plain(entry): part(entry, network, own) for entry in network.state_dict()}
        now = {plain(entry): value for entry, value in weights(strategy).items()}
        changed = {entry for entry in before.keys() & now.keys() if not torch.equal(now[entry], before[entry])}
        moved[phase] = moved.get(phase, set()) | changed  # also what moved between the phase before and this one
        before = now
    trains = STRATEGIES[key].card.trains
    told = {phase: {each for word in words for each in WHOLE.get(word, {word})} for phase, words in trains.items()}
    assert {phase: {parts[entry] for entry in entries} for phase, entries in moved.items()} == told
    for phase in (phase for phase, words in trains.items() if "block" in words):
        assert len({stage(entry, strategy.network) for entry in moved[phase]}) == 1


# Who trains a whole backbone moves its statistics as well, and so does who trains one block of it.
WHOLE = {name: {"weights", "biases", "norms", "statistics"} for name in ("backbone", "block")}
NORMS = (nn.GroupNorm, nn.LayerNorm, nn.modules.batchnorm._NormBase)


def part(entry: str, network: Network, own: Collection[str]) -> str:
    """What an entry of a network's state is, as cards call it; what the network was not built with is an adapter."""
    name = plain(entry).rpartition(".")[2]
    if name in ("running_mean", "running_var", "num_batches_tracked"):
        return "statistics"
    if isinstance(network.get_submodule(entry.rpartition(".")[0]), NORMS):
        return "norms"
    if plain(entry) not in own:
        return "adapters"
    if entry.startswith("head."):
        return "head"
    return "biases" if name == "bias" else "weights"


def stage(entry: str, network: Network) -> str:
    """The name of the backbone's stage that an entry of its state belongs to."""
    names = [name for name, module in network.named_modules() if module in network.backbone.stages]
    return next(name for name in names if entry.startswith(f"{name}."))


def plain(entry: str) -> str:
    """The name of an entry, whether its module wears a parametrisation of torch's or not."""
    return entry.replace("parametrizations.", "").removesuffix(".original")


def test_goes_on_bit_for_bit_after_a_stop_at_any_step(key: str, task: Task) -> None:
    told, final, _ = plainly(key)
    heads = list(stops(small(key), task))
    assert len(heads) == small(key).length() - 1
    for cut, (head, saved) in enumerate(heads, 1):
        torch.manual_seed(cut), random.seed(cut), np.random.seed(cut)
        second = small(key, network_seed=99)
        second.journal.load(torch.load(io.BytesIO(saved), weights_only=True))
        assert head + curves(run(second, task)) == told, f"curves differ after a stop at step {cut}"
        assert same(weights(second), final), f"weights differ after a stop at step {cut}"


def stops(strategy: Strategy[Any], task: Task) -> Iterator[tuple[list[Measured], bytes]]:
    """After each step but the last: what was told so far, and what a checkpoint would hold."""
    head: list[Event] = []
    walk = train(strategy, task, rhythm=Rhythm(eager=True))
    for cut in range(1, strategy.length()):
        for event in walk:
            head.append(event)
            if isinstance(event, Rested) and event.step == cut:  # the moment at which a run may be left
                break
        saved = io.BytesIO()
        torch.save(strategy.journal.state(), saved)
        yield curves(head), saved.getvalue()
    walk.close()


def test_leaves_the_task_alone(key: str, task: Task) -> None:
    _, _, after = plainly(key)
    for name in ("source", "target", "few"):
        now, then = getattr(after, name), getattr(task, name)
        assert torch.equal(now.inputs, then.inputs)
        assert (now.labels is None and then.labels is None) or torch.equal(now.labels, then.labels)


def test_hyper_parameters_survive_json_and_refuse_what_is_out_of_range(key: str) -> None:
    kind = STRATEGIES[key].HParams
    default = kind()
    assert kind.of(json.loads(json.dumps(default.as_json()))) == default
    with pytest.raises(UnknownKey, match="learning-rte"):
        kind.of({"learning-rte": 1})
    for each in kind.describe():
        for bound, beyond in (("low", -1), ("high", 1)):
            if each[bound] is not None:
                with pytest.raises(OutOfRange, match=each["name"]):
                    kind.of({each["name"]: each[bound] + beyond})
        assert each["help"].endswith("."), f"{each['name']} has no sentence of help"


def test_stands_in_the_catalogue(key: str) -> None:
    card = STRATEGIES[key].card
    assert card.key == key
    assert STRATEGIES[key].__module__ == f"tlcore.strategies.{key.replace('-', '_')}"
    assert catalogue.strategy(key)["card"]["title"] == card.title
    assert card.idea.endswith(".") and card.source and card.use and card.avoid and card.cost and card.flow


def test_has_a_baseline_to_beat_unless_it_is_one(key: str) -> None:
    card = STRATEGIES[key].card
    if card.family is Family.BASELINE:
        assert card.promise is None and not card.no_promise
    elif card.promise is None:
        assert card.no_promise.endswith("."), "it promises nothing and does not say why"
    else:
        assert card.promise.over in STRATEGIES and not card.no_promise


def test_explains_every_exhibit_and_draws_every_exhibit_it_explains(key: str, task: Task) -> None:
    strategy = small(key)
    events = train(strategy, task, observers=[Exhibits()], rhythm=Rhythm(eager=True, look=0.0, share=1.0))
    drawn = {e.values["title"] for e in events if isinstance(e, Observed) and e.name == "exhibit"}
    assert drawn == set(STRATEGIES[key].card.exhibits)


def test_the_catalogue_is_not_stale() -> None:
    assert catalogue.PLACE.read_text(encoding="utf-8") == catalogue.written(), "run `python -m tlcore.catalogue`"


def test_nothing_is_granted_that_was_not_asked_for(task: Task) -> None:
    granted = task.granted(Access.IMAGES, Access.NOTHING)
    assert granted.source.labels is None
    for forbidden in (
        lambda: granted.source.batches(4),
        lambda: granted.target.unlabelled(4),
        lambda: granted.few.labels,
    ):
        with pytest.raises(Withheld):
            forbidden()


def test_ends_with_its_last_grades(key: str, task: Task) -> None:
    *_, end = train(small(key), task, [Accuracy(small_exam())])
    assert isinstance(end, Finished) and set(end.values) >= {"source_accuracy", "target_accuracy"}
