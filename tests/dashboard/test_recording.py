"""The recorded run of the first visit: small, whole, and in the order in which it happened."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.recording import PLACE, SECONDS, recording
from dashboard.tail import Tail
from tlcore.runs.encoding import unpack
from tlcore.runs.processes import Process
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Measured, Observed


def parts(content: bytes) -> Iterator[tuple[int, dict[str, Any], dict[str, np.ndarray]]]:
    at = 0
    while at < len(content):
        milliseconds, length = struct.unpack_from("<II", content, at)
        yield milliseconds, *unpack(content[at + 8 : at + 8 + length])
        at += 8 + length
    assert at == len(content)


def test_the_shipped_recording_loads_at_once_and_tells_a_whole_run() -> None:
    assert PLACE.stat().st_size <= 150_000
    told = list(parts(gzip.decompress(PLACE.read_bytes())))
    times = [milliseconds for milliseconds, _, _ in told]
    assert times == sorted(times) and times[0] == 0 and times[-1] == 1000 * SECONDS
    first, last = told[0][1], told[-1][1]
    assert first["about"]["scenario"] == "moons" and first["observed"][0]["name"] == "scene"
    assert last["row"]["status"] == "finished" and last["row"]["step"] == last["row"]["steps"]
    looks = [look for _, head, _ in told for look in head["observed"]]
    assert sum(look["name"] == "frame" for look in looks) >= 20
    assert all(look["verdict"]["headline"] for look in looks if look["name"] == "frame")


def test_a_recording_keeps_every_evaluation_and_a_quarter_of_the_curves(tmp_path: Path) -> None:
    store = Store(tmp_path / "lab.sqlite3")
    run = store.submit(RunSpec("dann", "moons"), holder=Process.me())
    store.record(run.id, [Measured(step, {"domain": 0.7}) for step in range(1, 41)])
    store.record(run.id, [Evaluated(40, {"source_accuracy": 0.9, "target_accuracy": 0.7})])
    store.record(run.id, [Observed(40, "frame", {"judge": 0.7}, {"map": np.ones((4, 2), np.float32) / 3})])
    rows = {"measured": 0, "evaluated": 0}
    for _, head, arrays in parts(recording(Tail(store, run.id))):
        for table in head["columns"]:
            rows[table["kind"]] += table["count"]
        if head["observed"]:
            np.testing.assert_allclose(arrays["observed/0/map"], 1 / 3, atol=1 / 128)
    assert rows == {"measured": 10, "evaluated": 1}
