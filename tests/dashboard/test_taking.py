"""What the popovers of a run offer: a script, a file, a model, scenes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.present import scenes as deck
from dashboard.present.scenes import Scene
from tlcore.runs import chores
from tlcore.runs.chores import Chore
from tlcore.runs.rows import Run
from tlcore.runs.spec import RunSpec
from tlcore.runs.store import Store


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    from dashboard import storing

    storing._opened.cache_clear()
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path / "data"))
    store = Store.default()
    yield store
    storing._opened.cache_clear()
    store.close()


@pytest.fixture
def run(store: Store) -> Run:
    return store.submit(RunSpec("dann", "moons", device="cpu", seed=3))


def copying(run: int | None) -> AppTest:
    def page(run: int | None) -> None:
        from dashboard.copying import copying
        from tlcore.runs.spec import RunSpec

        copying(RunSpec("dann", "moons", seed=3), run)

    return AppTest.from_function(page, args=(run,), default_timeout=30).run()


def presenting(run: int | None) -> AppTest:
    def page(run: int | None) -> None:
        from dashboard.present.showing import scenes_of
        from dashboard.storing import store

        scenes_of(store(), run)

    return AppTest.from_function(page, args=(run,), default_timeout=30).run()


def said(at: AppTest) -> str:
    return " ".join(each.value for each in at.caption)


def button(at: AppTest, label: str) -> Any:
    (found,) = [each for each in at.button if each.label == label]
    return found


def test_before_a_run_there_is_all_but_a_model(store: Store, run: Run) -> None:
    for number in (None, run.id, 999):
        at = copying(number)
        assert not at.exception
        assert [each.language for each in at.code] == ["python", "bash", "toml"]
        assert "seed=3" in at.code[0].value and "--seed 3" in at.code[1].value and "seed = 3" in at.code[2].value
        assert "once a run has written a checkpoint" in said(at)


def test_a_model_is_prepared_beside_the_page_and_then_offered(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.folder(run.id).mkdir(parents=True)
    (store.folder(run.id) / "checkpoint.pt").touch()
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(chores, "start", lambda kind, **wishes: asked.append({"kind": kind, **wishes}))
    at = copying(run.id)
    button(at, "Prepare").click().run()
    assert not at.exception
    assert [(each["kind"], each["run"], each["format"], each["which"]) for each in asked] == [
        ("export", run.id, "safetensors", "last")
    ]
    wishes = {name: value for name, value in asked[0].items() if name != "kind"}
    folder = chores.prepare()
    (folder / "run-1-dann.safetensors").write_bytes(b"model")
    state = {"status": "done", "result": {"file": "run-1-dann.safetensors", "bytes": 5}}
    monkeypatch.setattr(chores, "chores", lambda kind="": [Chore(folder, {"kind": kind, "wishes": wishes}, state)])
    at = copying(run.id)
    assert not at.exception
    assert [each.label for each in at.button] == []
    assert any("Save run-1-dann.safetensors" in each.proto.label for each in at.get("download_button"))
    failed = {"status": "failed", "error": "It cannot be."}
    monkeypatch.setattr(chores, "chores", lambda kind="": [Chore(folder, {"kind": kind, "wishes": wishes}, failed)])
    assert [each.value for each in copying(run.id).warning] == ["It cannot be."]


def test_scenes_are_listed_moved_said_anew_and_removed(store: Store, run: Run) -> None:
    assert "Press M on the page" in said(presenting(run.id))
    assert button(presenting(None), "Present this run").disabled
    for k, sentence in enumerate(("first", "second")):
        deck.pin(store, Scene(run.id, k, "map", sentence))
    at = presenting(run.id)
    assert not at.exception
    assert [each.value for each in at.text_input] == ["first", "second"]
    assert f"Run {run.id}, step 1, Feature map" in said(at)
    button(at, "Scene 2 earlier").click().run()
    assert [scene.sentence for scene in deck.scenes(store)] == ["second", "first"]
    at = presenting(run.id)
    at.text_input[0].set_value("another").run()
    assert deck.scenes(store)[0].sentence == "another"
    button(presenting(run.id), "Remove scene 1").click().run()
    assert [scene.sentence for scene in deck.scenes(store)] == ["first"]
    at = presenting(run.id)
    button(at, "Present").click().run()
    assert "1" in at.query_params["present"]
