"""What losses say when something is wrong: one pure function a rule, each said in `MEANINGS`."""

from statistics import median

from tlcore.runs.alerting.alert import Alert
from tlcore.runs.alerting.case import Case
from tlcore.runs.alerting.history import History
from tlcore.runs.alerting.stretches import lasting, within

WINDOW = 20  # losses that were told
JUMP = 10.0  # times the largest of the window
HIGH = 3.0  # times the loss of guessing


def not_a_number(history: History, case: Case) -> Alert | None:
    if history.broken is None:
        return None
    step, name = history.broken
    rate = f"The learning rate, {case.rate:g}," if case.rate is not None else "The learning rate, or a loss weight,"
    return Alert(
        "error", "not-a-number", step,
        f"The loss '{name}' became not-a-number or infinite at step {step:,}. {rate} is probably too high: try a tenth "
        "of it.",
    )  # fmt: skip


def spike(history: History, case: Case) -> Alert | None:
    name, points = history.labelled()
    if history.broken is not None or too_high(history, case) is not None:
        return None  # that says the same, and more
    for k in range(len(points) - 1, WINDOW - 1, -1):  # the last one counts
        step, value = points[k]
        if value <= case.guessing_loss:
            continue
        before = max(each.value for each in points[k - WINDOW : k])
        if value > JUMP * before:
            over = next((each.step for each in points[k:] if each.value <= case.guessing_loss), None)
            return Alert(
                "warn", "spike", step,
                f"The loss '{name}' jumped to {value:.3g}; the {WINDOW} before it were {before:.2g} at most. If that "
                "comes again, lower the learning rate.",
                over,
            )  # fmt: skip
    return None


def too_high(history: History, case: Case) -> Alert | None:
    name, points = history.labelled()
    bar, values = HIGH * case.guessing_loss, [each.value for each in points]
    if history.broken is not None or sum(value > bar for value in values) < WINDOW / 2:
        return None  # as nearly always: no need to look at every stretch
    marks = [
        (points[k].step, median(values[k - WINDOW + 1 : k + 1]) > bar) for k in range(WINDOW - 1, len(points))
    ]  # fmt: skip
    found = lasting(marks, 1)
    if found is None:
        return None
    worst = max(each.value for each in points if within(each.step, found))
    return Alert(
        "warn", "too-high", found[0],
        f"The loss '{name}' is as high as {worst:.3g}, and guessing gives {case.guessing_loss:.2g}. The learning rate "
        "is probably too high: try a tenth of it.",
        found[1],
    )  # fmt: skip
