"""What can be done about an alert with one press."""

from dataclasses import replace

from tlcore import catalogue
from tlcore.errors import RequestError, TransferError
from tlcore.hparams import Value
from tlcore.runs.alerting.alert import Alert, Remedy
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec

LESS = 10.0
_OF_RATES = ("not-a-number", "too-high", "spike")  # where a lower learning rate is what to try first


def gentler(spec: RunSpec) -> RunSpec:
    """The same run with a tenth of every learning rate above its default, or of all where none is.

    Raises `RequestError` where that is less than is allowed.
    """
    known = {each["name"]: each for each in catalogue.strategy(spec.strategy)["hparams"]}
    rates = {name: float(value) for name, value in spec.hparams.items() if name == "lr" or name.endswith("_lr")}
    raised = {name: value for name, value in rates.items() if value > known[name]["default"]}
    hparams: dict[str, Value] = dict(spec.hparams)
    for name, value in (raised or rates).items():
        less = float(f"{value / LESS:.6g}")  # 0.03, and not 0.030000000000000002
        if less < (known[name].get("low") or 0.0):
            raise RequestError(f"'{name}' is {value:g} already, and a tenth of it is less than it may be.")
        hparams[name] = less
    return replace(spec, hparams=hparams).completed()


def remedies(alert: Alert, run: Run, seen: int) -> tuple[Remedy, ...]:
    """For a run of which there is a picture of step `seen`, the last one before what went wrong."""
    offered: list[Remedy] = []
    if alert.key in _OF_RATES and (words := _tried(run.spec)):
        offered.append(Remedy("gentler", words))
    if alert.key == "not-a-number" and seen:
        offered.append(Remedy("show", f"Show step {seen:,}", seen))
    if alert.key == "crashed" or (alert.key == "failed" and run.step):
        offered.append(Remedy("resume", f"Resume from {run.step:,}"))
    if alert.key in ("crashed", "failed"):
        offered.append(Remedy("log", "Log"))
    return tuple(offered)


def _tried(spec: RunSpec) -> str:
    """What a button says; empty where there is nothing to try."""
    try:
        less = gentler(spec)
    except TransferError:
        return ""
    changed = [name for name, value in less.hparams.items() if value != spec.hparams.get(name)]
    if "lr" in changed:
        return f"Retry with a learning rate of {less.hparams['lr']:g}"
    return f"Retry with {changed[0]} = {less.hparams[changed[0]]:g}" if changed else ""
