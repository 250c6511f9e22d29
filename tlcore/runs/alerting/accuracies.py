"""What accuracies and the judge say when something is wrong: one pure function a rule, each said in `MEANINGS`.

Every rule tells the last stretch in which it held, or nothing.
"""

from collections.abc import Sequence
from statistics import fmean, median

from tlcore.runs.alerting.alert import Alert, Level
from tlcore.runs.alerting.case import Case
from tlcore.runs.alerting.history import Graded, History, Point
from tlcore.runs.alerting.stretches import LASTS, best_so_far, lasting, percent, smooth, within

FALLS = 0.05  # of accuracy, and of the judge's
KNEW = 0.6  # of the way from guessing to 100 %: who had learnt less of the source has nothing to forget
SWALLOWED, BALANCED = 0.9, 0.8  # shares of one class: among the answers, and at most among the labels
CERTAIN, CERTAIN_STEPS = 0.995, 200  # of the judge
STILL, FAR = 0.02, 0.1  # of accuracy: how little it moves on a plateau, and how far that is from its best
LOSS_STILL = 0.02  # of the loss itself
FEWEST, WINDOW = 4, 20  # evaluations and losses on a plateau, at least


def forgetting(history: History, case: Case) -> Alert | None:
    grades = history.grades
    if not (case.learns_source and case.named):
        return None
    bests, knew = best_so_far([each.source for each in grades]), case.guess + KNEW * (1 - case.guess)
    pairs = list(zip(grades, bests, strict=True))
    found = lasting([(each.step, best > knew and best - each.source > FALLS) for each, best in pairs])
    if found is None:
        return None
    low, best = min((each.source, best) for each, best in pairs if within(each.step, found))
    before = next(each.target for each in grades if each.source >= best)
    paid = max(each.target for each in grades if within(each.step, found)) - before >= FALLS or _pays(history, case)
    said = f"Source accuracy fell from {percent(best)} to {percent(low)}"
    gained = f"{said}: the price of what the target gained."
    lost = f"{said}: the model forgets what it had learnt. A lower learning rate, fewer steps or some old images"
    lost += " (replay) keep more of it."
    level: Level = "info" if paid else "warn"
    return Alert(level, "forgetting", found[0], gained if paid else lost, found[1], "price-of-learning")


def judge_wins(history: History, case: Case) -> Alert | None:
    if not case.aligns or _pays(history, case):
        return None
    marks = [(each.step, each.value >= CERTAIN) for each in history.judged if each.step > 0]
    found = lasting(marks, 2, max(CERTAIN_STEPS, case.steps // 4))  # looks go by the clock: there may be few
    if found is None:
        return None
    return Alert(
        "warn", "judge-wins", found[0],
        "A judge tells the domains apart 100 % of the time, and has long done so: the features have given up. Align "
        "more strongly (λ), or lower the learning rate.",
        found[1], "a-duel",
    )  # fmt: skip


def one_class(history: History, case: Case) -> Alert | None:
    if not case.named:
        return None
    late = [each for each in history.grades if each.taught and each.step > case.steps / 10]
    found = lasting([(each.step, each.top_answer > SWALLOWED and each.top_label < BALANCED) for each in late])
    if found is None:
        return None
    most = max(each.top_answer for each in late if within(each.step, found))
    return Alert(
        "warn", "one-class", found[0],
        f"{percent(most)} of the target's images get one and the same class as their answer. "
        + ("Align less (λ), or more slowly." if case.aligns else "The target lies on one side of what was learnt."),
        found[1], "when-the-gap-lies",
    )  # fmt: skip


def mixed_up(history: History, case: Case) -> Alert | None:
    start = learnt(history.grades, case.guess)
    if start is None or not (case.aligns and case.named):
        return None
    later = [each for each in history.grades if each.step >= start.step]
    first = next((each for each in history.judged if each.step >= start.step), None)
    if first is None or len(later) < 2 * LASTS:
        return None
    targets = smooth([each.target for each in later])
    before, above = targets[LASTS - 1], (1.0 if case.baseline is None else case.baseline) + FALLS

    def holds(each: Graded, target: float) -> bool:
        judge = _judged(history.judged, first, each.step)
        return before - target >= FALLS and target < above and first.value - judge >= FALLS

    found = lasting([(each.step, holds(each, target)) for each, target in zip(later, targets, strict=True)])
    if found is None:
        return None
    low = min(target for each, target in zip(later, targets, strict=True) if within(each.step, found))
    return Alert(
        "warn", "mixed-up", found[0],
        f"The gap shrinks, and target accuracy falls with it, from {percent(before)} to {percent(low)}: the domains "
        "mix, but classes may be mixed up too. Align less (λ).",
        found[1], "when-the-gap-lies",
    )  # fmt: skip


def plateau(history: History, case: Case) -> Alert | None:
    name, points = history.labelled()
    values = [Point(each.step, each.source if case.learns_source else each.target) for each in history.grades]
    if not (name and values and case.named and case.steps):
        return None
    since = max(history.phase, values[-1].step - case.steps // 4)
    stretch = [each.value for each in values if each.step >= since]
    losses = [each.value for each in points if each.step >= since]
    if len(stretch) < FEWEST or len(losses) < WINDOW or values[-1].step - since < case.steps // 4:
        return None
    halves = fmean(losses[: len(losses) // 2]), fmean(losses[len(losses) // 2 :])
    moves = max(stretch) - min(stretch) > STILL or abs(halves[0] - halves[1]) > LOSS_STILL * abs(halves[0])
    now, best = fmean(stretch), max(best_so_far([each.value for each in values]))
    nothing = now <= case.guess + 0.1 * (1 - case.guess)
    if moves or not (nothing or now < best - FAR):
        return None
    said = f"where guessing is ({percent(case.guess)})" if nothing else f"its best was {percent(best)}"
    return Alert(
        "info", "plateau", next(each.step for each in values if each.step >= since),
        f"{'Source' if case.learns_source else 'Target'} accuracy stands still at {percent(now)}, {said}, and so does "
        "the loss. Try a learning rate ten times as high, or a tenth of it.",
    )  # fmt: skip


def _pays(history: History, case: Case) -> bool:
    """Whether the target now lies clearly above what the source alone gives, where that is known."""
    if case.baseline is None or not history.grades:
        return False
    return history.grades[-1].target - case.baseline >= FALLS


def learnt(grades: Sequence[Graded], guess: float) -> Graded | None:
    """The first evaluation at which the source was learnt: nine tenths of the way from guessing to its best."""
    best = max((each.source for each in grades), default=0.0)
    if best < guess + 0.5 * (1 - guess):
        return None
    return next(each for each in grades if each.source >= guess + 0.9 * (best - guess))


def _judged(judged: Sequence[Point], first: Point, step: int) -> float:
    """The median of the last three judgements until a step, none of them before the first."""
    until = [each.value for each in judged if first.step <= each.step <= step][-LASTS:]
    return median(until or [first.value])
