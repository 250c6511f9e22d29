"""Taking a lesson without a page: its runs one after the other, in this process. Loads torch."""

from collections.abc import Callable
from dataclasses import replace

from threadpoolctl import threadpool_limits

from tlcore.lessons.lesson import Lesson
from tlcore.lessons.results import Result, result_of
from tlcore.runs.spec import RunSpec

Watch = Callable[[str], None]  # is told the name of the take that begins


def take(lesson: Lesson, seed: int = 0, watch: Watch | None = None) -> dict[str, Result]:
    """Train the lesson's runs on one thread and give their results by name. Raises what `tlcore.run` raises."""
    results = {}
    for name, spec in lesson.runs(seed).items():
        if watch is not None:
            watch(name)
        with threadpool_limits(1):  # the judge of the domains would take all cores, and wait for them
            results[name] = _trained(spec)
    if lesson.maps:
        from tlcore.runs.mapping import layouts

        last = list(results)[-1]
        drawn = layouts(results[last].features["features"], lesson.maps)
        results[last] = replace(results[last], maps=drawn)
    return results


def _trained(spec: RunSpec) -> Result:
    from tlcore.runs import inline

    choices = spec.as_json()
    return result_of(inline.run(choices.pop("strategy"), choices.pop("scenario"), **choices))
