"""How frequent each class is in both domains, and which classes they share."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard import words
from dashboard.drawing import framed

Told = Mapping[str, Any]

WIDE, NAMES, ROW, MOST = 520.0, 118.0, 34.0, 24
SURE = 0.7  # a judge's accuracy up to which domains look alike enough for an estimate to be believed
DASHED = 'fill="none" stroke="var(--st-text-color)" stroke-width="1.3" stroke-dasharray="4 2.5"'
SHARES = """
**How to read this.** The filled bar is the class's share of the source's images. The dashed bar is its share of the
target's, **estimated without any target label**, with its 95 % interval from resampled images: a linear
classifier on the features learns one half of the source, its mistakes are counted on the other half, and its answers in
the target are corrected by them (black-box shift estimation, Lipton et al., ICML 2018). It holds where the images of a
class look alike in both domains. The diamond ⚑ is the truth, by the target's labels, which nobody has in practice.
"""
OVERLAP = """
**How to read this.** How many classes both domains have, and how many only one of them. *Only in the source* makes the
label sets partial: aligning whole domains pulls other images onto those classes. *Only in the target* makes
them open: such an image cannot be named by a network that never saw its class. ⚑ It uses the target's labels.
"""


def shares(labels: Told) -> str:
    """For each class its share of the source, of the target as estimated, with its interval, and in truth."""
    estimate, shown = labels["estimate"], _most_different(labels)
    most = max([labels["source"][k] for k in shown] + [labels["truth"][k] for k in shown] + [0.01])
    most = max([most, *((estimate["high"][k] for k in shown) if estimate else ())])
    room, drawn = WIDE - NAMES - 20, []
    for place, k in enumerate(shown):
        top = place * ROW
        at = {name: NAMES + room * value / most for name, value in _values(labels, k).items()}
        name = _short(labels["classes"][k])
        drawn.append(f'<text x="{NAMES - 8:g}" y="{top + 18:g}" text-anchor="end">{escape(name)}</text>')
        drawn.append(
            f'<rect x="{NAMES:g}" y="{top + 4:g}" width="{max(at["source"] - NAMES, 0.8):.1f}" height="9"'
            ' fill="var(--st-text-color)" fill-opacity=".62"/>'
        )
        if estimate:
            wide = max(at["target"] - NAMES, 0.8)
            drawn.append(f'<rect x="{NAMES:g}" y="{top + 16:g}" width="{wide:.1f}" height="9" {DASHED}/>')
            drawn.append(f'<path class="line" d="M{at["low"]:.1f} {top + 20.5:g}H{at["high"]:.1f}" stroke-width="2"/>')
        drawn.append(
            f'<path d="M{at["truth"]:.1f} {top + 15:g}l5 5.5l-5 5.5l-5 -5.5z" fill="#D55E00"'
            ' stroke="var(--st-background-color)"/>'
        )
    told = "; ".join(" ".join(line) for line in share_rows(labels)[1:])
    return framed(WIDE, len(shown) * ROW + 4, "".join(drawn), f"Shares of classes: {told}.")


def share_rows(labels: Told) -> list[list[str]]:
    lines = [["Class", "Source", "Target, estimated", "95 % interval", "Target, in truth ⚑"]]
    for k, name in enumerate(labels["classes"]):
        each = _values(labels, k)
        said = [words.percent(each["target"]), f"{words.percent(each['low'])} to {words.percent(each['high'])}"]
        lines.append(
            [
                name,
                words.percent(each["source"]),
                *(said if labels["estimate"] else ["–", "–"]),
                words.percent(each["truth"]),
            ]
        )
    return lines


def believed(labels: Told, judged: Told | None) -> str:
    """Whether the estimate may be believed, in words."""
    estimate = labels["estimate"]
    if estimate is None:
        return "There is nothing to estimate: the domains share no class, or the source has only one."
    probe = f"The classifier names {words.percent(estimate['probe'])} of {estimate['held']:,} held-out source images."
    if not estimate["telling"]:
        return f"{probe} The intervals are too wide to say anything."
    if judged is not None and judged["low"] > SURE:
        told = f"a judge tells the domains apart {words.percent(judged['accuracy'])} of the time"
        return f"{probe} Beware: {told}, so its mistakes in the target are others, and the estimate is off."
    return f"{probe} The domains look alike, so the estimate may be believed."


def overlap(told: Mapping[str, Sequence[str]]) -> str:
    """One bar: classes only in the source, in both, only in the target."""
    parts = [("source", "only source"), ("both", "in both"), ("target", "only target")]
    whole, left, drawn = max(1, sum(len(told[key]) for key, _ in parts)), 0.0, []
    looks = (
        'fill="var(--st-text-color)" fill-opacity=".25"',
        'fill="var(--st-primary-color)" fill-opacity=".6"',
        'fill="none" stroke="var(--st-text-color)" stroke-dasharray="4 2.5"',
    )
    for (key, name), look in zip(parts, looks):
        wide = WIDE * len(told[key]) / whole
        if not wide:
            continue
        drawn.append(f'<rect x="{left + 1:.1f}" y="2" width="{max(wide - 2, 1):.1f}" height="26" rx="3" {look}/>')
        drawn.append(f'<text x="{left + wide / 2:.1f}" y="19" text-anchor="middle">{len(told[key])} {name}</text>')
        drawn.append(
            f'<text class="quiet" x="{left + 2:.1f}" y="42">{escape(_listed(told[key], int(wide / 6)))}</text>'
        )
        left += wide
    says = "; ".join(f"{len(told[key])} {name}" for key, name in parts)
    return framed(WIDE, 48, "".join(drawn), f"Classes: {says}.")


def overlap_rows(told: Mapping[str, Sequence[str]]) -> list[list[str]]:
    where = {"both": "both", "source": "only the source", "target": "only the target"}
    return [["Class", "Is in"], *([name, where[key]] for key in where for name in told[key])]


def _values(labels: Told, k: int) -> dict[str, float]:
    estimate = labels["estimate"]
    found = {"source": labels["source"][k], "truth": labels["truth"][k]}
    return found | {name: estimate[name][k] if estimate else 0.0 for name in ("target", "low", "high")}


def _most_different(labels: Told) -> list[int]:
    """All classes in their order; of very many, those whose shares differ most."""
    every = list(range(len(labels["classes"])))
    if len(every) <= MOST:
        return every
    apart = {k: abs(_values(labels, k)["target"] - labels["source"][k]) for k in every}
    return sorted(sorted(every, key=lambda k: -apart[k])[:MOST])


def _listed(names: Sequence[str], letters: int) -> str:
    return _short(", ".join(names), max(letters, 3))


def _short(name: str, most: int = 19) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
