"""Hinton's first distillation: 1,200 units teach 800 what the digits look like, and how sure to be.

    TLCORE_DATA=... python -m benchmarks.distilled [--seeds 3] [--steps 4000] [--jobs 2]

Hinton, Vinyals & Dean 2015, section 3, errors on MNIST's 10,000 test images: a student by itself 146,
its teacher 67, the student taught at temperature 20: 74.
"""

from collections.abc import Mapping
from statistics import mean
from typing import Any

import torch

from benchmarks.measuring import Beyond, interval, key, measured, spec
from benchmarks.published import choices, written

# At a shift of 0 no image of the target is one of USPS: both domains are parts of MNIST.
MNIST: dict[str, Any] = {
    "scenario": "mnist-to-usps",
    "shift": 0.0,
    "settings": {"images_source": 0, "images_target": 1000, "images_test": 0},
}
BATCH = 128


def errors(built: Any) -> Mapping[str, float]:
    """Errors on all of MNIST's test images, of the network and, where there is one, of its teacher."""
    exam, strategy = built.prepared.exam, built.strategy
    readers = {"errors": strategy.predict}
    if getattr(strategy, "teacher", None) is not None:
        readers["teacher_errors"] = strategy.teacher.eval()
    counted = {}
    for name, read in readers.items():
        wrong = 0
        for domain in (exam.source, exam.target):
            _, labels = domain.labelled()
            found = torch.cat([read(images).argmax(1) for images in domain.once(500)])
            wrong += int((found != labels).sum())
        counted[name] = float(wrong)
    return counted


MARKED = Beyond(after=errors)


def main() -> None:
    chosen = choices(__doc__ or "", steps=4600)
    plain = {"steps": chosen.steps, "batch": BATCH, "lr": 1e-3}
    taught = plain | {
        "teacher": "mlp-1200",
        "teacher_steps": chosen.steps,
        "teacher_lr": 1e-3,
        "teacher_dropout": 0.5,
        "move": 2 / 28,
        "turn": 0.0,
        "temperature": 20.0,
        "soft": 0.9,
        "transfer_set": "source",
    }
    alone = [spec("source-only", **MNIST, backbone="mlp-800", seed=seed, hparams=plain) for seed in range(chosen.seeds)]
    pupils = [spec("distill", **MNIST, backbone="mlp-800", seed=seed, hparams=taught) for seed in range(chosen.seeds)]
    known = measured([run for both in zip(alone, pupils, strict=True) for run in both], chosen.jobs, beyond=MARKED)
    student = [known[key(run, MARKED)].values["errors"] for run in alone]
    teacher = [known[key(run, MARKED)].values["teacher_errors"] for run in pupils]
    pupil = [known[key(run, MARKED)].values["errors"] for run in pupils]
    closed = (mean(student) - mean(pupil)) / (mean(student) - mean(teacher))
    lines = ["| errors of 10,000 | here | seeds | published |", "|---|--:|---|--:|"]
    for name, counts, published in (
        ("student by itself, 2 × 800", student, "146"),
        ("teacher, 2 × 1,200", teacher, "67"),
        ("student, taught at T = 20", pupil, "74"),
    ):
        each = ", ".join(f"{count:.0f}" for count in counts)
        lines.append(f"| {name} | **{mean(counts):.0f}** ± {interval(counts):.0f} | {each} | {published} |")
    lines.append(f"| gap that is closed | **{closed:.0%}** | | 91 % |")
    print("\n".join(lines))
    epochs = chosen.steps * BATCH / 59_000
    words = (
        f"59,000 training images, {chosen.steps:,} steps of {BATCH} ({epochs:.0f} epochs, where the paper trains to "
        "the end) with Adam at 0.001 for student and pupil, who differ in nothing but the soft answers (weight 0.9); "
        "the teacher has dropout of a half and sees its images moved by up to two pixels, as the paper's; the pupil's "
        "images are never moved. Errors on all 10,000 test images after the last step, no selection; mean of seeds "
        f"0 to {chosen.seeds - 1} ± half of the 95 % t-interval."
    )
    written(__file__, "Hinton's distillation on MNIST", [words, lines])


if __name__ == "__main__":
    main()
