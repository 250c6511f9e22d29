"""What the front page lists is what there is."""

import re
from pathlib import Path

from tlcore import catalogue
from tlcore.library import sets

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def test_every_strategy_and_backbone_stands_in_the_readme() -> None:
    named = set(re.findall(r"`([a-z0-9_-]+)`", README))
    assert not {*catalogue.strategies(), *catalogue.backbones()} - named


def test_every_scenario_stands_in_the_readme() -> None:
    """A row of one beginning may leave it out: `handwritten-to-photo` `-dark`."""
    named = set(re.findall(r"`([a-z0-9-]+)`", README))
    endings = tuple(name for name in named if name.startswith("-"))
    assert not {key for key in catalogue.scenarios() if key not in named and not key.endswith(endings)}


def test_every_data_set_stands_in_the_readme() -> None:
    named = set(re.findall(r"`([a-z0-9-]+)`", README))
    assert not set(sets.cards()) - named
