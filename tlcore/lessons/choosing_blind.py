"""Lesson 15: source accuracy is the same for every setting, target accuracy is not; one cannot choose by it."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

STRENGTHS = (0.03, 0.1, 0.3, 1.0)
ALIKE, APART = 0.04, 0.1


def surprise(results: Results) -> Surprise:
    source = [result.source for result in results.values()]
    target = [result.target for result in results.values()]
    seen, hidden = max(source) - min(source), max(target) - min(target)
    return Surprise(
        holds=seen <= ALIKE and hidden >= APART,
        answer=1 if seen <= ALIKE and hidden >= APART else 0 if hidden < APART else 2,
        sentence=f"On the source all four lie between {percent(min(source))} and {percent(max(source))}. On the target "
        f"they lie between {percent(min(target))} and {percent(max(target))}. What you may look at does not tell them "
        "apart; what would, you may not look at.",
        numbers={
            **{f"source, {name}": result.source for name, result in results.items()},
            **{f"target, {name}": result.target for name, result in results.items()},
        },
    )


def _at(strength: float) -> RunSpec:
    return RunSpec("dann", "moons", shift=45, hparams={"strength": strength})


LESSON = Lesson(
    number=15,
    key="choosing-blind",
    title="Choosing blind",
    course="more",
    minutes=6,
    teaser="How do you pick λ without a target label?",
    story="""
        The duel at 45° has a knob: the strength λ of the judge. Four settings are trained, from 0.03 to 1. In
        practice the target has no labels, so all that you may choose by is accuracy on held-out *source*
        points. The page shows target accuracy because this is a lesson.
    """,
    question="Over the four strengths …",
    answers=(
        "both accuracies hardly differ: λ does not matter",
        "source accuracy hardly differs, target accuracy does",
        "source accuracy differs as well, so one can choose by it",
    ),
    right=1,
    takes={f"λ = {strength:g}": _at(strength) for strength in STRENGTHS},
    surprise=surprise,
    look="""
        The solid line (source) ends in the same place every time. The dashed one (target) does not.
    """,
    why="""
        Every one of the four networks has learnt the source to perfection. They differ in what they make of
        the target, and of that the source says nothing. Papers that tune λ by target accuracy use labels that
        they claim not to have. What is left are label-free validators: how sure the network is on the target,
        how well its features cluster there, how well reweighted source errors predict target errors. They
        help somewhat, and each can be fooled.
    """,
    tries=(
        Try("λ = 10", _at(10.0), "Now the source begins to say something: too loud is visible, best is not."),
        Try("MCD: no λ at all", RunSpec("mcd", "moons", shift=45), "Fewer knobs, and others."),
    ),
    unlocked=("strength", "shift", "seed"),
    teacher="""
        **Aim** Model selection is part of the method. Without target labels it is the hard part.

        **In class** Cover the target number on the projector and let the class vote for a λ by the source
        numbers alone. Then uncover.

        **Ask** Would ten labelled target images per class help? (Yes, and then fine-tuning on them is a rival:
        lesson 1.) What would you monitor in production?

        **Careful** With other seeds another λ is the best one. That is lesson 11, and it makes blind choice
        harder still. `tlcore search --validator` and the kept checkpoint of a run choose without labels.
    """,
    terms=("validation", "held-out data", "adversarial", "oracle"),
    strategies=("dann", "mcd"),
)
