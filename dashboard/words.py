"""The page's words in one place: what every number means, and how names are said to a person."""

from collections.abc import Mapping, Sequence
from typing import Any

# What is shown as a number somewhere on the page, plain first and the term second.
GLOSSARY: Mapping[str, str] = {
    "Source accuracy": "Share of held-out source images that the network names correctly. "
    "It has seen others of the same kind, with labels.",
    "Target accuracy": "Share of held-out target images that it names correctly: what adaptation is for. "
    "These labels are never used for training; in practice you would not have them.",
    "Gap": "Source accuracy minus target accuracy, in points (of 100). What the change of domain costs.",
    "Guessing": "Accuracy of naming classes at random: one divided by the number of classes.",
    "Source and target loss": "Mean cross-entropy on held-out images, in nats: 0 is certain and right, "
    "and the logarithm of the number of classes is guessing.",
    "Domain gap (judge accuracy)": "A small classifier, cross-validated, tries to tell source from target features. "
    "50 % means that it cannot; 100 % that it always can. The interval says how sure this is.",
    "Same-domain value": "The same measure between two halves of the source alone: what no gap at all looks like "
    "with so many samples.",
    "Proxy A-distance": "2 (2 × judge accuracy − 1): 0 for domains that cannot be told apart, 2 for ones that always "
    "can (Ben-David et al., 2007).",
    "MMD²": "Squared maximum mean discrepancy of the two sets of features under a Gaussian kernel, whose bandwidth is "
    "the median distance; 0 when they are distributed alike (Gretton et al., 2012).",
    "CORAL distance": "How differently the two domains' features spread: squared difference of their covariances "
    "divided by 4 d² (Sun & Saenko, 2016).",
    "Gap per class": "MMD² between source and target features of one class. A small gap over all can hide "
    "classes that were matched to the wrong partner.",
    "Feature map (PCA)": "Features of a fixed set of held-out images, projected to the plane in which they vary most; "
    "the plane follows slowly, so that what moves on the map has moved.",
    "Feature map (UMAP)": "A map that keeps neighbours together. Distances between its clusters mean nothing.",
    "Step": "One update of the weights, from one batch.",
    "Seed": "Where chance starts. The same settings with the same seed give the same run; "
    "another seed shows how much of a result was luck.",
    "Ghost": "The run before this one, drawn faintly behind it at the same step.",
}

KEYS: Mapping[str, str] = {
    "Ctrl+Enter": "run",
    "Space": "pause or go on",
    "→": "one step, while paused",
    "S": "slow",
    "0": "again from the start",
    "G": "ghost on or off",
    "P": "pin the run as the ghost",
}

# How hyper-parameters are called on the page; the code's own name stands in links and on the command line.
_NAMES: Mapping[str, str] = {
    "lr": "Learning rate",
    "batch": "Batch size",
    "steps": "Steps",
    "align": "Alignment strength λ",
    "strength": "Reversal strength λ",
    "warm_up": "Warm-up γ",
    "hidden": "Discriminator width",
    "passes": "Batches to count on",
    "source_steps": "Steps on the source",
    "source_lr": "Learning rate on the source",
    "backbone_rate": "Backbone's share of the rate",
    "decay": "Weight decay",
    "anneal": "Falling learning rate",
    "way": "Classes in an episode",
    "shot": "Labelled examples of each",
    "query": "Questions about each",
}

KINDS: Mapping[str, str] = {"points": "2-D points", "tiny": "Tiny images", "real": "Real images"}

STATUSES: Mapping[str, str] = {
    "queued": "waiting",
    "starting": "loading",
    "running": "running",
    "paused": "paused",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "crashed": "crashed",
}

_OF_SOURCE = {"nothing": "nothing of the source", "images": "source images", "labels": "labelled source images"}
_OF_TARGET = {
    "nothing": "nothing of the target",
    "images": "target images without labels",
    "few": "target images, of which a few have labels",
    "labels": "labelled target images, which nobody has in practice",
}
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def hparam_name(name: str) -> str:
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def short(title: str) -> str:
    """The target's half of a scenario's title: "Printed → handwritten digits" is "Handwritten digits"."""
    target = title.rpartition("→")[2].strip()
    return target[:1].upper() + target[1:]


def needs(card: Mapping[str, Any]) -> str:
    """What a strategy asks for, in a phrase."""
    source, target = card["needs"]
    return f"{_OF_SOURCE[source]}; {_OF_TARGET[target]}"


def ignored(names: Sequence[str]) -> str:
    """The sentence about settings of a link that mean nothing here."""
    count = _NUMBERS[len(names)].capitalize() if len(names) < len(_NUMBERS) else str(len(names))
    subject = "setting in this link is" if len(names) == 1 else "settings in this link are"
    return f"{count} {subject} unknown and {'was' if len(names) == 1 else 'were'} ignored: {', '.join(names)}."


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def duration(seconds: float) -> str:
    """As people say it: 9 s, 2 min, 1 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def number(value: float) -> str:
    """Short and exact enough: 35, 0.3, 1e-05."""
    return f"{value:g}"
