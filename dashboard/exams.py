"""Verdicts where accuracy on classes is not the whole story: oracles, episodes, clusters, classes unseen or unknown."""

from collections.abc import Sequence

from dashboard.readings import CLEAR, About, Reading, Said, judge_sentence, labels_told, percent, rise


def oracle(now: Reading, about: About) -> Said:
    detail = "An oracle: it learns from all target labels, which nobody has in practice. No rival to the others."
    guess = about.guessing
    if (now.target or 0.0) < guess + 0.5 * (1 - guess):
        return f"Learning the target from all of its labels: {percent(now.target or 0)}.", detail, "plain"
    return f"The ceiling: {percent(now.target or 0)} on the target, with all of its labels.", detail, "plain"


def on_target(told: Sequence[Reading], about: About, gap: Reading | None) -> Said:
    """For who learns without source labels: only the target counts, against guessing."""
    now, guess = told[-1].target or 0.0, about.guessing
    detail = f"The source's labels were not used. Guessing gives {percent(guess)}. {judge_sentence(gap)}".strip()
    first = told[0].target or 0.0
    if now - max(first, guess) >= CLEAR:
        return rise(first, now, about), detail, "rise"
    return f"The target is at {percent(now)} {labels_told(about)}.", detail, "plain"


def episodes(told: Sequence[Reading], about: About) -> Said:
    now, guess = told[-1], about.guessing
    interval = now.more.get("target_interval")
    chance = f" ± {100 * interval:.1f} points" if interval is not None else ""
    if (now.target or 0.0) - guess < CLEAR:
        return f"New classes: {percent(now.target or 0)}{chance}, no better than guessing.", _of_known(now), "plain"
    rose = (now.target or 0.0) - (told[0].target or 0.0) >= CLEAR
    headline = f"New classes: {percent(now.target or 0)}{chance} from one example each (guessing: {percent(guess)})."
    return headline, f"{_from(told[0].target) if rose else ''}{_of_known(now)}", "rise" if rose else "plain"


def _from(first: float | None) -> str:
    return f"It was {percent(first or 0)} before training. "


def _of_known(now: Reading) -> str:
    return f"New images of the classes that it trained on: {percent(now.source or 0)}."


def clusters(told: Sequence[Reading], about: About) -> Said:
    now, first = told[-1], told[0]
    nmi = now.more.get("target_nmi")
    says = f"Clusters and classes tell {percent(nmi)} about each other (NMI). " if nmi is not None else ""
    detail = f"{says}Names were given by the answers, for grading alone."
    rose = (now.target or 0.0) - (first.target or 0.0) >= CLEAR
    was = f", {percent(first.target or 0)} before training" if rose else ""
    headline = f"Clusters fit the target's classes for {percent(now.target or 0)} of the images{was}."
    return headline, detail, "rise" if rose else "plain"


def zero_shot(now: Reading) -> Said:
    seen, unseen, mean = (now.more.get(name) for name in ("seen_accuracy", "unseen_accuracy", "harmonic_mean"))
    if seen is None or unseen is None or mean is None:
        return f"Target accuracy is {percent(now.target or 0)}.", "", "plain"
    if unseen < CLEAR:
        headline = f"It never names a class that it was not shown (unseen: {percent(unseen)})."
        return headline, f"Classes that it was shown: {percent(seen)}.", "careful"
    headline = f"Classes never shown: {percent(unseen)} right, by their description alone."
    return headline, f"Classes that were shown: {percent(seen)}. Harmonic mean of the two: {percent(mean)}.", "rise"


def unknown(now: Reading) -> str:
    auroc = now.more.get("unknown_auroc")
    if auroc is None:
        return "Accuracy is on the classes that both domains know."
    return (
        f"On the classes that both domains know. An image of an unknown class is answered less surely than a known "
        f"one {percent(auroc)} of the time (50 % = not noticed)."
    )
