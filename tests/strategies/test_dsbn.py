"""DSBN's branches: what is shared, and what is a domain's own."""

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from tests.strategies.small import images, small, small_network, small_task
from tlcore.strategies.dsbn import twin


def test_the_branches_share_every_weight_but_those_of_their_norms() -> None:
    network = small_network()
    branch = twin(network)
    norms = {name for name, module in network.named_modules() if isinstance(module, _BatchNorm)}
    assert norms
    for (name, mine), theirs in zip(branch.named_parameters(), network.parameters(), strict=True):
        assert (mine is theirs) == (name.rpartition(".")[0] not in norms), name
        assert torch.equal(mine, theirs)


def test_what_one_branch_sees_leaves_the_others_statistics_alone() -> None:
    network = small_network()
    branch, inputs = twin(network), images("any", 12, 1.0).inputs
    before = {name: value.clone() for name, value in network.state_dict().items()}
    branch(inputs)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert any(not torch.equal(value, before[name]) for name, value in branch.state_dict().items())


def test_the_targets_statistics_start_as_plain_averages_over_its_batches() -> None:
    """A moving average of a few batches would still hold a good part of the 0 and 1 that it began with."""
    strategy, task = small("dsbn", lr=1e-6), small_task()
    list(strategy.walk(task))
    _, learned, counted, *_ = strategy.journal.state()
    network = small_network()
    network.load_state_dict(learned["kept"][0])
    first, *_ = (name for name, module in network.named_modules() if isinstance(module, _BatchNorm))
    seen: list[torch.Tensor] = []
    network.get_submodule(first).register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    for k in range(strategy.hparams.passes):
        network(task.target.unlabelled(8).at(k))
    variances = torch.stack([maps.transpose(0, 1).flatten(1).var(1) for maps in seen])
    assert torch.allclose(counted["kept"][0][f"{first}.running_var"], variances.mean(0), rtol=1e-3)


def test_the_domains_norms_drift_apart_and_the_targets_answer() -> None:
    strategy = small("dsbn")
    *_, last = strategy.walk(small_task())
    assert last["apart"] > 0
    *_, together, _ = strategy.journal.state()  # "learn together", and the empty phase at the end
    _, source_branch, _ = together["kept"]
    network = strategy.network.state_dict()
    shared = {name for name in network if torch.equal(network[name], source_branch[name])}
    own = network.keys() - shared
    norms = {name for name, module in strategy.network.named_modules() if isinstance(module, _BatchNorm)}
    assert {name.rpartition(".")[0] for name in own} == norms
