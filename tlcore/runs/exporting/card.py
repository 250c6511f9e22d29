"""A model card: what a trained model is, what it was made from, what it is worth, and what it is not for.

After Mitchell et al., "Model cards for model reporting", FAT* 2019, arXiv:1810.03993.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tlcore.cards import Card
from tlcore.intervals import Interval, over_seeds, wilson
from tlcore.runs.exporting.about import about
from tlcore.runs.spec import ALL_LABELS, RunSpec
from tlcore.runs.store import Store
from tlcore.runs.trained import Trained

ORACLE = "⚑"  # a number that needs target labels, which nobody has in practice


def written(store: Store, found: Trained) -> str:
    """The card of a run's model, in Markdown."""
    told, card, spec = about(found), found.strategy.card, found.run.trained
    parts = [
        f"# {card.title} on {found.built.prepared.card.title}",
        f"Run {found.run.id}, {_where(found)}. Written by Transfer Lab {told['versions']['transfer-lab']}.",
        "## What it is",
        *_what(found, told),
        "## Data",
        *_data(found, spec),
        "## Numbers",
        *_numbers(found, told),
        *_seeds(store, found),
        "## Limits",
        *_limits(found, card),
        "## How it was made",
        _table(("setting", "value"), [*_settings(spec), *_versions(found, told)]),
        "## How to use it",
        _usage(found, told),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _where(found: Trained) -> str:
    steps = found.run.steps
    return f"after all of its {steps} steps" if found.step == steps else f"at step {found.step} of {steps}"


def _what(found: Trained, told: Mapping[str, Any]) -> Iterator[str]:
    card = found.strategy.card
    yield f"{card.idea} ({card.source}.)"
    weights = sum(each.numel() for each in found.network.parameters())
    kind = "groups without names" if card.answers == "clusters" else "classes"
    names = told["classes"]
    yield (
        f"A `{found.run.spec.backbone}` with a linear head: {weights:,} weights. It answers with {len(names)} "
        f"{kind}: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}."
    )
    yield f"Input: {told['input']['preprocessing']}"


def _data(found: Trained, spec: RunSpec) -> Iterator[str]:
    prepared = found.built.prepared
    task, exam, card = prepared.task, prepared.exam, prepared.card
    labels = spec.target_labels or 0
    bought = "all of them" if labels >= ALL_LABELS or found.strategy.card.oracle else f"{labels} of each class"
    rows = [
        ("source", card.source, len(task.source), len(exam.source)),
        ("target", card.target, len(task.target), len(exam.target)),
    ]
    yield f"Scenario `{spec.scenario}`: {card.idea}"
    yield _table(("domain", "what", "to learn from", "held out"), rows)
    yield (
        f"Target labels it could see: {bought}. It asks for the source's {_asked(found, 0)} and the target's "
        f"{_asked(found, 1)}; the held-out images were never trained on."
    )


def _asked(found: Trained, side: int) -> str:
    words = {"nothing": "nothing", "images": "images", "few": "images and some labels", "labels": "images and labels"}
    return words[str(found.strategy.card.needs[side])]


def _numbers(found: Trained, told: Mapping[str, Any]) -> Iterator[str]:
    metrics = told["metrics"]
    counts = {
        name: int(count)
        for name in metrics
        if name.endswith("accuracy") and (count := metrics.get(name.replace("accuracy", "items"), 0))
    }
    rows = [
        (_called(name), f"{value:.4f}", _interval(wilson(value, counts[name])) if name in counts else "–",
         str(counts.get(name, "–")))
        for name, value in metrics.items() if not name.endswith(("_items", "_step"))
    ]  # fmt: skip
    if not rows:
        yield "Nothing was evaluated before it was stopped."
        return
    yield _table(("measure on held-out images", "value", "95 % interval", "n"), rows)
    yield (
        f"{ORACLE} needs target labels, which nobody has in practice: it is known because this is a laboratory. "
        "Intervals are Wilson's, of a share of n images; they say nothing about another seed."
    )


def _called(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words} {ORACLE}" if "target" in name else words


def _seeds(store: Store, found: Trained) -> Iterator[str]:
    """What finished runs of the same experiment with other seeds in this store say together."""
    spec = found.run.spec.completed()
    alike = {
        run.spec.seed: run.metrics
        for run in store.runs()
        if run.status == "finished" and run.batch is None and _but_seed(run.spec) == _but_seed(spec)
    }
    shares = [metrics["target_accuracy"] for metrics in alike.values() if "target_accuracy" in metrics]
    if len(shares) < 2:
        yield f"One seed ({spec.seed}). Another one may give another number: train several before you rely on it."
        return
    yield (
        f"Over {len(shares)} seeds ({', '.join(map(str, sorted(alike)))}) of this experiment, target accuracy {ORACLE} "
        f"is {over_seeds(shares).value:.4f} on average, {_interval(over_seeds(shares))} (95 %, Student's t)."
    )


def _but_seed(spec: RunSpec) -> dict[str, Any]:
    told = spec.as_json()
    return {name: told[name] for name in told if name not in ("seed", "name", "device", "observe")}


def _limits(found: Trained, card: Card) -> Iterator[str]:
    told = [f"Assumes: {card.assumes}", f"Avoid: {card.avoid}", f"Use: {card.use}"]
    yield "\n".join(f"- {each}" for each in told if not each.endswith(": "))
    if card.oracle:
        yield f"{ORACLE} This strategy learns from every target label: it is an upper bound, and no way to work."
    yield (
        "It was trained to be looked at, on small data and in seconds or minutes. Nothing here has been examined for "
        "fairness, for safety, or on images from anywhere else."
    )


def _settings(spec: RunSpec) -> Iterator[tuple[str, str]]:
    for name in ("strategy", "scenario", "backbone", "weights", "shift", "augment", "seed"):
        if (value := getattr(spec, name)) not in (None, ""):
            yield name, f"`{value}`"
    for name, value in {**spec.settings, **spec.hparams}.items():
        yield name, f"`{value}`"


def _versions(found: Trained, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "time", f"{found.run.seconds:.1f} s on {found.run.device}"
    for name, version in told["versions"].items():
        yield name, str(version)


def _usage(found: Trained, told: Mapping[str, Any]) -> str:
    file = f"run-{found.run.id}-{found.run.spec.strategy}"
    shape = ", ".join(map(str, told["input"]["shape"]))
    return (
        f'```python\nimport tlcore\n\nmodel = tlcore.load_model("{file}.safetensors")\n'
        f"logits = model(inputs)  # (N, {shape}) to (N, {len(told['classes'])})\nmodel.named(inputs)  # in words\n"
        "```\n\n"
        f"Train it again: `tlcore run --config {file}.toml`."
    )


def _interval(interval: Interval) -> str:
    return f"{interval.low:.4f} to {interval.high:.4f}"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(each).replace('|', '/') for each in line)} |" for line in lines)
