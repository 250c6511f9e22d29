"""What a run would take: tried in three steps of each phase, worked out for any batch, remembered."""

import json
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

from tlcore import catalogue
from tlcore.cli import cli
from tlcore.runs import estimates, estimating, memory
from tlcore.runs.estimates import Estimate, find, keep, shape_of, smaller
from tlcore.runs.estimating import estimate
from tlcore.runs.memory import Watermark
from tlcore.runs.spec import RunSpec
from tlcore.runs.trial import Asked, Tried, asked, tried

CPU = torch.device("cpu")
DIGITS = RunSpec("dann", "printed-to-handwritten", device="cpu").completed()


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCORE_DATA", str(tmp_path))


def trials(fixed, image, seconds=0.01, free=1000, spec=DIGITS, at=(4, 8), grading=0):
    """What follows from trials that took so many bytes in any case, and so many an image."""
    made = [Tried(batch, 500, seconds * batch, int(fixed + image * batch)) for batch in at]
    return estimating._concluded(spec, made, Asked(0.001, grading), free)


def test_memory_and_time_of_any_batch_lie_on_the_line_through_the_trials():
    told = trials(fixed=100, image=10)
    assert (told.batch, told.memory, told.measured) == (64, 740, False)
    assert told.step_seconds == pytest.approx(0.64) and told.fits
    assert trials(fixed=100, image=10, at=(4, 8, 64)).measured


@pytest.mark.parametrize(("free", "largest"), [(10**6, 256), (1000, 64), (999, 64), (800, 32), (300, 8), (200, 0)])
def test_the_largest_batch_leaves_a_fifth_of_the_free_memory(free, largest):
    assert trials(fixed=100, image=10, free=free).largest == largest


def test_the_exam_may_need_more_than_training():
    assert trials(fixed=100, image=1, grading=700).memory == 700
    assert trials(fixed=100, image=1, grading=900).largest == 0
    told = asked(DIGITS, shape_of(DIGITS), Watermark(CPU))
    assert told.image_seconds > 0 and told.memory > 0


def test_each_trial_begins_its_highest_anew():
    """Else the exam, or whatever was tried before, would stand in for it, and no batch would take more than another."""
    mark, spec = Watermark(CPU), RunSpec("source-only", "shapes", backbone="wide-cnn-bn", device="cpu").completed()
    torch.ones(200_000_000)  # 800 MB, gone at once
    assert mark.height() > 750e6
    assert tried(spec, (3, 32, 32), 4, mark).memory < 400e6


def test_the_exams_of_a_run_are_counted():
    graded = estimating._graded
    assert graded("printed-to-handwritten", 4000) == 40 * 400 + 2000, "forty evaluations on the way, and one at the end"
    assert graded("printed-to-handwritten", 400) == 8 * 400 + 2000, "one in fifty steps, where they are fewer"
    assert graded("mnist~usps", 100) == 4 * 400 + 2000, "of large domains no more than a thousand images are counted"
    assert graded("glyphs", 4000) == 2 * (40 * 12 + 300) * 5 * 6


def test_a_step_that_takes_the_same_whatever_the_batch_is_not_multiplied():
    same = [Tried(batch, 500, 0.5, 100) for batch in (4, 8)]
    assert estimating._concluded(DIGITS, same, Asked(0.0, 0), 1000).step_seconds == 0.5


def test_where_no_batch_fits_the_images_are_made_smaller_if_they_can_be(monkeypatch):
    tight = trials(fixed=0, image=1000, free=4000)
    assert tight.largest == 0 and smaller(DIGITS, tight) is DIGITS
    dial = {"name": "side", "label": "side", "unit": "", "low": 32.0, "high": 224.0, "default": 224.0, "step": 1.0,
            "help": ""}  # fmt: skip
    card = catalogue.scenario("printed-to-handwritten")
    large = {**card, "dials": [*card["dials"], dial], "shape": [3, 224, 224]}
    monkeypatch.setattr(catalogue, "scenario", lambda key: large)
    spec = replace(DIGITS, settings={"side": 224.0})
    assert shape_of(spec) == (3, 224, 224)
    less = smaller(spec, tight)  # 8 images of 224 take 8000, of 128 they take 2612, and 3200 may be taken
    assert (less.settings["side"], less.hparams["batch"]) == (128.0, 8)


def test_a_batch_that_does_not_fit_is_made_as_large_as_it_may_be():
    assert smaller(DIGITS, trials(fixed=100, image=10, free=300)).hparams["batch"] == 8
    assert smaller(DIGITS, trials(fixed=100, image=10)) is DIGITS


def test_a_trial_takes_the_time_of_every_phase_and_sees_its_end():
    thawed = RunSpec("gradual-unfreezing", "printed-to-handwritten", device="cpu").completed()
    told = tried(thawed, shape_of(thawed), 8, Watermark(CPU))
    assert told.length == thawed.hparams["source_steps"] + thawed.hparams["steps"] and 0 < told.step_seconds < 5
    adda = RunSpec("adda", "printed-to-handwritten", device="cpu").completed()
    assert tried(adda, shape_of(adda), 8, Watermark(CPU)).length > adda.hparams["steps"], "a phase is missing"


@pytest.mark.parametrize(("key", "scenario"), [("siamese", "glyphs"), ("eszsl", "shapes-zero-shot"), ("dann", "moons")])
def test_made_up_data_has_what_a_strategy_asks_for(key, scenario):
    spec = RunSpec(key, scenario, device="cpu").completed()
    assert tried(spec, shape_of(spec), 4, Watermark(CPU)).step_seconds > 0


def test_a_watermark_tells_what_was_taken_at_the_highest():
    mark = Watermark(CPU)
    torch.ones(40_000_000)  # 160 MB, gone at once
    assert 150e6 < mark.height() < 400e6


def test_an_estimate_is_remembered_by_what_it_depends_on(monkeypatch):
    assert find(DIGITS) is None
    told = estimate(DIGITS)
    monkeypatch.setattr(estimating, "_estimated", lambda *_: pytest.fail("it was known"))
    assert replace(estimate(DIGITS), free=0) == replace(told, free=0)
    slower = replace(DIGITS, hparams={**DIGITS.hparams, "lr": 0.1, "steps": 9, "strength": 0.2}, seed=4)
    assert find(slower) is not None
    for other in (
        replace(DIGITS, hparams={**DIGITS.hparams, "batch": 32}),
        replace(DIGITS, backbone="small-cnn"),
        replace(DIGITS, augment="strong"),
        RunSpec("cdan", "printed-to-handwritten", device="cpu").completed(),
    ):
        assert find(other.completed()) is None


def test_what_cannot_be_read_or_kept_is_as_if_it_were_not_known(tmp_path):
    told = trials(fixed=100, image=10)
    keep(DIGITS, told)
    (file,) = (tmp_path / "library" / "estimates").iterdir()
    file.write_text('{"batch": 3')
    assert find(DIGITS) is None
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("a file where a folder should be")
    keep(DIGITS, told)


def test_a_machine_that_has_no_room_for_more_is_told_what_fits(monkeypatch):
    """The trial with the batch that was asked for fails: what follows is worked out from the smaller ones."""
    whole = estimating.tried

    def cramped(spec, shape, batch, mark):
        if batch > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return whole(spec, shape, batch, mark)

    monkeypatch.setattr(estimating, "tried", cramped)
    told = estimate(DIGITS)
    assert not told.measured and told.batch == 64 and told.step_seconds > 0


def test_the_command_line_tells_it(tmp_path):
    answer = CliRunner().invoke(cli, ["estimate", "--strategy", "dann", "--scenario", "moons", "--json"])
    told = json.loads(answer.output.splitlines()[-1])
    assert told["measured"] and told["fits"] and 0 < told["seconds"] < 600
    words = CliRunner().invoke(cli, ["estimate", "--strategy", "dann", "--scenario", "moons"]).output
    assert "on this CPU (measured)" in words and "the largest that fits is 256" in words


def test_what_is_too_much_is_said_with_what_to_choose():
    from tlcore.cli.estimate import told

    for image, words in ((10, "choose --set batch=8"), (1000, "choose a smaller backbone")):
        tight = trials(fixed=100, image=image, free=300)
        assert words in told(tight, smaller(DIGITS, tight))
    less = replace(DIGITS, settings={"side": 96.0}, hparams={**DIGITS.hparams, "batch": 8})
    assert "--set side=96 --set batch=8" in told(trials(fixed=100, image=1000, free=300), less)


def test_its_json_is_itself():
    told = trials(fixed=100, image=10)
    assert Estimate.of(json.loads(json.dumps(told.as_json()))) == told
    assert told.seconds(1000) == pytest.approx(told.seconds() + 500 * told.step_seconds)
    assert memory.available(CPU) > 0 and estimates.key(DIGITS) == estimates.key(DIGITS)
