"""Which weights move, and when, in the manners of fine-tuning that let only some of them move."""

from math import floor

import pytest
import torch
from torch import nn

from tests.strategies.small import small, small_task
from tlcore.errors import RequestError
from tlcore.strategies.base import Strategy
from tlcore.strategies.gradual_unfreezing import slanted

PARTS = ("head", "backbone.blocks.0", "backbone.blocks.1", "backbone.blocks.2")


def moving(strategy: Strategy, phase: str) -> list[set[str]]:
    """Step by step, the entries of the network's state that changed in a phase."""
    found, before = [], dict[str, torch.Tensor]()
    for _ in strategy.walk(small_task()):
        now = {name: value.clone() for name, value in strategy.network.state_dict().items()}
        if strategy.journal.state()[-1]["name"] == phase:
            found.append({name for name in now if not torch.equal(now[name], before[name])})
        before = now
    return found


def parts(entries: set[str]) -> set[str]:
    return {part for part in PARTS for entry in entries if entry.startswith(f"{part}.")}


def test_gradual_unfreezing_thaws_from_the_head_down() -> None:
    found = [parts(entries) for entries in moving(small("gradual-unfreezing", steps=12, thaw=0.5), "unfreeze")]
    head, first, second, third = PARTS
    two = [{head}] * 2, [{head, third}] * 2, [{head, third, second}] * 2
    assert found == [each for step in two for each in step] + [{head, third, second, first}] * 6


def test_gradual_unfreezing_tells_how_many_parts_move() -> None:
    values = list(small("gradual-unfreezing", steps=12, thaw=0.5).walk(small_task()))
    assert [int(each["thawed"]) for each in values if "thawed" in each] == [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4]
    values = list(small("gradual-unfreezing", steps=3, thaw=0.0).walk(small_task()))
    assert [int(each["thawed"]) for each in values if "thawed" in each] == [1, 4, 4]


def test_deeper_stages_move_slower_by_the_factor() -> None:
    """Adam's first step is as long as its rate, whatever the gradient: so the lengths tell the rates."""
    strategy = small("gradual-unfreezing", steps=1, thaw=0.0, factor=2.6, lr=0.01)
    strategy.thawed = lambda step, parts: parts  # everything from the first step on
    before, rates = {}, {}
    for _ in strategy.walk(small_task()):
        now = {name: value.clone() for name, value in strategy.network.state_dict().items() if name.endswith("weight")}
        rates = {part: float((now[f"{part}"] - before.get(part, now[part])).abs().max()) for part in now}
        before = now
    names = ("head.weight", "backbone.blocks.2.0.weight", "backbone.blocks.1.0.weight", "backbone.blocks.0.0.weight")
    for depth, name in enumerate(names):
        assert rates[name] == pytest.approx(0.01 * slanted(0.0) / 2.6**depth, rel=1e-3)


def test_the_slanted_triangle_is_equation_3_of_howard_and_ruder() -> None:
    T, cut_frac, ratio = 200, 0.1, 32
    cut = floor(T * cut_frac)
    for t in range(T):
        p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_frac - 1))
        assert slanted(t / T) == pytest.approx((1 + p * (ratio - 1)) / ratio, rel=1e-9)


@pytest.mark.parametrize("block", range(4))
def test_surgery_moves_its_block_alone(block: int) -> None:
    found = moving(small("surgical", block=block), "tune the block")
    assert found and all(parts(entries) == {PARTS[block]} for entries in found)


def test_surgery_on_a_block_that_is_not_there_is_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match="this backbone has 3"):
        next(small("surgical", block=4).walk(small_task()))


@pytest.mark.parametrize("what", ["biases", "norms", "both"])
def test_bitfit_moves_what_it_says(what: str) -> None:
    strategy = small("bitfit", moves=what)
    network = strategy.network.backbone
    of_norms = {
        f"backbone.{name}.{each}"
        for name, module in network.named_modules()
        if isinstance(module, nn.BatchNorm2d)
        for each in ("weight", "bias")
    }
    of_biases = {f"backbone.{name}" for name, _ in network.named_parameters() if name.endswith("bias")}
    wanted = {"biases": of_biases, "norms": of_norms, "both": of_biases | of_norms}[what]
    found = set().union(*moving(strategy, "tune"))
    trained = {entry for entry in found if entry.startswith("backbone") and entry.endswith(("weight", "bias"))}
    assert trained == wanted


def test_lora_leaves_a_network_of_the_old_shape() -> None:
    strategy = small("lora")
    names = strategy.network.state_dict().keys()
    changes = [each["change"] for each in strategy.walk(small_task()) if "change" in each]
    assert strategy.network.state_dict().keys() == names
    assert changes[0] > 0 and changes[-1] > changes[0]


def test_a_finished_run_is_read_back_without_its_adapters() -> None:
    first, second = small("lora"), small("lora", network_seed=7)
    list(first.walk(small_task()))
    second.journal.load(first.journal.state())
    assert list(second.walk(small_task())) == []
    ours, theirs = first.network.state_dict(), second.network.state_dict()
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_leash_keeps_weights_nearer_to_their_start() -> None:
    loose, tight = (
        [each["distance"] for each in small("l2-sp", leash=leash, steps=30).walk(small_task()) if "distance" in each]
        for leash in (0.0, 10.0)
    )
    assert tight[-1] < loose[-1] / 4
