"""Validators against the oracle: how good are the checkpoint and the settings that each of them would choose?

    python -m benchmarks.validators [--seeds 3] [--jobs 2]

Every strategy that adapts without target labels trains on three scenarios, on one of them with three settings, and
every other one where its own card promises something (`benchmarks/at_home.py`). Ten times in a run each validator says
its number, and the oracle (target accuracy on held-out images) stands beside it. What a choice by each validator loses,
and how its order and the oracle's go together, is told by `benchmarks/chosen.py`.
"""

from collections.abc import Mapping, Sequence

from benchmarks.adapting import SCENARIOS, adapting, wanted
from benchmarks.at_home import INSTEAD, LABELS, at_home, clusterers, fits
from benchmarks.chosen import Place, Told
from benchmarks.chosen_tables import REDRAWN, alone, listed, overall, table
from benchmarks.measuring import Result, key, measured
from benchmarks.published import choices, written
from benchmarks.watching import WATCHED, checkpoints
from tlcore.runs.spec import RunSpec
from tlcore.training.validating import THOROUGH


def _late(place: Place) -> tuple[bool, int, bool]:
    """Breadth first: every strategy with one seed before the next seed; other settings of further seeds at the end."""
    return place.seed > 0 and place.factor != 1, place.seed, place.factor != 1


def _whole(runs: Mapping[Place, RunSpec], known: Mapping[str, Result], *, together: bool = False) -> Told:
    """What was measured: a first seed as far as it came, of further seeds only what is whole, scenario by scenario."""

    def group(place: Place) -> tuple[str, int, bool]:
        return "" if together else place.scenario, place.seed, place.factor != 1

    found = {place: known[key(run, WATCHED)] for place, run in runs.items() if key(run, WATCHED) in known}
    cut = {group(place) for place in runs if place.seed > 0 and place not in found}
    return {place: checkpoints(result) for place, result in found.items() if group(place) not in cut}


def main() -> None:
    asked = choices(__doc__ or "", seeds=3)
    runs = {place: run for seed in range(asked.seeds) for place, run in wanted(seed).items()}
    home = {place: run for seed in range(asked.seeds) for place, run in at_home(adapting(), seed).items()}
    every = sorted([*runs.items(), *home.items()], key=lambda each: _late(each[0]))
    known = measured([run for _, run in every], asked.jobs, "validators", WATCHED)
    told, there = _whole(runs, known), _whole(home, known, together=True)
    seconds = sum(known[key(run, WATCHED)].seconds for _, run in every if key(run, WATCHED) in known)
    parts: list[str | list[str]] = [_words(told, there, seconds), *overall(told)]
    for scenario in SCENARIOS:
        parts += [f"## {scenario}", *table({place: each for place, each in told.items() if place.scenario == scenario})]
    fitting = fits(home)
    parts += ["## Every other strategy, where its card promises something", _elsewhere(there), alone(there, fitting)]
    all_fit = {strategy: list(THOROUGH) for strategy in adapting()}
    parts += ["## Strategy by strategy", STRATEGIES, listed(told, all_fit), listed(there, fitting)]
    written(__file__, "Validators without target labels, against the oracle", [*parts, SAYS, CUT])


def _words(told: Told, home: Told, seconds: float) -> str:
    strategies = {place.strategy for place in told}
    there = "; ".join(_had(scenario, [place for place in told if place.scenario == scenario]) for scenario in SCENARIOS)
    return f"""
        {len(told) + len(home)} runs, {seconds / 60:.0f} minutes of one core. {len(strategies)} strategies that adapt
        without target labels (source-only is counted among them) were tried on three scenarios, the other
        {len({place.strategy for place in home})} each where its own card promises something. {there}; the others:
        {_listed(sorted({place.seed for place in home}))}.

        The settings of a strategy are its defaults, and its main dial (the learning rate where it has none) at a
        quarter and at four times. Ten times in a run every validator looks at up to 300 held-out source images with
        labels and at 300 target images without. The oracle is target accuracy on held-out images: nobody has it in real
        life, and no validator saw it.

        What is *lost* are points of target accuracy below the best that there was to choose. *Checkpoints*: one of the
        ten of a run; of equals the last, as a run that keeps a checkpoint does. *Settings*: one of those of a
        strategy, at its last checkpoint. *All*: one of all strategies and settings, at their last checkpoints. Where
        a validator says the same of several settings or strategies, what it loses is their mean. ρ is
        Spearman's rank correlation with the oracle, τ the weighted one of `scipy.stats.weightedtau`, where the
        best count most.

        A mean ± half of a 95 % t-interval is over strategies, each of which counts once, and in it each scenario: it
        says how far another choice of strategies could move it. *Seed by seed* says how far another seed moves it. Of
        *all*, losses are means over seeds with each seed behind, and the intervals of ρ and τ come from drawing
        strategies anew, the same for all seeds, {REDRAWN} times.
    """


def _elsewhere(told: Told) -> str:
    return f"""
        They learn from target labels, from several tasks or groups, or without any target image. Of validators only
        those count that may look: who learns from no source label cannot choose by source labels, and who sees no
        target image cannot choose by target images (in life one would have some by then, or none at all).
        Strategies whose card promises something for episodes, each with classes of its own, are on {INSTEAD} with
        {LABELS} labels a class, for an episode has no answers that could be compared. For zero-shot strategies the
        oracle is the harmonic mean. Runs in two parts learn the source first: then its checkpoints are among the ten.
        {len({place.strategy for place in told})} strategies; left out are {" and ".join(clusterers())}, whose clusters
        have no names.
    """


def _had(scenario: str, places: Sequence[Place]) -> str:
    """What was measured of a scenario, in words."""
    seeds = sorted({place.seed for place in places if place.factor == 1})
    varied = sorted({place.seed for place in places if place.factor != 1})
    dials = "".join(f" with a {name} of {value:g} %" for name, value in SCENARIOS[scenario].dials.items())
    named = f"{scenario}{dials}: {len({place.strategy for place in places})} strategies, {_listed(seeds)}"
    return named + (f", other settings with {_listed(varied)}" if varied else ", defaults only")


def _listed(numbers: Sequence[int]) -> str:
    return f"seed{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers)) or 'none'}"


STRATEGIES = """
    Means over the runs (scenarios, settings, seeds): target accuracy of *the last* checkpoint in points, how many of
    them *it loses* against the best of the ten, and how many each validator gains on it.
"""
SAYS = """
    ## What it says

    - **To keep a checkpoint: `information`** (what a run does by default) **or `nuclear_norm`**, for little. Over all
      adapting strategies they gain 0.3 ± 0.5 and 0.4 ± 0.5 points on the last one, which is not certain, and cannot be
      told apart. On images it is certain, 1.4 ± 1.0 and 1.3 ± 0.9 points, with each of the seeds; on moons and where
      one class is rare (blobs) it is nothing. `certainty` gains 0.3 ± 1.5, most of it on blobs.
    - `density` (−9.3 ± 3.5) and `source_validation` (−3.0 ± 2.3) are worse than keeping the last one, `deep_embedded`
      (−2.2 ± 2.4) and `reverse` (−1.4 ± 1.9) no better. Whoever learns from target labels must not choose by source
      labels: that takes a network from before the first target label, some 25 points below the last one.
    - **To choose settings**, `certainty`, `information` and `nuclear_norm` are on moons 2.1 points above the defaults
      (± 2.5: not certain), the others less.
    - **To choose among strategies no validator is safe.** On blobs `information` and `nuclear_norm`, which take classes
      for equally frequent, choose one that is 40, 50 and 49 points below the best (chance: 13). On moons they lose 0.2
      and on images 5.6 points, where chance loses 21 and 39. `certainty` loses 6 on blobs, but 28 with one seed of
      moons and 38 with one of images. Source accuracy loses no less than chance on moons and on images, and on moons
      what looks at source labels orders strategies the wrong way round (ρ −0.35 to −0.49).
"""
CUT = """
    ## What was left out

    Other settings were tried on moons alone. Strategies that need batch norms are not on points, where no backbone has
    any, nor is attention-transfer, which needs places to attend to. All held-out images examine each of the ten
    checkpoints, and the best is the best on just these: even a perfect validator would lose a little.
"""


if __name__ == "__main__":
    main()
