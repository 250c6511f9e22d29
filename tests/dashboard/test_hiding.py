"""Hidden controls: they are not there, and what they would say stays as the link says it."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import hiding, links
from tlcore.runs.spec import RunSpec

SPECS = [
    RunSpec("dann", "moons", shift=60, seed=3, hparams={"strength": 1.0, "lr": 0.01}),
    RunSpec("coral", "blobs", settings={"proportion": 90.0, "label_noise": 20.0}, hparams={"ridge": 0.1}),
    RunSpec("fine-tune", "handwritten-to-noisy", target_labels=2, augment="light", backbone="small-cnn-letters"),
]


def _form() -> None:
    import streamlit as st

    from dashboard.controls import controls

    st.session_state["said"] = controls(st.session_state["asked"], shows=st.session_state["shows"])


def drawn(spec: RunSpec, shows: hiding.Shows) -> AppTest:
    app = AppTest.from_function(_form, default_timeout=30)
    app.session_state["asked"], app.session_state["shows"] = spec, shows
    return app.run()


def widgets(app: AppTest) -> list[str]:
    kinds = (app.slider, app.select_slider, app.number_input, app.selectbox, app.toggle, app.text_input)
    return [each.label for kind in kinds for each in kind]


@pytest.mark.parametrize("spec", SPECS, ids=lambda each: each.scenario)
def test_all_hidden_keeps_everything(spec: RunSpec) -> None:
    app = drawn(spec, hiding.only(()))
    assert not app.exception
    assert widgets(app) == []
    assert links.same(app.session_state["said"], spec)


def test_one_hidden_leaves_the_others() -> None:
    spec = SPECS[0]
    app = drawn(spec, hiding.all_but(("seed", "shift", "more")))
    assert "Reversal strength λ" in widgets(app)
    assert not {"Seed", "How far? Rotation", "Learning rate"} & set(widgets(app))
    assert links.same(app.session_state["said"], spec)


def test_a_setting_can_be_unlocked_by_its_name() -> None:
    app = drawn(SPECS[1], hiding.only(("ridge",)))
    assert len(widgets(app)) == 1
    assert links.same(app.session_state["said"], SPECS[1])


def test_every_control_has_a_name() -> None:
    named = hiding.named(SPECS[0])
    assert list(named) == ["d", "shift", "lab", "m", "s", "strength", "seed", "more"]
    assert hiding.hidden_in(" seed, m,,") == {"seed", "m"}
