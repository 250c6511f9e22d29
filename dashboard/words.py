"""The page's words in one place: what every number means, and how names are said to a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from tlcore import catalogue
from tlcore.cards import BETWEEN
from tlcore.dials import SHIFT
from tlcore.errors import TransferError
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

# What is shown as a number somewhere on the page, plain first and the term second.
GLOSSARY: Mapping[str, str] = {
    "Source accuracy": "Share of held-out source images that the network names correctly. "
    "It has seen others of the same kind, with labels.",
    "Target accuracy": "Share of held-out target images that it names correctly: what adaptation is for. "
    "These labels are never used for training; in practice you would not have them.",
    "Gap": "Source accuracy minus target accuracy, in points (of 100). What the change of domain costs.",
    "Guessing": "Accuracy of naming classes at random: one divided by the number of classes. In a 5-way episode it is "
    "20 %, however many classes there are.",
    "Episode (5-way 1-shot)": "A small problem of its own: one labelled image of each of five classes, and questions "
    "about new images of these. Accuracy is the mean over many episodes, always the same ones; the classes of the "
    "target were never trained on.",
    "Clusters": "Groups that were found without labels, so they have no names. For grading alone each is given the "
    "class that makes most of it right (the Hungarian method).",
    "Oracle": "A strategy that learns from all labels of the target. Nobody has them in practice: "
    "it shows the ceiling.",
    "Setting": "Where labels are: inductive (some in the target), transductive (in the source alone), "
    "unsupervised (none); Pan & Yang, 2010.",
    "What the network sees": "A few images of the stream that the network learns from at this very step: as they are, "
    "and as they enter it, which is after augmentation and resizing, with its normalisation undone. What a strategy "
    "does to them on top of that is not shown here.",
    "An episode": "Examples of five new classes, and what the network answers to questions about them: "
    "✓ right, ✕ wrong. It is the same episode at every step.",
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
    "⚑ Oracle numbers": "Measured with target labels, which nobody has in practice; this is a laboratory. No "
    "strategy and no validator has seen them: they only grade.",
    "Interval and n": "In brackets: the 95 % Wilson score interval of a share of n held-out test images (Wilson, "
    "1927). It says how far chance in drawing these images may move the number; another seed may move it further.",
    "Kept network": "The network as it was at the evaluation that a validator liked best. A validator looks at no "
    "target label. Without one, only the last network is there at the end.",
    "Accuracy by group": "A group is a class with one value of a further factor, such as *circle, red*. Who relies on "
    "a shortcut is right where it holds and wrong where it does not; the worst group shows it. The line is the 95 % "
    "Wilson interval. ⚑ The target's bars use its labels.",
    "Reliability": "Answers by how sure the network says it is: across the mean certainty, up the share that is right, "
    "with its 95 % Wilson interval. On the diagonal it is as often right as it says. ECE is the mean distance from it, "
    "every answer counting the same (Guo et al., 2017). ⚑ The target's points use its labels.",
    "Alerts": "What a person should look at in a run: errors, warnings and notes, counted at the end of the timeline. "
    "The list says since which step, and what can be done; *What is this?* in it says exactly when each is raised.",
    "Step": "One update of the weights, from one batch.",
    "Seed": "Where chance starts. The same settings with the same seed give the same run; "
    "another seed shows how much of a result was luck.",
    "Ghost": "The run before this one, drawn faintly behind it at the same step.",
}

# What evaluators tell beside losses: name, and what it is. Shares of 1, but for the half-width of an interval.
MEASURES: Mapping[str, tuple[str, str]] = {
    "source_accuracy": ("Source accuracy", GLOSSARY["Source accuracy"]),
    "target_accuracy": ("Target accuracy", GLOSSARY["Target accuracy"]),
    "source_validation_accuracy": (
        "Validation (source)",
        "Accuracy on source images that are neither for training nor in the exam: what settings may be chosen by "
        "without looking at a target label.",
    ),
    "seen_accuracy": (
        "Seen classes",
        "Target accuracy on the classes that the source showed, as a mean over classes, with all classes "
        "as possible answers.",
    ),
    "unseen_accuracy": (
        "Unseen classes",
        "Target accuracy on the classes that no training image showed, as a mean over classes, with all classes "
        "as possible answers: a network that never names a new class has 0 %.",
    ),
    "harmonic_mean": (
        "Harmonic mean",
        "Of the accuracies on seen and on unseen classes, 2 s u / (s + u): near 0 when either is (Xian et al., 2019).",
    ),
    "unknown_auroc": (
        "Unknown noticed (AUROC)",
        "The chance that an image of a class that the source does not know is answered less surely than one of a "
        "known class. 50 % is guessing, 100 % tells all of them apart (Hendrycks & Gimpel, 2017).",
    ),
    "target_nmi": (
        "Information (NMI)",
        "Normalised mutual information: how much the clusters say about the classes of the target, "
        "without giving clusters names. 0 % nothing, 100 % everything.",
    ),
    "source_worst_group_accuracy": (
        "Worst of source",
        "Source accuracy in the group with the lowest one. A group is a class with one value of a further factor.",
    ),
    "target_worst_group_accuracy": (
        "Worst of target",
        "Target accuracy in the group with the lowest one, of groups with at least ten images. A group is a class "
        "with one value of a further factor.",
    ),
    "target_top_answer": (
        "Most frequent answer",
        "The largest share of the target's held-out images that get one and the same class as their answer.",
    ),
    "target_top_label": (
        "Most frequent class",
        "The largest share of the target's held-out images that are of one class in truth.",
    ),
    "target_interval": (
        "Interval",
        "Half the width of the 95 % interval of target accuracy over few-shot episodes: "
        "how far chance alone may move it.",
    ),
}

# The names of validators, for a person; what each looks at stands in `tlcore.picking.THOROUGH`.
VALIDATORS: Mapping[str, str] = {
    "source_validation": "source accuracy",
    "certainty": "certainty",
    "information": "information",
    "nuclear_norm": "nuclear norm",
    "density": "neighbourhood density",
    "deep_embedded": "deep embedded validation",
    "reverse": "reverse validation",
    "none": "none: the last",
}

ORACLE = (
    "it learns from all labels of the target, which nobody has in practice. It shows how much there is to gain, "
    "and is no rival to the others."
)
CLUSTERS = (
    "It answers with **clusters**, groups without names. For grading alone, each is given the class that fits best "
    "(the Hungarian method, on the test labels), so its accuracy is a little flattering."
)

KEYS: Mapping[str, str] = {
    "/": "find a technique",
    "Ctrl+Enter": "run",
    "Space": "pause or go on",
    "→": "one step, while paused",
    "S": "slow",
    "0": "again from the start",
    "G": "ghost on or off",
    "P": "pin the run as the ghost",
    "M": "pin this moment as a scene",
    "F": "present the scenes, while Present is open",
    "I": "inspect the run",
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
    "thaw": "All thawed after (share of the steps)",
    "factor": "Each stage slower by",
    "block": "Block that moves",
    "probe_steps": "Steps of the probe",
    "probe_lr": "Learning rate of the probe",
    "leash": "Pull back to the start α",
    "rank": "Rank r of the change",
    "moves": "What moves",
    "decay": "Weight decay",
    "anneal": "Falling learning rate",
    "way": "Classes in an episode",
    "shot": "Labelled examples of each",
    "confuse": "Confusion strength λ",
    "entropy": "Sure predictions count more",
    "updates": "Updates of the features a step",
    "margin": "Margin γ",
    "confusion": "Weight of the class confusion",
    "smoothing": "Label smoothing",
    "pseudo": "Weight of the pseudo-labels",
    "confidence": "Sure enough to be believed",
    "starts": "Pseudo-labels start at",
    "full": "Pseudo-labels count in full at",
    "agree": "Weight of the agreement",
    "memory": "Memory of the teacher",
    "noise": "Noise on points",
    "move": "Move of images (share of the side)",
    "refresh": "Steps between pseudo-labellings",
    "query": "Questions about each",
    "ridge": "Ridge λ",
    "directions": "Directions to keep",
    "components": "Components to keep",
    "trade": "Freedom of the means μ",
    "bandwidth": "Width of the kernel",
    "landmarks": "Images to find them on",
    "distance": "Weight of the distance α",
    "carry": "Weight of carried labels λ",
    "spread": "Spread of the plan ε",
    "domain_steps": "Steps of the domains' classifier",
    "domain_lr": "Learning rate of the domains' classifier",
    "space": "Samples are compared by",
    "most": "Largest weight",
    "bound": "Largest weight B",
    "samples": "Samples to weigh",
    "centres": "Kernels in the ratio",
    "recount": "Steps between counts",
    "teacher": "Teacher",
    "teacher_steps": "Steps of the teacher",
    "teacher_lr": "Learning rate of the teacher",
    "teacher_dropout": "Dropout of the teacher",
    "turn": "Turned by (degrees)",
    "temperature": "Temperature T",
    "soft": "Weight of the teacher's answers",
    "transfer_set": "The teacher is asked about",
    "inner_lr": "Learning rate of the inner loop",
    "inner_steps": "Steps of the inner loop",
    "test_steps": "Steps on a new problem",
    "second_order": "Second-order gradients",
    "meta_batch": "Episodes in a meta-step",
    "scale": "Scale of the cosines",
    "fit_steps": "Steps of the new classifier",
    "fit_lr": "Learning rate of the new classifier",
    "episode_steps": "Steps on a new episode",
    "episode_lr": "Learning rate on a new episode",
    "gamma": "Restraint of the features γ",
    "lam": "Restraint of the attributes λ",
    "handicap": "Handicap of seen classes",
    "balance": "Balance of the questions",
    "alpha": "Help for slow questions α",
    "weights_lr": "Learning rate of the balance",
    "hint_steps": "Steps on the hint",
    "attend": "Weight of the attention β / 2",
    "projection": "Width of the projections",
    "relight": "How strongly their light varies",
    "stop_gradient": "Stopped gradient",
    "predictor": "Predictor",
    "redundancy": "Weight of redundancy λ",
    "rounds": "Rounds",
    "restarts": "Restarts",
    "sparsity": "Sparsity β",
    "whiten": "Whitened features",
}

# Where labels are, after Pan & Yang (2010): said of every strategy.
SETTINGS: Mapping[str, str] = {
    "inductive": "inductive: some target labels are known, and what is learnt has to hold for the rest",
    "transductive": "transductive: labels in the source alone, and target images without any",
    "unsupervised": "unsupervised: no labels at all, neither of the source nor of the target",
}
EXAM_TAGS: Mapping[str, str] = {"episodes": "few-shot exam", "zero-shot": "unseen classes", "open": "unknown classes"}

POINTS = "2-D points"  # the group of data that is no images
YOURS = "Yours"  # … and of pairs of what was brought in, or was chosen by two names

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


def first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def scenario_group(card: Mapping[str, Any]) -> str:
    """What a scenario is for, in a word or two: the groups in which data is chosen."""
    if card["kind"] == "points":
        return POINTS
    if BETWEEN in card["key"]:
        return YOURS
    if card["kind"] == "real":
        return "Real data"
    if card["exam"] == "episodes":
        return "New classes"
    if card["exam"] == "zero-shot" or "attributes" in card["offers"]:
        return "Unseen classes"
    if "environments" in card["offers"]:
        return "Bias"
    if card["key"].startswith("label-"):
        return "Labels that differ"
    return "Tiny images"


def backbone_family(family: str) -> str:
    """How the page calls a family of backbones."""
    return "Small, at once" if family == "small" else family


def data_title(key: str) -> str:
    """What data is called; of data that has gone, its key."""
    try:
        return str(catalogue.scenario(key)["title"])
    except TransferError:
        return key


def dialled(spec: RunSpec) -> str:
    """Data and how far its target is: "Moons → rotated moons, 35°"."""
    if spec.name:
        return spec.name
    card = catalogue.scenario(spec.scenario)
    shift = next((dial for dial in card["dials"] if dial["name"] == SHIFT), None)
    if shift is None or spec.shift is None:
        return str(card["title"])
    space = "" if shift["unit"] in ("°", "") else "\u202f"
    return f"{card['title']}, {number(spec.shift)}{space}{shift['unit']}"


def short(title: str, key: str = "") -> str:
    """The target's half of a scenario's title: "Printed → handwritten digits" is "Handwritten digits".

    Of two domains both are said: "pacs/photo~pacs/sketch" is "Photo → sketch"; and of two names: "SVHN → MNIST".
    """
    source, between, target = key.partition(BETWEEN)
    if between:
        return first_up(f"{source.rpartition('/')[2]} → {target.rpartition('/')[2]}")
    near, _, far = title.rpartition("→")
    return title if near and far.strip()[:1].isupper() else first_up(far.strip())


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


def less_room(run: Run) -> str:
    """What memory had no room for in a run; empty where it had room for all that was asked."""
    if run.batch is None:
        return ""
    return f"Memory was full: {run.batch} images at a time instead of {run.spec.hparams['batch']}"


def size(many: float) -> str:
    """How many bytes: 740 MB, 4.2 GB."""
    return f"{many / 1e9:.1f} GB" if many >= 1e9 else f"{many / 1e6:.0f} MB"


def count(many: int) -> str:
    """How many weights: 6, 1.2 k, 11.7 M."""
    if many < 1000:
        return str(many)
    return f"{many / 1e6:.1f} M" if many >= 1e6 else f"{many / 1e3:.1f} k"


def number(value: float) -> str:
    """Short and exact enough: 35, 0.3, 1e-05."""
    return f"{value:g}"
