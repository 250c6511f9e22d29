"""A run's numbers for other trackers, MLflow and TensorBoard: while it goes on, or afterwards.

    tlcore run … --log mlflow:mlruns --log tensorboard:logs
    tlcore export RUN --format tensorboard --out logs

Both are optional extras: pip install "transfer-lab[mlflow]", "transfer-lab[tensorboard]". They write into folders of
this machine; nothing is sent anywhere.
"""

import json
import os
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.exporting.tables import numbers
from tlcore.runs.rows import Run
from tlcore.runs.store import Store

APART = 1.0  # seconds between two looks at a run that goes on
_MOST = 1000  # numbers that MLflow takes at once


class Log(ABC):
    """Where the numbers of one run go."""

    @abstractmethod
    def tell(self, step: int, values: Mapping[str, float]) -> None:
        """Numbers of one step; steps come in order for every name."""

    @abstractmethod
    def end(self, run: Run) -> None:
        """The run has come to rest; nothing is told after this."""


class TensorBoardLog(Log):
    """Scalars in an event file, the choices as text and, at the end, as hyper-parameters with what they reached."""

    def __init__(self, folder: Path, run: Run) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder / _name(run)))
        text = json.dumps(run.trained.as_json(), indent=2, ensure_ascii=False)
        self._writer.add_text("spec", f"```\n{text}\n```")

    def tell(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def end(self, run: Run) -> None:
        reached = {f"final/{name}": value for name, value in run.metrics.items()}
        self._writer.add_hparams(_choices(run), reached, run_name=".")
        self._writer.close()


class MlflowLog(Log):
    """A run of the experiment "transfer-lab" in a folder: parameters, metrics over steps, tags."""

    def __init__(self, folder: Path, run: Run) -> None:
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # newer versions ask before they write plain files
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag

        self._metric = Metric
        self._client = MlflowClient(tracking_uri=folder.absolute().as_uri())
        found = self._client.get_experiment_by_name("transfer-lab")
        experiment = found.experiment_id if found else self._client.create_experiment("transfer-lab")
        begun = int(1000 * (run.started or run.created))
        self._id = self._client.create_run(experiment, start_time=begun, run_name=_name(run)).info.run_id
        params = [Param(name, str(value)) for name, value in _choices(run).items()]
        self._client.log_batch(self._id, params=params, tags=[RunTag("transfer-lab.run", str(run.id))])
        self._waiting: list[Any] = []
        self._began = begun

    def tell(self, step: int, values: Mapping[str, float]) -> None:
        self._waiting += [self._metric(name, value, self._began + step, step) for name, value in values.items()]
        if len(self._waiting) >= _MOST - len(values):
            self._write()

    def end(self, run: Run) -> None:
        self._write()
        status = {"finished": "FINISHED", "failed": "FAILED", "crashed": "FAILED"}.get(run.status, "KILLED")
        self._client.set_terminated(self._id, status, int(1000 * run.ended) if run.ended else None)

    def _write(self) -> None:
        for first in range(0, len(self._waiting), _MOST):
            self._client.log_batch(self._id, metrics=self._waiting[first : first + _MOST])
        self._waiting.clear()


# Named as the packages that they need.
KINDS: Mapping[str, Callable[[Path, Run], Log]] = {
    "mlflow": MlflowLog,
    "tensorboard": TensorBoardLog,
}


def parse(text: str) -> tuple[str, Path]:
    """The two parts of KIND:FOLDER; the folder is there afterwards.

    Raises `RequestError` for another form or kind, a folder that cannot be, or where the extra is missing.
    """
    kind, colon, folder = text.partition(":")
    if not colon or not folder:
        raise RequestError(f"--log takes KIND:FOLDER, as in --log tensorboard:logs, but got '{text}'.")
    if kind not in KINDS:
        raise UnknownKey("log", kind, KINDS)
    present(kind)
    try:
        Path(folder).expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"'{folder}' cannot be a folder of logs ({error.strerror}): name another one.") from None
    return kind, Path(folder).expanduser()


def present(kind: str) -> None:
    """Raises `RequestError` with a sentence where what a log needs is not installed."""
    if find_spec(kind) is None:
        raise RequestError(f'{kind} is an extra: pip install "transfer-lab[{kind}]", and the log can be written.')


def finished(store: Store, number: int, kind: str, folder: Path) -> Path:
    """Write the log of a run as it stands. Raises `RequestError`, and `UnknownKey` for a run that is not there."""
    present(kind)
    feeding = _Feeding(store, number, [(kind, folder)])
    feeding.feed()
    feeding.end()
    return folder


@contextmanager
def logging(store: Store, number: int, targets: Sequence[tuple[str, Path]]) -> Iterator[None]:
    """Write the logs of a run that trains meanwhile, a second behind it, and to its end."""
    if not targets:
        yield
        return
    feeding, over = _Feeding(store, number, targets), Event()

    def follow() -> None:
        while not over.wait(APART):
            feeding.feed()

    thread = Thread(target=follow, name="logs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        feeding.feed()
        feeding.end()


class _Feeding:
    """Hands on what the store knows of a run, every number once: a resumed run tells some steps again."""

    def __init__(self, store: Store, number: int, targets: Sequence[tuple[str, Path]]) -> None:
        self._store, self._number, self._seen = store, number, 0
        self._told: dict[str, int] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of their own old age
            self._logs = [KINDS[kind](folder, store.run(number)) for kind, folder in targets]

    def feed(self) -> None:
        self._seen = min(self._seen, self._store.last_seq(self._number))
        for seq, step, values in numbers(self._store, self._number, self._seen):
            self._seen = seq
            news = {name: value for name, value in values.items() if step > self._told.get(name, -1)}
            self._told.update(dict.fromkeys(news, step))
            for log in self._logs:
                log.tell(step, news)

    def end(self) -> None:
        for log in self._logs:
            log.end(self._store.run(self._number))


def _name(run: Run) -> str:
    return f"run-{run.id}-{run.spec.strategy}-{run.spec.scenario}".replace("/", "-").replace("~", "-to-")


def _choices(run: Run) -> dict[str, bool | int | float | str]:
    """Every choice of a run by one name each."""
    spec = run.trained
    plain = {"strategy": spec.strategy, "scenario": spec.scenario, "backbone": spec.backbone, "weights": spec.weights}
    numbers = {"seed": spec.seed, "target_labels": spec.target_labels or 0, "shift": spec.shift}
    told = {**plain, **numbers, "augment": spec.augment, **spec.settings, **spec.hparams}
    return {name: value for name, value in told.items() if value is not None}
