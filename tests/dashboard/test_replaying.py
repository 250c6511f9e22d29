"""The file that replays a run holds all of it, asks for nothing, and nothing that was typed becomes a part."""

import base64
import gzip
import io
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dashboard import replaying, tables
from dashboard.assets import STATIC
from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from dashboard.replaying import page
from dashboard.tail import Tail
from tlcore.errors import RequestError, UnknownKey
from tlcore.runs.encoding import unpack
from tlcore.runs.exporting.formats import export
from tlcore.runs.processes import Process
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Run]]:
    """A store with a finished run whose data has a hostile name."""
    from tlcore.runs.engine import execute
    from tlcore.runs.steering import Control

    store = Store(tmp_path_factory.mktemp("made") / "runs.sqlite3")
    spec = RunSpec("dann", "moons", hparams={"steps": 40}, device="cpu", name="</script><script>alert(1)//")
    run = store.submit(spec, holder=Process.me())
    execute(store, run.id, Control())
    yield store, store.run(run.id)
    store.close()


def element(html: str, id: str) -> str:
    (found,) = re.findall(rf'<script type="[a-z/]+" id="{id}">(.*?)</script>', html, re.DOTALL)
    return str(found)


def heads(html: str, id: str) -> list[dict[str, Any]]:
    content = gzip.decompress(base64.b64decode(element(html, id)))
    told, at = [], 0
    while at < len(content):
        _, length = struct.unpack_from("<II", content, at)
        told.append(unpack(content[at + 8 : at + 8 + length])[0])
        at += 8 + length
    return told


def test_a_file_holds_all_that_the_stage_would_be_told(made: tuple[Store, Run]) -> None:
    store, run = made
    html = page(store, run.id).decode()
    told = heads(html, f"run-{run.id}")
    assert told[0]["about"]["strategy"] == "dann"
    assert told[-1]["row"]["status"] == "finished"
    assert told[-1]["seq"] == store.last_seq(run.id)
    looks = [look for head in told for look in head["observed"] if look["name"] == "frame"]
    assert len(looks) == sum(item.verdict is not None for item in Tail(store, run.id).items)
    assert json.loads(element(html, "told")) == {"first": run.id, "runs": [run.id], "scenes": []}
    assert b"plotly.js v" in gzip.decompress(base64.b64decode(element(html, "plotly")))[:200]


def test_every_module_is_in_it_and_asks_for_none_that_is_not(made: tuple[Store, Run]) -> None:
    store, run = made
    html = page(store, run.id).decode()
    (said,) = re.findall(r'<script type="importmap">(.*?)</script>', html)
    told = json.loads(said)["imports"]
    for name, address in told.items():
        text = base64.b64decode(address.partition(",")[2]).decode()
        assert set(re.findall(r'(?:from|import) "([^"]+)"', text)) <= set(told), name
        assert re.sub(r'"tl/', '"./', text) == (STATIC / name.removeprefix("tl/")).read_text(encoding="utf-8")
    assert {"tl/stage.js", "tl/present.js", "tl/curves.js", "tl/map_view.js"} <= set(told)


def test_a_file_says_what_the_run_is_and_asks_for_nothing(made: tuple[Store, Run]) -> None:
    store, run = made
    html = page(store, run.id).decode()
    text = re.sub(r"<script type=\"(importmap|text/plain|application/json)\".*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(?!data:|#)[a-z./]', text)
    assert "default-src 'none'" in text
    target = f"{run.metrics['target_accuracy']:.4f}"
    for words in (f"run {run.id}", "Ganin", target, "Width of the discriminator", "torch",
                  "tlcore run --strategy dann", "build_network", "Of everything that is drawn by chance"):  # fmt: skip
        assert words in text, words


def test_what_was_typed_is_no_part_of_the_page(made: tuple[Store, Run]) -> None:
    store, run = made
    html = page(store, run.id, [Scene(run.id, 5, "map", "</script><img src=x onerror=alert(1)>")]).decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert json.loads(element(html, "told"))["scenes"][0]["sentence"] == "</script><img src=x onerror=alert(1)>"


def test_scenes_bring_their_runs_and_one_that_is_gone_is_left_out(made: tuple[Store, Run]) -> None:
    store, run = made
    html = page(store, run.id, [Scene(run.id, 5, "map", "a"), Scene(999, 5, "map", "b")]).decode()
    told = json.loads(element(html, "told"))
    assert (told["runs"], len(told["scenes"])) == ([run.id], 2)


def test_without_anything_to_show_a_sentence_says_so(store_of_its_own: Store) -> None:
    with pytest.raises(UnknownKey):
        page(store_of_its_own, 1)
    run = store_of_its_own.submit(RunSpec("dann", "moons", device="cpu"))
    with pytest.raises(RequestError, match=f"Run {run.id} has not begun"):
        page(store_of_its_own, run.id)


def test_the_command_line_writes_the_same_file_and_the_script(made: tuple[Store, Run], tmp_path: Path) -> None:
    store, run = made
    assert export(store, run.id, "html", out=tmp_path / "run.html").read_bytes() == page(store, run.id)
    assert "build_network" in export(store, run.id, "python", out=tmp_path / "run.py").read_text()


@pytest.fixture
def store_of_its_own(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "runs.sqlite3")
    yield store
    store.close()


def test_a_longer_run_comes_in_several_packets(store_of_its_own: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from tlcore.training.events import Observed

    store = store_of_its_own
    run = store.submit(RunSpec("dann", "moons"), holder=Process.me())
    looks = [Observed(k, "frame", {"judge": 0.7}, {"map": np.ones((600, 2), np.float32)}) for k in range(200)]
    store.record(run.id, looks)
    told = heads(page(store, run.id).decode(), f"run-{run.id}")
    assert len(told) > 1
    assert [look["step"] for head in told for look in head["observed"]] == list(range(200))


def test_scenes_are_kept_in_their_order(store_of_its_own: Store) -> None:
    store = store_of_its_own
    one, two, three = (Scene(k, 10 * k, "map", f"scene {k}") for k in (1, 2, 3))
    for scene in (one, two, three):
        deck.pin(store, scene)
    deck.move(store, 2, -1)
    deck.move(store, 0, -1)  # there is none before it
    assert deck.scenes(store) == [one, three, two]
    deck.say(store, 1, "  another \n sentence ")
    assert deck.scenes(store)[1] == replace(three, sentence="another sentence")
    deck.remove(store, 0)
    assert [scene.run for scene in deck.scenes(store)] == [3, 2]


@pytest.mark.parametrize("text", ["{", "[1]", '[{"run": 1}]', '{"a": 1}', "\x00"])
def test_a_damaged_file_of_scenes_is_none(text: str, store_of_its_own: Store) -> None:
    store_of_its_own.files.mkdir(parents=True)
    (store_of_its_own.files / "scenes.json").write_text(text)
    assert deck.scenes(store_of_its_own) == []


@pytest.mark.parametrize(
    "said",
    [{}, {"run": "1", "step": 0, "view": "map", "sentence": ""}, {"run": 1, "step": 0.5, "view": "map", "sentence": ""},
     {"run": True, "step": 0, "view": "map", "sentence": ""}, {"run": 1, "step": 0, "view": "a b", "sentence": ""},
     {"run": 1, "step": float("nan"), "view": "map", "sentence": ""}, {"run": 1, "step": 0, "view": "map"}],
)  # fmt: skip
def test_what_a_browser_says_is_a_scene_or_refused(said: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="This is no scene"):
        Scene.of(said)


def test_scenes_have_an_end(store_of_its_own: Store) -> None:
    for k in range(deck.MOST):
        deck.pin(store_of_its_own, Scene(1, k, "map", "x" * 1000))
    with pytest.raises(RequestError, match="remove one before"):
        deck.pin(store_of_its_own, Scene(1, 1, "map", ""))
    assert len(deck.scenes(store_of_its_own)[0].sentence) == deck.LONGEST


def test_a_table_of_the_stage_becomes_numbers_where_it_is_numbers() -> None:
    head = ["Step", "Accuracy", "Loss", "Said"]
    rows = [["0", "50 %", "−0.25", "a"], ["1\u202f200", "–", "3", "7 b"], ["2", "100\u00a0%", "1.5", "–"]]
    read = pq.read_table(io.BytesIO(tables.written(head, rows))).to_pydict()
    assert read["Step"] == [0, 1200, 2]
    assert read["Accuracy"] == [0.5, None, 1.0]
    assert (read["Loss"], read["Said"]) == ([-0.25, 3, 1.5], ["a", "7 b", "–"])


@pytest.mark.parametrize(("head", "rows"), [(["a", "a"], [["1", "2"]]), (["a"], [["1", "2"]])])
def test_what_is_no_table_is_refused(head: list[str], rows: list[list[str]]) -> None:
    with pytest.raises(ValueError, match="as many cells"):
        tables.written(head, rows)


def test_the_offline_page_forbids_every_request() -> None:
    assert "http" not in replaying._POLICY
    assert "*" not in replaying._POLICY
