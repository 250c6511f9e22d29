"""A run in words, as HTML: what a file says below the stage. Everything that is put in is escaped."""

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dashboard.sharing import command_line, script
from dashboard.tail import Tail
from tlcore import catalogue
from tlcore.errors import TransferError
from tlcore.intervals import wilson
from tlcore.runs.spec import ALL_LABELS, RunSpec
from tlcore.runs.store import Store

PACKAGES = ("transfer-lab", "torch", "torchvision", "numpy", "plotly")
_ORACLE = "⚑ needs target labels, which nobody has in practice. It is shown because this is a laboratory."


def told(store: Store, tail: Tail) -> str:
    """Sections about the run that a tail reads: what it is, its numbers, its settings, how to get it again."""
    run, facts = tail.row, tail.facts
    spec = run.trained
    sections = [
        _section("What this is", _what(spec, facts)),
        _section("Numbers at the end", _numbers(run.metrics, facts)),
        _section("Settings", _table(("Setting", "Value", "What it is"), _settings(spec))),
        _section("Where and when", _table(("", ""), _circumstances(tail))),
        _section("Other seeds and strategies on this data", _others(store, tail)),
        _section("The same run again", "".join(_again(spec)), wide=True),
    ]
    return "\n".join(each for each in sections if each)


def _what(spec: RunSpec, facts: Mapping[str, Any]) -> str:
    scenario = _known(lambda: catalogue.scenario(spec.scenario))
    strategy = _known(lambda: catalogue.strategy(spec.strategy)["card"])
    words = [
        f"<b>{_text(facts['title'])}</b>: {_text(facts['idea'])} {_text(strategy.get('source', ''))}",
        f"<b>{_text(facts['pair'])}</b>: {_text(scenario.get('idea', ''))}",
        f"From {_text(scenario.get('source', 'source'))} to {_text(scenario.get('target', 'target'))}. "
        "The stage above replays what was seen while it trained: Space plays, the timeline goes to any step.",
    ]
    return "".join(f"<p>{each}</p>" for each in words)


def _numbers(metrics: Mapping[str, float], facts: Mapping[str, Any]) -> str:
    if not metrics:
        return "<p>Nothing was evaluated before it ended.</p>"
    rows = []
    for name, value in metrics.items():
        if name.endswith(("_items", "_step")):
            continue  # what an accuracy stands on is told beside it
        called, means = facts["measures"].get(name) or (name.replace("_", " "), "")
        count = int(metrics.get(name.replace("accuracy", "items"), 0)) if name.endswith("accuracy") else 0
        between = ("{:.3f} to {:.3f}, n {}".format(*wilson(value, count)[1:3], count)) if count else "–"
        rows.append((f"{called}{' ⚑' if 'target' in name else ''}", f"{value:.4f}", between, means))
    return (
        _table(("Measure on held-out images", "Value", "95 % interval", "What it is"), rows)
        + f"<p>{_ORACLE} One run, one seed.</p>"
    )


def _settings(spec: RunSpec) -> Iterator[tuple[str, ...]]:
    labels = "all" if spec.target_labels == ALL_LABELS else str(spec.target_labels or 0)
    dials = {each["name"]: each["help"] for each in _known(lambda: catalogue.dials(spec.scenario), [])}
    hparams = {each["name"]: each["help"] for each in _known(lambda: catalogue.strategy(spec.strategy)["hparams"], [])}
    yield "strategy", spec.strategy, "The technique."
    yield "scenario", spec.scenario, "The two domains."
    yield "backbone", spec.backbone, "The part of the network that sees."
    if spec.weights:
        yield "weights", spec.weights, "Its first weights."
    if spec.shift is not None:
        yield "shift", f"{spec.shift:g}", dials.get("shift", "How far the target is.")
    for name, dial in spec.settings.items():
        yield name, f"{dial:g}", dials.get(name, "")
    yield "target labels", labels, "Labelled target images of each class."
    yield "augmentation", spec.augment or "none", "How training images are varied."
    yield "seed", str(spec.seed), "Of everything that is drawn by chance."
    for name, value in spec.hparams.items():
        yield name, str(value), hparams.get(name, "")


def _circumstances(tail: Tail) -> Iterator[tuple[str, str]]:
    run = tail.row
    yield "status", f"{run.status} at step {run.step} of {run.steps}"
    if run.started:
        yield "begun", datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield "trained for", f"{run.seconds:.1f} s on {run.device}"
    yield "Python", platform.python_version()
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _others(store: Store, tail: Tail) -> str:
    spec = tail.row.spec
    same = [
        (str(run.id), run.spec.strategy, str(run.spec.seed), f"{run.metrics['target_accuracy']:.4f}")
        for run in store.runs()
        if run.id != tail.row.id
        and run.status == "finished"
        and "target_accuracy" in run.metrics
        and (run.spec.scenario, run.spec.shift, run.spec.settings, run.spec.backbone)
        == (spec.scenario, spec.shift, spec.settings, spec.backbone)
    ]
    return _table(("Run", "Strategy", "Seed", "Target accuracy ⚑"), same[:20]) if same else ""


def _again(spec: RunSpec) -> Iterator[str]:
    try:
        yield f"<pre><code>{_text(command_line(spec))}</code></pre><pre><code>{_text(script(spec))}</code></pre>"
    except TransferError as error:
        yield f"<p>{_text(str(error))}</p>"


def _section(title: str, content: str, wide: bool = False) -> str:
    kind = ' class="wide"' if wide else ""
    return f"<section{kind}><h2>{_text(title)}</h2>{content}</section>" if content else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{_text(each)}</td>' for each in row)}</tr>" for row in rows)
    top = f"<thead><tr>{''.join(f'<th>{_text(each)}</th>' for each in head)}</tr></thead>" if any(head) else ""
    return f"<table>{top}<tbody>{lines}</tbody></table>"


def _text(words: Any) -> str:
    return escape(str(words))


def _known(look: Any, otherwise: Any = None) -> Any:
    """What the catalogue says, as far as this version knows a run's strategy and data."""
    try:
        return look()
    except TransferError:
        return {} if otherwise is None else otherwise
