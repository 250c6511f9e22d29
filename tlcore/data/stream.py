"""Endless streams addressed by step: item k depends on k alone, so a stream starts anywhere at no cost."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Generic, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Stream(Generic[T]):
    """An endless sequence whose item k is `at(k)`, whatever was asked for before."""

    at: Callable[[int], T]

    def map(self, change: Callable[[T], A]) -> "Stream[A]":
        return Stream(lambda k: change(self.at(k)))

    def __iter__(self) -> Iterator[T]:
        return map(self.at, count())


def both(first: Stream[A], second: Stream[B]) -> Stream[tuple[A, B]]:
    """Two streams side by side; unlike `zip`, it goes on at step k after a resume."""
    return Stream(lambda k: (first.at(k), second.at(k)))


def numbered(stream: Stream[T]) -> Stream[tuple[int, T]]:
    """Items with their step; unlike `enumerate`, it goes on at step k after a resume."""
    return Stream(lambda k: (k, stream.at(k)))


def several(stream: Stream[T], times: int) -> Stream[list[T]]:
    """`times` items of a stream as one item: one step of a strategy that needs more than one batch."""
    return Stream(lambda k: [stream.at(k * times + i) for i in range(times)])


def shuffled(length: int, size: int, *address: object) -> Stream[Tensor]:
    """Batches of `size` row numbers out of `length`, reshuffled on every pass.

    The passes follow each other without a gap, so that every batch is full and every row comes
    equally often. `address` names the stream: domain, purpose, seed.
    """

    def batch(k: int) -> Tensor:
        first, last = k * size, (k + 1) * size
        passes = range(first // length, (last - 1) // length + 1)
        rows = torch.cat([_order(length, (*address, number)) for number in passes])
        start = first - passes[0] * length
        return rows[start : start + size]

    return Stream(batch)


def seed_of(*address: object) -> int:
    """A seed from a name: equal on every machine and in every process, unlike `hash`.

    Every stream and every network has an address of its own. Were two domains shuffled with the
    same bare seed, then files that are sorted by class would put equal classes into equal rows,
    and a method that compares row by row would look brilliant.
    """
    digest = hashlib.blake2b(repr(address).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator_of(*address: object) -> torch.Generator:
    return torch.Generator().manual_seed(seed_of(*address))


@lru_cache(maxsize=16)
def _order(length: int, address: tuple[object, ...]) -> Tensor:
    return torch.randperm(length, generator=generator_of(*address))
