"""Runs measured once and remembered: each in a process of its own, one thread, on the CPU.

`measured` takes specs and gives results. What was measured before, with the same choices and the same
code of strategy and scenario, is read from a file of JSON lines (`benchmarks/.proof`, outside of git)
and not measured again, so that a table can be stopped with Ctrl-C at any moment and goes on later.
"""

import ast
import hashlib
import inspect
import json
import os
import platform
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

from tqdm import tqdm

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is loaded here or in any run's process

from tlcore import scenarios
from tlcore.errors import TransferError
from tlcore.intervals import over_seeds
from tlcore.runs.spec import RunSpec
from tlcore.strategies import Strategy, find

HERE = Path(__file__).parent
RESULTS = HERE / "results"
MEMORY = HERE / ".proof" / "runs.jsonl"


@dataclass(frozen=True)
class Result:
    """How a run ended, what it took from building its data to its last grades, and its peak memory.

    `seconds` is the time of one core, which a busy machine does not lengthen much. `megabytes` is
    the peak resident memory of the run's own process less what Python and torch had taken before
    the run began.
    """

    values: Mapping[str, float]
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Beyond:
    """What a run does beyond its spec, by functions at the top of a script: before it begins and when it has ended."""

    before: Callable[[Any], Any] | None = None  # `Built` to `Built`
    after: Callable[[Any], Mapping[str, float]] | None = None  # `Built` to more values
    evaluations: int = 1  # while training goes on, beside the first and the last

    def __str__(self) -> str:
        more = f"{self.evaluations} evaluations" if self.evaluations > 1 else ""
        return "".join(inspect.getsource(each) for each in (self.before, self.after) if each) + more


NOTHING = Beyond()
_NOT_THE_RUN = ("device", "observe", "name", "validator")  # choices that change no number


def spec(strategy: str, scenario: str, **choices: Any) -> RunSpec:
    """A completed spec on the CPU that nobody watches; see `RunSpec` for the choices."""
    return RunSpec(strategy, scenario, device="cpu", observe=False, **choices).completed()


def measured(
    specs: Sequence[RunSpec], jobs: int, title: str = "measuring", beyond: Beyond = NOTHING
) -> dict[str, Result]:
    """Every spec's result by `key(spec, beyond)`, as far as it could be had; failures are told on the way.

    With Ctrl-C what has ended is kept, and the process leaves with status 130.
    """
    known = _remembered()
    missing = list({key(each, beyond): each for each in specs if key(each, beyond) not in known}.values())
    MEMORY.parent.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that no run is left behind
    with tqdm(total=len(missing), desc=title, unit=" runs", disable=not missing, smoothing=0.05) as bar:
        try:
            for done, outcome in _in_processes(missing, jobs, beyond):
                bar.update()
                if isinstance(outcome, str):
                    bar.write(f"{done.strategy} on {done.scenario}, seed {done.seed}: {outcome}", file=sys.stderr)
                    continue
                known[key(done, beyond)] = outcome
                _remember(key(done, beyond), done, outcome)
        except KeyboardInterrupt:
            bar.write("Stopped. What has ended is kept: the same command goes on from here.", file=sys.stderr)
            sys.exit(130)
    return known


def key(spec: RunSpec, beyond: Beyond = NOTHING) -> str:
    """A name for a run: its choices, the code of its strategy and of its scenario, and what it does beyond."""
    choices = {name: value for name, value in spec.as_json().items() if name not in _NOT_THE_RUN}
    if choices["augment"] == "none":  # as before there was any
        del choices["augment"]
    if not choices["weights"]:  # the backbone's own, as before there were others
        del choices["weights"]
    code = [_code(find(spec.strategy)), _code(type(scenarios.find(spec.scenario)))]
    told = json.dumps([choices, *code, str(beyond)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


@cache
def _code(kind: type) -> str:
    """What a module does: its syntax without layout, comments, docstrings and the words of its strategy's card."""
    tree = ast.parse(Path(inspect.getfile(kind)).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        if isinstance(node, ast.ClassDef) and issubclass(kind, Strategy):
            node.body = [each for each in node.body if not ast.unparse(each).startswith("card = ")]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def interval(values: Sequence[float]) -> float:
    """Half the width of the 95 % t-interval of the mean."""
    return over_seeds(values).half


def points(values: Sequence[float], digits: int = 1) -> str:
    """Shares as points: their mean ± half of the 95 % t-interval."""
    return f"{100 * mean(values):.{digits}f} ± {100 * interval(values):.{digits}f}"


def machine() -> str:
    """When, with what and on what: the last line of every table."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, torch {version('torch')}, "
        f"{platform.machine()} with {os.cpu_count()} cores, one thread a run, no GPU."
    )


def _remembered() -> dict[str, Result]:
    if not MEMORY.is_file():
        return {}
    known: dict[str, Result] = {}
    for line in MEMORY.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
            known[entry["key"]] = Result(**{each.name: entry[each.name] for each in fields(Result)})
        except (ValueError, KeyError, TypeError):
            continue  # the last line of a process that was killed
    return known


def _remember(name: str, spec: RunSpec, result: Result) -> None:
    entry = {"key": name, **vars(result), "spec": spec.as_json()}
    with MEMORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _in_processes(specs: Sequence[RunSpec], jobs: int, beyond: Beyond) -> Iterator[tuple[RunSpec, Result | str]]:
    """Outcomes as they come: a result, or in words why there is none."""
    forks = "forkserver" in get_all_start_methods()
    context: Any = get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload(["tlcore.runs.building", "tlcore.training.loop", __name__])
    waiting, working = list(reversed(specs)), dict[Connection, tuple[RunSpec, Any]]()
    with _ended(working):
        while waiting or working:
            while waiting and len(working) < jobs:
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(waiting[-1], beyond, theirs), daemon=True)
                process.start()
                theirs.close()
                working[ours] = waiting.pop(), process
            for ready in wait(list(working)):
                assert isinstance(ready, Connection)
                done, process = working.pop(ready)
                try:
                    outcome = ready.recv()
                except EOFError:
                    process.join()
                    outcome = f"its process ended with status {process.exitcode}"
                process.join()
                yield done, outcome


@contextmanager
def _ended(working: Mapping[Connection, tuple[RunSpec, Any]]) -> Iterator[None]:
    try:
        yield
    finally:
        for _, process in working.values():
            process.terminate()


def _work(spec: RunSpec, beyond: Beyond, answer: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    try:
        answer.send(_trained(spec, beyond))
    except TransferError as reason:
        answer.send(str(reason))
    except Exception as reason:  # noqa: BLE001  told in the table's progress, and the others go on
        answer.send(f"{type(reason).__name__}: {reason}")


def _trained(spec: RunSpec, beyond: Beyond) -> Result:
    import torch

    from tlcore.runs.building import build
    from tlcore.training.bystander import untouched
    from tlcore.training.events import Finished
    from tlcore.training.loop import Rhythm, train

    torch.set_num_threads(1)
    before, began = _peak(), process_time()
    built = build(spec, torch.device("cpu"))
    if beyond.before:
        built = beyond.before(built)
    rhythm = Rhythm(evaluations=beyond.evaluations, apart=1)
    for event in train(built.strategy, built.prepared.task, built.evaluators, rhythm=rhythm):
        if isinstance(event, Finished):
            with untouched(built.strategy):
                more = beyond.after(built) if beyond.after else {}
            return Result({**event.values, **more}, process_time() - began, _peak() - before)
    raise AssertionError("a run that ends without being finished")


def _peak() -> float:
    """Peak resident memory of this process so far, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes here
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def like(run: RunSpec, strategy: str) -> RunSpec:
    """The same data, budget, seed and backbone for another strategy, with that one's own defaults and validator."""
    return replace(run, strategy=strategy, hparams={}, steps=None, validator="").completed()
