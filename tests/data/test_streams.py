"""Streams are functions of the step, and no two of them go in step."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from tlcore.data import Domain, Stream, both, numbered, several
from tlcore.data.stream import shuffled
from tlcore.errors import RequestError, Withheld


def domain(name: str = "d", count: int = 40, classes: int = 4, seed: int = 0) -> Domain:
    labels = torch.arange(count) // (count // classes)  # sorted by class, as files are
    return Domain(name, torch.arange(count, dtype=torch.float32).unsqueeze(1), labels, seed)


@given(length=some.integers(1, 30), size=some.integers(1, 50), k=some.integers(0, 10**9))
def test_an_item_depends_on_its_number_alone(length: int, size: int, k: int) -> None:
    assert torch.equal(shuffled(length, size, "a").at(k), shuffled(length, size, "a").at(k))
    assert len(shuffled(length, size, "a").at(k)) == size


@given(length=some.integers(1, 30), size=some.integers(1, 12))
def test_every_row_comes_equally_often(length: int, size: int) -> None:
    rows = torch.cat([shuffled(length, size, "a").at(k) for k in range(length)])  # `size` passes
    assert torch.equal(torch.bincount(rows, minlength=length), torch.full((length,), size))


def test_two_domains_of_one_seed_do_not_go_in_step() -> None:
    source, target = domain("source", 400), domain("target", 400)
    pairs = [both(source.batches(64), target.batches(64)).at(k) for k in range(20)]
    equal = torch.cat([a[1] == b[1] for a, b in pairs]).float().mean()
    assert 0.2 < equal < 0.3, "of four classes, a quarter of the rows agree by chance"


def test_labelled_and_unlabelled_streams_differ() -> None:
    assert not torch.equal(domain().batches(40).at(0)[0], domain().unlabelled(40).at(0))


def test_combinations_are_addressed_by_step() -> None:
    counting = Stream(lambda k: k)
    assert both(counting, counting.map(lambda k: -k)).at(3) == (3, -3)
    assert numbered(counting).at(5) == (5, 5)
    assert several(counting, 3).at(2) == [6, 7, 8]
    assert [item for item, _ in zip(counting, range(3), strict=False)] == [0, 1, 2]


def test_hidden_labels_are_absent() -> None:
    hidden = domain().without_labels()
    assert hidden.labels is None
    for use in (lambda: hidden.batches(4), lambda: hidden.few(1), lambda: hidden.episodes(2, 1, 1)):
        with pytest.raises(Withheld):
            use()


def test_further_answers_come_with_their_row_and_are_hidden_with_the_labels() -> None:
    inputs = torch.arange(20, dtype=torch.float).reshape(10, 2)
    domain = Domain("d", inputs, torch.arange(10), factors=torch.arange(30).reshape(10, 3))
    rows, labels, factors = domain.described(4).at(1)
    assert torch.equal(rows[:, 0], 2.0 * labels) and torch.equal(factors[:, 0], 3 * labels)
    assert torch.equal(labels, domain.batches(4).at(1)[1])
    assert domain.without_labels().factors is None
    with pytest.raises(Withheld):
        domain.without_labels().described(4)
    with pytest.raises(RequestError, match="no further factors"):
        Domain("d", inputs, torch.arange(10)).described(4)
    few = domain.few(1)
    assert few.factors is not None and torch.equal(few.factors[:, 0], 3 * few.labels)  # type: ignore[operator]


def test_a_budget_buys_so_many_of_every_class() -> None:
    few = domain(seed=1).few(3)
    assert few.labels is not None and torch.equal(torch.bincount(few.labels), torch.full((4,), 3))
    assert not torch.equal(few.inputs, domain(seed=2).few(3).inputs), "the seed chooses which"


def test_episodes_ask_about_other_images_than_they_show() -> None:
    stream = domain().episodes(way=3, shot=2, query=4)
    episode = stream.at(7)
    assert episode.support.shape == (6, 1) and episode.query.shape == (12, 1)
    assert not set(episode.support.flatten().tolist()) & set(episode.query.flatten().tolist())
    assert torch.equal(episode.support, stream.at(7).support)
    for label in range(3):  # one class of the domain behind every label of the episode
        shown = (episode.support[episode.support_labels == label] // 10).unique()
        asked = (episode.query[episode.query_labels == label] // 10).unique()
        assert torch.equal(shown, asked) and len(shown) == 1


def test_episodes_that_are_too_large_are_refused() -> None:
    with pytest.raises(RequestError, match="lower 'way', 'shot' or 'query'"):
        domain().episodes(way=4, shot=8, query=8)


def test_features_are_computed_once() -> None:
    calls = []

    def encoder(inputs: torch.Tensor) -> torch.Tensor:
        calls.append(len(inputs))
        return inputs * 2

    encoded = domain().encoded(encoder)
    encoded.batches(8).at(0), encoded.batches(8).at(1)
    assert calls == [40] and torch.equal(encoded.inputs, domain().inputs * 2)
