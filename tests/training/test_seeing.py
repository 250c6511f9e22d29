"""What is told as seen by the network is what its streams gave, as it reaches the first stage."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.strategies.small import images, small_network, small_task
from tlcore.augment import policy
from tlcore.networks import build_network
from tlcore.runs.building import build
from tlcore.runs.spec import RunSpec
from tlcore.strategies import STRATEGIES
from tlcore.training.loop import Rhythm, train
from tlcore.training.seeing import SEEN, Seen, Watched, entering


def told(watched, strategy, step=1, length=24):
    return list(Seen(watched, length).observe(strategy, step))


def test_rows_are_the_last_batch_as_it_is_and_as_it_enters():
    augment = policy("light")
    watched = Watched("digits", augment.view, kept=3)
    domain = replace(images("a", 30, 1.0), view=watched)
    strategy = STRATEGIES["source-only"](small_network())
    assert told([watched], strategy) == [], "nothing was shown yet"
    domain.batches(8).at(0)
    shown = domain.batches(8).at(5)[0][:3]
    (event,) = told([watched], strategy)
    before, after = event.arrays["images/0"], event.arrays["images/1"]
    assert [row["label"] for row in event.values["rows"]] == [
        "digits, as it is (8 × 8 pixels)", "as it enters the network (8 × 8 pixels)",
    ]  # fmt: skip
    assert np.array_equal(after[..., 0], shown[:, 0].numpy()) and not np.array_equal(before, after)
    assert np.array_equal(before[..., 0], domain.inputs[_rows(domain)][:3, 0].numpy())


def _rows(domain):
    plain = replace(domain, view=None, labels=torch.arange(len(domain)))
    return plain.batches(8).at(5)[1]


def test_what_enters_is_resized_and_its_normalisation_is_undone():
    backbone = build_network("lenet", 10, input_shape=(1, 16, 16)).backbone
    grey = torch.full((2, 1, 16, 16), 51, dtype=torch.uint8)
    entered = entering(backbone, grey)
    assert entered.shape == (2, 1, 28, 28)
    torch.testing.assert_close(entered, torch.full_like(entered, 0.2))


def test_a_backbone_without_images_in_its_first_stage_is_told_what_comes_before():
    backbone = build_network("mlp-800", 10, input_shape=(1, 28, 28)).backbone
    grey = torch.full((2, 1, 28, 28), 51, dtype=torch.uint8)
    assert entering(backbone, grey).shape == (2, 1, 28, 28)


def test_large_images_are_told_small():
    watched = Watched("photos", None)
    watched(torch.zeros(2, 1, 256, 128, dtype=torch.uint8), torch.Generator())
    (event,) = told([watched], STRATEGIES["source-only"](build_network("lenet", 3, input_shape=(1, 256, 128))))
    assert event.arrays["images/0"].shape == (2, 128, 64, 3)
    assert event.values["rows"][0]["label"] == "photos, as it is (128 × 256 pixels)"


def test_a_run_tells_it_a_few_times_and_only_where_images_are_changed():
    spec = RunSpec("dann", "printed-to-handwritten", augment="strong", steps=30, device="cpu").completed()
    looks = [event for event in events(spec) if event.name == "exhibit" and event.values["title"] == SEEN]
    assert 2 <= len(looks) <= 25 and len({look.arrays["images/1"].tobytes() for look in looks}) == len(looks)
    labels = [row["label"] for row in looks[0].values["rows"]]
    assert len(labels) == 4 and labels[0].startswith("printed") and labels[2].startswith("handwritten")
    plain = replace(spec, augment="none")
    assert not [event for event in events(plain) if event.values.get("title") == SEEN]


def events(spec):
    built = build(spec, torch.device("cpu"))
    mine = [each for each in built.observers if isinstance(each, Seen)]
    walk = train(built.strategy, built.prepared.task, (), mine, Rhythm(rest=0.0, look=0.0, share=1.0))
    return [event for event in walk if hasattr(event, "arrays")]


@pytest.mark.parametrize("key", ["none", "photos"])
def test_being_watched_changes_nothing(key):
    augment = policy(key)
    view = None if augment is None else augment.view
    task = small_task()
    plain = replace(task.source, view=view)
    watched = replace(task.source, view=Watched("source", view))
    assert torch.equal(plain.batches(8).at(3)[0], watched.batches(8).at(3)[0])
