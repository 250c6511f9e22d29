"""Estimating: a trial with few images at a time, one with more, and what follows for any number of them."""

from collections.abc import Sequence

import torch

from tlcore import catalogue
from tlcore.cards import BETWEEN
from tlcore.errors import RequestError
from tlcore.library import domains
from tlcore.runs import devices, estimates, memory
from tlcore.runs.building import device_of, suitable_threads
from tlcore.runs.estimates import SHARE, Estimate
from tlcore.runs.spec import RunSpec
from tlcore.runs.trial import PATIENCE, STEPS, Asked, Tried, asked, tried
from tlcore.training.evaluators import Accuracy
from tlcore.training.loop import Rhythm
from tlcore.training.unnamed import Episodes

_MOST = 1000  # test images of a domain that the last exam is counted with
_TESTED = 0.2  # of a domain's images are kept for its test
_FIRST, _SECOND = 4, 16  # images at a time: few, so that they fit and do not take long


def estimate(spec: RunSpec) -> Estimate:
    """What a run would take here; remembered. Raises `RequestError` for a spec that cannot be run."""
    spec = spec.completed()
    known = estimates.find(spec)
    if known is not None:
        return known
    found = _estimated(spec, device_of(spec, devices.lane(spec.device)))
    estimates.keep(spec, found)
    return found


def _estimated(spec: RunSpec, device: torch.device) -> Estimate:
    torch.set_num_threads(suitable_threads(catalogue.scenario(spec.scenario)["kind"]))
    wanted, shape, free = int(spec.hparams["batch"]), estimates.shape_of(spec), memory.available(device)
    mark, trials = memory.Watermark(device), list[Tried]()
    with memory.bounded(device):
        exam = asked(spec, shape, mark)
        for batch in sorted({max(2, min(_FIRST, wanted // 2)), min(_SECOND, wanted), wanted}):
            if batch > _SECOND and not _affordable(trials, batch, free):
                break
            try:
                trials.append(tried(spec, shape, batch, mark))
            except Exception as error:
                if not trials or memory.full(error) is None:
                    raise
                break
            memory.free()
    return _concluded(spec, trials, exam, free)


def _affordable(trials: Sequence[Tried], batch: int, free: int) -> bool:
    """Whether a trial with so many images at a time would fit, and not take too long."""
    fits = _memory(trials, batch) <= SHARE * free
    return fits and STEPS * _seconds(trials, batch) <= PATIENCE / 2


def _concluded(spec: RunSpec, trials: Sequence[Tried], exam: Asked, free: int) -> Estimate:
    wanted, last = int(spec.hparams["batch"]), trials[-1]
    return Estimate(
        batch=wanted,
        length=last.length,
        steps=int(spec.hparams["steps"]) if "steps" in spec.hparams else None,
        step_seconds=_seconds(trials, wanted),
        grading_seconds=exam.image_seconds * _graded(spec.scenario, last.length),
        measured=last.batch >= wanted,
        fixed=_memory(trials, 0),
        image=_memory(trials, 1) - _memory(trials, 0),
        grading=exam.memory,
        free=free,
        device=devices.lane(spec.device),
    )


def _graded(scenario: str, length: int) -> int:
    """How many images the exams of a run of so many steps ask about, all together, at the most."""
    times = length // Rhythm().graded_every(length)
    if catalogue.scenario(scenario)["exam"] == "episodes":
        return 2 * (times * Episodes.quick + Episodes.all) * Episodes.way * (Episodes.shot + Episodes.query)
    source, _, target = scenario.partition(BETWEEN)
    there = [_tested(domain) for domain in (source, target)]
    return sum(times * min(Accuracy.quick, images) + images for images in there)


def _tested(domain: str) -> int:
    """How many test images of a domain the last exam is counted with; of one that is not among the known, the most."""
    try:
        return min(_MOST, int(_TESTED * domains.find(domain).images))
    except RequestError:
        return _MOST


def _memory(trials: Sequence[Tried], batch: float) -> float:
    return _on_the_line([(one.batch, one.memory) for one in trials], batch)


def _seconds(trials: Sequence[Tried], batch: float) -> float:
    return _on_the_line([(one.batch, one.step_seconds) for one in trials], batch)


def _on_the_line(points: Sequence[tuple[float, float]], at: float) -> float:
    """What is taken with so many images at a time, by the line through the first and the last trial.

    Without a slope that can be told, or with a single trial, what the last one took.
    """
    (first, low), (last, high) = points[0], points[-1]
    slope = max(0.0, (high - low) / (last - first)) if last > first else 0.0
    return high + slope * (at - last)
