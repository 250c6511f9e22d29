"""The feed, over a real server and a real socket: everything arrives, once, and only at our own page."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dashboard import tail
from dashboard.assets import version
from dashboard.feed import make_routes
from dashboard.session import granted
from tlcore.exhibits import Gallery, Meter, Row
from tlcore.exhibits import told as exhibit
from tlcore.runs.encoding import StoredKind, unpack
from tlcore.runs.hold import Hold
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store
from tlcore.training.events import Evaluated, Measured, Observed

SPEC = RunSpec("dann", "moons", shift=35.0)
Packet = tuple[dict[str, Any], dict[str, np.ndarray]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "lab.sqlite3")


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    """Host and port of a server with the routes; it must end at once, whatever is still connected."""
    config = uvicorn.Config(
        Starlette(routes=make_routes(lambda: store)), port=0, log_level="warning", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
    assert not thread.is_alive()


def started(store: Store) -> Run:
    return store.submit(SPEC, holder=Process.me())


def losses(first: int, last: int) -> list[StoredKind]:
    return [Measured(step, {"classification": 1 / step, "domain": 0.7}) for step in range(first, last + 1)]


def frame(step: int, judge: float = 0.8) -> Observed:
    places = np.arange(6, dtype=np.float32).reshape(3, 2) + step
    return Observed(step, "frame", {"judge": judge}, {"map": places, "predicted": np.array([0, 1, 1], np.uint8)})


def hear(socket: ClientConnection, until: int) -> list[Packet]:
    """Packets until event `until`, each acknowledged."""
    heard: list[Packet] = []
    while not heard or heard[-1][0]["seq"] < until:
        message = socket.recv(timeout=5)
        assert isinstance(message, bytes)
        heard.append(unpack(message))
        socket.send(json.dumps({"ack": heard[-1][0]["seq"]}))
    return heard


def steps(packets: Sequence[Packet], kind: str = "measured") -> list[int]:
    """The steps of all rows of a kind."""
    told: list[int] = []
    for head, arrays in packets:
        for k, table in enumerate(head["columns"]):
            if table["kind"] == kind:
                told += [int(step) for step in arrays[f"columns/{k}"][table["keys"].index("step")]]
    return told


def live(address: str, run: int, after: int = 0, **more: Any) -> ClientConnection:
    return connect(f"ws://{address}/api/live/{run}?after={after}", max_size=None, **more)


def restart(address: str, run: int, origin: str) -> requests.Response:
    return requests.post(f"http://{address}/api/runs/{run}/restart", headers={"Origin": origin}, timeout=5)


def test_a_page_that_opens_late_gets_the_whole_past(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(
        run.id, [*losses(1, 50), Evaluated(50, {"source_accuracy": 0.99, "target_accuracy": 0.7}), frame(50)]
    )
    with live(address, run.id) as socket:
        packets = hear(socket, last)
    head, arrays = packets[0]
    assert steps(packets) == list(range(1, 51))
    assert steps(packets, "evaluated") == [50]
    assert head["about"]["title"] == "DANN"
    assert head["verdict"]["headline"].startswith("The source is learnt (99 %)")
    assert head["observed"][0]["verdict"] == head["verdict"]
    np.testing.assert_array_equal(arrays["observed/0/map"], frame(50).arrays["map"])
    np.testing.assert_array_equal(arrays["observed/0/predicted"], [0, 1, 1])


def test_what_happens_while_a_page_is_open_arrives(store: Store, address: str) -> None:
    run = started(store)
    with live(address, run.id) as socket:
        packets = hear(socket, 0)
        for first in (1, 11, 21):
            packets += hear(socket, store.record(run.id, losses(first, first + 9)))
    assert steps(packets) == list(range(1, 31))


def test_after_a_lost_connection_nothing_is_missing_and_nothing_comes_twice(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(run.id, losses(1, 20))
    with live(address, run.id) as socket:
        before = hear(socket, last)
    end = store.record(run.id, losses(21, 45))
    with live(address, run.id, after=before[-1][0]["seq"]) as socket:
        after = hear(socket, end)
    assert steps(before) + steps(after) == list(range(1, 46))


def test_the_next_packet_waits_until_the_page_has_drawn_the_last(store: Store, address: str) -> None:
    run = started(store)
    with live(address, run.id) as socket:
        socket.recv(timeout=5)
        store.record(run.id, losses(1, 5))
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.5)
        socket.send(json.dumps({"ack": 0}))
        assert steps([unpack(socket.recv(timeout=5))]) == [1, 2, 3, 4, 5]  # type: ignore[arg-type]


def test_a_long_past_comes_in_portions(store: Store, address: str) -> None:
    run = started(store)
    wide = [Observed(k, "frame", {"judge": 0.7}, {"map": np.full((30_000, 2), k, np.float32)}) for k in range(1, 6)]
    last = store.record(run.id, wide)
    with live(address, run.id) as socket:
        packets = hear(socket, last)
    assert len(packets) > 1
    assert [look["step"] for head, _ in packets for look in head["observed"]] == [1, 2, 3, 4, 5]


def test_features_never_reach_the_browser(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(run.id, [Observed(1, "features", {}, {"features": np.zeros((600, 128), np.float16)}), frame(1)])
    with live(address, run.id) as socket:
        packets = hear(socket, last)
    assert [look["name"] for head, _ in packets for look in head["observed"]] == ["frame"]
    assert packets[-1][0]["row"]["looks"] == 1


def test_a_batch_that_memory_had_no_room_for_is_told_with_the_run(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(run.id, [frame(3)])
    with live(address, run.id) as socket:
        assert hear(socket, last)[-1][0]["row"]["room"] == ""
    with store.database.writing() as db:
        db.execute("UPDATE runs SET batch = 32 WHERE id = ?", (run.id,))
    with live(address, run.id) as socket:
        assert hear(socket, last)[-1][0]["row"]["room"] == "Memory was full: 32 images at a time instead of 64"


def exhibits(step: int, side: int = 8) -> list[Observed]:
    """A look at a meter and a gallery."""
    row = Row("examples", np.full((4, 1, side, side), step % 256, np.uint8), list("ABCD"))
    shown = [Meter("Collapse", step / 100, 0, 1, 0.8), Gallery("Episode", (row,))]
    return [Observed(step, "exhibit", *exhibit(each)) for each in shown]


def test_all_exhibits_of_a_look_arrive_with_their_arrays(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(run.id, [frame(3), *exhibits(3), frame(6), *exhibits(6)])
    with live(address, run.id) as socket:
        ((head, arrays),) = hear(socket, last)
    told = [(look["step"], look["values"]["title"]) for look in head["observed"] if look["name"] == "exhibit"]
    assert told == [(3, "Collapse"), (3, "Episode"), (6, "Collapse"), (6, "Episode")]
    place = next(k for k, look in enumerate(head["observed"]) if look["values"].get("title") == "Episode")
    assert arrays[f"observed/{place}/images/0"].shape == (4, 8, 8, 3)
    assert head["about"]["exhibits"]["An episode"]


def test_whoever_comes_late_gets_fewer_looks_at_large_exhibits_but_the_first_and_the_last(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "EXHIBITS", 20 * (40 + 4 * 8 * 8 * 3))  # twenty galleries
    run = started(store)
    last = store.record(run.id, [look for step in range(1, 61) for look in (frame(step), *exhibits(step))])
    with live(address, run.id) as socket:
        looks = [look for head, _ in hear(socket, last) for look in head["observed"]]
    meters, galleries = (
        [look["step"] for look in looks if look["values"].get("title") == title] for title in ("Collapse", "Episode")
    )
    assert meters == list(range(1, 61))
    assert len(galleries) == 20 and (galleries[0], galleries[-1]) == (1, 60)


def test_exhibits_that_were_taken_back_after_a_kill_are_told_once(store: Store, address: str) -> None:
    run = started(store)
    kept = store.record(run.id, [frame(3), *exhibits(3)])
    last = store.record(run.id, [frame(6), *exhibits(6)])
    with live(address, run.id) as socket:
        hear(socket, last)
        store.rewind(run.id, kept)
        again = unpack(socket.recv(timeout=5))  # type: ignore[arg-type]
        assert again[0]["reset"] is True
        socket.send(json.dumps({"ack": 0}))
        packets = [again, *hear(socket, store.record(run.id, [frame(6), *exhibits(6)]))]
    told = [look["step"] for head, _ in packets for look in head["observed"] if look["name"] == "exhibit"]
    assert told == [3, 3, 6, 6]


def test_events_that_were_taken_back_are_told_again_from_the_start(store: Store, address: str) -> None:
    run = started(store)
    last = store.record(run.id, losses(1, 20))
    with live(address, run.id) as socket:
        hear(socket, last)
        store.rewind(run.id, 10)
        packets = [unpack(socket.recv(timeout=5))]  # type: ignore[arg-type]
    assert packets[0][0]["reset"] is True
    assert steps(packets) == list(range(1, 11))


def test_a_page_that_knows_more_than_the_store_begins_anew(store: Store, address: str) -> None:
    run = started(store)
    store.record(run.id, losses(1, 5))
    with live(address, run.id, after=99) as socket:
        head, _ = packet = unpack(socket.recv(timeout=5))  # type: ignore[arg-type]
    assert head["reset"] is True and steps([packet]) == [1, 2, 3, 4, 5]


def test_two_pages_see_the_same(store: Store, address: str) -> None:
    run = started(store)
    with live(address, run.id) as one, live(address, run.id) as two:
        last = store.record(run.id, losses(1, 9))
        assert steps(hear(one, last)) == steps(hear(two, last)) == list(range(1, 10))


def test_a_page_pauses_and_slows_a_run(store: Store, address: str) -> None:
    run = started(store)
    with live(address, run.id) as socket:
        hear(socket, 0)
        socket.send(json.dumps({"want": "pause"}))
        assert unpack(socket.recv(timeout=5))[0]["row"]["want"] == "pause"  # type: ignore[arg-type]
        socket.send(json.dumps({"ack": 0, "pace": 20}))
        assert unpack(socket.recv(timeout=5))[0]["row"]["pace"] == 20  # type: ignore[arg-type]
    assert store.run(run.id).want == "pause"


@pytest.mark.parametrize(
    ("message", "wishes"),
    [
        ({"want": "pause", "ack": 3}, {"want": "pause"}),
        ({"budget": 12, "pace": None}, {"budget": 12, "pace": None}),
        ({"want": "explode", "budget": True, "pace": "x", "status": "finished"}, {}),
        ({"want": ["run"], "budget": 0, "pace": -1}, {}),
        ([1], {}),
    ],
)
def test_only_wishes_that_a_store_takes_are_passed_on(message: object, wishes: Mapping[str, Any]) -> None:
    assert granted(message) == wishes


def test_a_run_that_is_not_there_is_said_so(address: str) -> None:
    with live(address, 7) as socket:
        assert "There is no run '7'" in unpack(socket.recv(timeout=5))[0]["gone"]  # type: ignore[arg-type]
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)
    assert requests.get(f"http://{address}/api/runs/7/packet", timeout=5).status_code == 404


def test_the_stage_asks_for_the_mean_over_seeds(store: Store, address: str) -> None:
    for seed, accuracy in enumerate((0.5, 0.75)):
        run = store.submit(replace(SPEC, seed=seed), holder=Process.me())
        store.record(run.id, [Evaluated(3, {"source_accuracy": 1.0, "target_accuracy": accuracy})])
        with store.database.writing() as db:
            db.execute("UPDATE runs SET status = 'finished' WHERE id = ?", (run.id,))
    told = requests.get(f"http://{address}/api/runs/1/seeds", timeout=5).json()
    assert (told["seeds"], told["waiting"], told["steps"]) == ([0, 1], 0, [3])
    assert told["curves"]["target_accuracy"]["mean"] == [0.625]
    assert told["curves"]["target_accuracy"]["high"][0] == pytest.approx(0.625 + 12.706 * 0.125, abs=1e-3)
    assert requests.get(f"http://{address}/api/runs/7/seeds", timeout=5).status_code == 404


def test_a_run_that_is_deleted_under_the_page_is_said_so(store: Store, address: str) -> None:
    run = store.submit(SPEC)
    with live(address, run.id) as socket:
        hear(socket, 0)
        store.delete(run.id)
        assert unpack(socket.recv(timeout=5))[0]["gone"] == "This run was deleted."  # type: ignore[arg-type]


def test_another_origin_may_neither_read_nor_steer(store: Store, address: str) -> None:
    run = started(store)
    with pytest.raises(InvalidStatus), live(address, run.id, origin="http://elsewhere.example"):
        pass
    asked = requests.post(
        f"http://{address}/api/runs/{run.id}/restart", headers={"Origin": "http://elsewhere.example"}, timeout=5
    )
    assert asked.status_code == 403
    assert len(store.runs()) == 1
    with live(address, run.id, origin=f"http://{address}") as socket:
        assert hear(socket, 0)


def test_restart_submits_the_same_spec_again_and_makes_room(store: Store, address: str) -> None:
    run = store.ask(started(store).id, pace=100)
    answer = requests.post(
        f"http://{address}/api/runs/{run.id}/restart", headers={"Origin": f"http://{address}"}, timeout=5
    )
    again = store.run(answer.json()["run"])
    assert (again.spec, again.parent, again.pace) == (run.spec, run.id, 100)
    assert store.run(run.id).want == "stop"


def test_a_ghost_is_fetched_without_a_socket(store: Store, address: str) -> None:
    run = started(store)
    store.record(run.id, [*losses(1, 3), frame(3)])
    answer = requests.get(f"http://{address}/api/runs/{run.id}/packet", timeout=5)
    assert steps([unpack(answer.content)]) == [1, 2, 3]


def test_a_scenario_has_a_picture_and_an_unknown_one_has_none(address: str) -> None:
    base = f"http://{address}/api/pictures"
    assert requests.get(f"{base}/moons", timeout=20).content.startswith(b"\x89PNG")
    assert requests.get(f"{base}/mooons", timeout=5).status_code == 404


def test_the_page_gets_its_own_files_and_nothing_else(address: str) -> None:
    base = f"http://{address}/stage/{version()}"
    module = requests.get(f"{base}/stage.js", timeout=5)
    assert (
        module.headers["Content-Type"].startswith("text/javascript") and "immutable" in module.headers["Cache-Control"]
    )
    assert requests.get(f"{base}/plotly.min.js", timeout=20).content[:200].decode().find("plotly.js") > 0
    for name in ("..%2Ffeed.py", "feed.py", "nothing.js"):
        assert requests.get(f"{base}/{name}", timeout=5).status_code == 404


BURST = RunSpec("linear-probe", "moons", hparams={"lr": 10.0})


def broken(store: Store) -> Run:
    """A run that became not-a-number at step 12, after a picture of step 9."""
    hold = Hold(store, store.submit(BURST, holder=Process.me()))
    hold.record([*losses(1, 11), frame(9), Measured(12, {"classification": nan})], step=12, seconds=1.0)
    hold.end("failed", "The loss 'classification' became not-a-number at step 12.")
    return store.run(hold.id)


def test_what_is_wrong_comes_with_every_packet_and_what_it_means_with_the_first(store: Store, address: str) -> None:
    run = broken(store)
    with live(address, run.id) as socket:
        ((head, _),) = hear(socket, store.last_seq(run.id))
    (alert,) = head["alerts"]
    assert (alert["level"], alert["key"], alert["step"]) == ("error", "not-a-number", 12)
    assert [each["words"] for each in alert["remedies"]] == ["Retry with a learning rate of 1", "Show step 9"]
    assert (
        head["about"]["alerts"]["not-a-number"][0] == "Not a number" and "price-of-learning" in head["about"]["lessons"]
    )


def test_an_alarm_comes_while_a_page_looks_on_and_goes_with_what_is_taken_back(store: Store, address: str) -> None:
    run = store.submit(BURST, holder=Process.me())
    with live(address, run.id) as socket:
        (head, _), *_ = hear(socket, store.record(run.id, losses(1, 11)))
        assert head["alerts"] == []
        store.record(run.id, [Measured(12, {"classification": nan})])
        assert [each["key"] for each in hear(socket, 12)[-1][0]["alerts"]] == ["not-a-number"]
        store.rewind(run.id, 11)
        assert hear(socket, store.record(run.id, losses(12, 14)))[-1][0]["alerts"] == []


def press(address: str, run: int, what: str) -> requests.Response:
    return requests.post(f"http://{address}/api/runs/{run}/{what}", headers={"Origin": f"http://{address}"}, timeout=5)


def test_a_gentler_run_has_a_tenth_of_the_learning_rate_and_the_same_pace(store: Store, address: str) -> None:
    run = store.ask(broken(store).id, pace=50)
    answer = press(address, run.id, "gentler")
    new = store.run(answer.json()["run"])
    assert (new.spec.hparams["lr"], new.parent, new.pace, new.status) == (1.0, run.id, 50, "queued")
    lowest = store.submit(RunSpec("dann", "moons", hparams={"lr": 1e-6}))
    refused = press(address, lowest.id, "gentler")
    assert refused.status_code == 409 and "a tenth of it is less" in refused.json()["error"]
    assert store.run(lowest.id).want == "run", "what cannot be retried is not stopped for it"


def test_the_log_says_why_it_ended_and_what_was_remarked(store: Store, address: str) -> None:
    run = broken(store)
    folder = store.folder(run.id)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("Traceback …\nIndexError")
    told = requests.get(f"http://{address}/api/runs/{run.id}/log", timeout=5).json()
    assert told["reason"].endswith("at step 12.") and told["lines"] == ["Traceback …", "IndexError"]
    assert requests.get(f"http://{address}/api/runs/99/log", timeout=5).status_code == 404
