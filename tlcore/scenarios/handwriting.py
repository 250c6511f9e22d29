"""Handwritten digits, and other handwritten digits after one change: six pairs, one class."""

from collections.abc import Mapping

import numpy as np

from tlcore.cards import Dial, ScenarioCard
from tlcore.scenarios import corruptions
from tlcore.scenarios.base import Pair, Scenario, Split, dealt, generator
from tlcore.scenarios.corruptions import Corruption
from tlcore.scenarios.digits import CREDIT, DIGITS, handwritten
from tlcore.scenarios.photo import blended

PARTS = {"source train": 620, "target train": 620, "source test": 278, "target test": 279}  # each of the 1,797 once


class Changed(Scenario):
    """Clean handwriting as the source; as the target other images of it, all changed in one way."""

    def __init__(self, card: ScenarioCard, change: Corruption) -> None:
        self.card = card
        self._change = change

    def _pair(self, dials: Mapping[str, float], seed: int) -> Pair:
        dial = self.card.dials[0]
        strength = dials[dial.name] / (100 if dial.unit == "%" else 1)
        originals = handwritten()
        rows = dealt(originals.labels, PARTS, seed, "handwriting")

        def part(name: str) -> Split:
            clean = originals.at(rows[name])
            inputs = np.repeat(clean.inputs, self.card.shape[0], axis=1)  # (N, 1 or 3, 8, 8)
            if name.startswith("target"):
                inputs = self._change(inputs, strength, generator(seed, f"{self.card.key}, {name}"))
            return Split(inputs, clean.labels)

        return Pair(
            part("source train"), part("source test"), part("target train"), part("target test"), self.card.classes
        )


def _card(
    change: str, title: str, target: str, idea: str, dial: Dial, channels: int = 1, credit: str = CREDIT
) -> ScenarioCard:
    return ScenarioCard(
        key=f"handwritten-to-{change}",
        title=f"Handwritten → {title}",
        kind="tiny",
        idea=idea,
        source="clean digits",
        target=target,
        classes=DIGITS,
        dials=(dial,),
        shape=(channels, 8, 8),
        backbone="small-cnn-bn",
        steps=500,
        credit=credit,
    )


def _percent(label: str, default: float, help: str) -> Dial:
    return Dial("shift", label, "%", 0, 100, default, 5, help)


CHANGED = (
    Changed(
        _card(
            "photo", "on photographs", "digits on photographs",
            "The digits lie on photographs: each pixel is the difference of digit and photo, the recipe of MNIST-M.",
            _percent("strength of the photo", 100, "At 0 % the paper is black; at 100 % the photo is at full light."),
            channels=3, credit=f"{CREDIT} Photographs: china.jpg and flower.jpg of scikit-learn (CC BY).",
        ),
        blended,
    ),
    Changed(
        _card(
            "low-contrast", "low contrast", "low-contrast digits",
            "The same ink on the same paper, seen through fog: all greys move together.",
            _percent("loss of contrast", 80, "How far each pixel moves to middle grey; at 100 % nothing is left."),
        ),
        corruptions.low_contrast,
    ),
    Changed(
        _card(
            "dark", "in the dark", "dark digits", "The same digits with most of the light gone.",
            _percent("loss of light", 80, "How much of the light is taken; at 100 % all is black."),
        ),
        corruptions.dark,
    ),
    Changed(
        _card(
            "noisy", "noisy", "noisy digits", "Each pixel is off by chance, as in a photo taken at night.",
            _percent("noise", 40, "The standard deviation of the noise, against full white."),
        ),
        corruptions.noisy,
    ),
    Changed(
        _card(
            "inverted", "inverted", "inverted digits", "Dark ink on light paper instead of light ink on dark paper.",
            _percent("light of the paper", 100, "At 0 % the paper is black; at 100 % each digit is its own negative."),
        ),
        corruptions.inverted,
    ),
    Changed(
        _card(
            "rotated", "rotated", "rotated digits", "The same digits, all turned by the same angle.",
            Dial("shift", "rotation", "°", 0, 90, 45, 1, "How far each digit is turned anticlockwise."),
        ),
        corruptions.rotated,
    ),
)  # fmt: skip
