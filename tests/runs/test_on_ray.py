"""A comparison on a real Ray cluster of two nodes on this machine, one of which is killed halfway."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.runs.conftest import until
from tlcore.errors import RequestError
from tlcore.runs.comparison import Comparison
from tlcore.runs.encoding import Logged
from tlcore.runs.engine import checkpoint_file
from tlcore.runs.ray_node import News, Trainer
from tlcore.runs.rows import Want
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.runs.sweeping import sweep
from tlcore.training.events import Evaluated, Finished

COMPARED = Comparison(["dann"], ["moons"], seeds=[0], settings={"steps": ["4000"]})  # and the source alone beside it
SPEC = RunSpec("dann", "moons", steps=400, observe=False)


def told(store: Store, number: int) -> list[tuple]:
    """Every number that a run told of the exam, but for what hangs on the clock."""
    events = [stored.event for stored in store.events(number, kinds=("evaluated", "finished"))]
    return [(type(each), each.step, dict(each.values)) for each in events if isinstance(each, Evaluated | Finished)]


@pytest.mark.slow
def test_a_trainer_goes_on_from_what_another_one_told(tmp_path: Path) -> None:
    """Without Ray: news of one are all that the next one needs, and no event is told twice or lost."""
    first, second = Trainer(), Trainer()
    assert first.begin(SPEC.as_json(), {}, None) == 0
    events, files = collected(first, "run", until_checkpoint=True)
    seq = second.begin(SPEC.as_json(), files, None)
    assert 0 < seq <= len(events)
    more, _ = collected(second, "run", start=seq)
    whole = Trainer()
    whole.begin(SPEC.as_json(), {}, None)
    every, _ = collected(whole, "run")
    ours = [each for each in [*events[:seq], *more] if not isinstance(each, Logged)]
    assert ours == every


def collected(trainer: Trainer, want: Want, until_checkpoint: bool = False, start: int = 0) -> tuple[list, dict]:
    """All events from `start` on, and the newest files; or until the first checkpoint, when it is asked to stop."""
    events: list[Any] = []
    files: dict[str, bytes] = {}
    while True:
        news: News = trainer.news("stop" if until_checkpoint and len(events) > 30 else want)
        events = [*events[: news.after - start], *news.events]
        files |= news.files
        if news.over:
            assert news.status == ("stopped" if until_checkpoint else "finished")
            return events, files


def test_without_a_cluster_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from tlcore.runs.on_ray import sweep_on_ray

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RequestError, match="Ray is not installed"):
        sweep_on_ray(tmp_path / "s", COMPARED.laid_out().specs, "auto")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head that trains nothing, and two nodes of one core each."""
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    monkeypatch.setenv("RAY_worker_niceness", "0")  # else whatever else goes on on this machine goes first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray = pytest.importorskip("ray", reason="Ray is an optional extra, and is not installed here")
        from ray.cluster_utils import Cluster

        found = head(Cluster)
        try:
            yield found
        finally:
            ray.shutdown()
            found.shutdown()


def head(cluster: Any) -> Any:
    """A cluster with its head; Ray gives that thirty seconds to start, which a busy machine may not keep."""
    for attempt in range(3):
        found = cluster()
        try:
            found.add_node(num_cpus=0, include_dashboard=False)
            return found
        except Exception:  # Ray raises just that
            found.shutdown()
            if attempt == 2:
                raise
    raise AssertionError


def both_wait(store: Store) -> bool:
    """Whether both runs wait, saved: who has begun waits for the other, or might be done before that one begins."""
    runs = store.runs()
    for run in runs:
        if run.status == "running" and run.want == "run":
            store.ask(run.id, want="pause")
    return len(runs) == 2 and all(run.status == "paused" and checkpoint_file(store, run.id).exists() for run in runs)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # Ray's own: open sockets and processes of the node that was killed
def test_a_node_that_is_killed_halfway_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    from tlcore.runs.on_ray import LANE, sweep_on_ray

    specs = COMPARED.laid_out().specs
    cluster.add_node(num_cpus=1)
    second = cluster.add_node(num_cpus=1)
    place, lost = tmp_path / "cluster", list[int]()
    store = Store(place)

    def kill() -> None:
        until(lambda: both_wait(store), 300)
        for run in store.runs():
            store.ask(run.id, want="run")
        until(lambda: all(run.status == "running" for run in store.runs()), 300)
        lost.extend(run.step for run in store.runs())
        cluster.remove_node(second, allow_graceful=False)

    killer = Thread(target=kill, daemon=True)
    killer.start()
    assert sweep_on_ray(place, specs, cluster.address)
    killer.join()
    assert len(lost) == 2 and all(0 < step < 4000 for step in lost), "the node was to be killed while both trained"
    remarks = [each.event.text for run in store.runs() for each in store.events(run.id, kinds=("log",))]
    assert any("Went on from the checkpoint at step" in text for text in remarks)
    assert sweep(tmp_path / "here", specs, jobs=1)
    here = Store(tmp_path / "here")
    alone = {(run.spec.strategy, run.spec.seed): run for run in here.runs()}
    runs = store.runs()
    assert len(runs) == len(specs) and {run.status for run in runs} == {"finished"}
    for run in runs:
        other = alone[run.spec.strategy, run.spec.seed]
        assert run.device == LANE and run.holder is None
        assert dict(run.metrics) == dict(other.metrics)
        assert told(store, run.id) == told(here, other.id)
        assert [stored.seq for stored in store.events(run.id)] == list(range(1, store.last_seq(run.id) + 1))
        assert checkpoint_file(store, run.id).exists()
    store.close()
    here.close()
