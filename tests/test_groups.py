"""Tests that share something costly stay in one process, as `make test` and `make slow` count on."""

import pytest


@pytest.mark.xdist_group("together")
def test_whoever_hands_tests_out_has_seen_their_groups(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("all tests are in one process here")
    assert request.node.nodeid.endswith("@together"), "pytest and pytest-xdist do not fit: groups are torn apart"
