"""Label shift fools whoever looks at the gap alone, and the page says so."""

from statistics import fmean

import pytest

from benchmarks.gap_lies import SHARES, WARNS, judged, trained

SEEDS = range(3)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_out_of_balance_the_gap_falls_and_accuracy_too_and_the_verdict_warns() -> None:
    """The same alignment of blobs, while one class grows from half of the target to 95 % of it."""
    accuracies = []
    for share in SHARES:
        plain, aligned = ([trained(strategy, share, seed) for seed in SEEDS] for strategy in ("source-only", "mmd"))
        for own, mine in zip(plain, aligned, strict=True):
            assert mine[-1]["mmd"] < own[-1]["mmd"] / 3
            assert mine[-1]["judge"] < own[-1]["judge"] - 0.05
        accuracies.append(fmean(each[-1]["target_accuracy"] for each in aligned))
        said = [judged(mine, own[-1]["target_accuracy"]) for own, mine in zip(plain, aligned, strict=True)]
        if share == SHARES[0]:
            assert all(each.tone != WARNS for each in said)
            assert accuracies[0] > fmean(each[-1]["target_accuracy"] for each in plain)
        if share >= 80:
            assert all(each.tone == WARNS and "hurts" in each.headline for each in said)
            assert accuracies[-1] < fmean(each[-1]["target_accuracy"] for each in plain) - 0.1
    assert accuracies == sorted(accuracies, reverse=True)
