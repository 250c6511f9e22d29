"""Lesson 6: with other class proportions, closing the gap makes the model worse."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

PLAIN, ALIGNED = "not aligned", "aligned"
_RARE = {"proportion": 90.0}


def surprise(results: Results) -> Surprise:
    plain, aligned = results[PLAIN], results[ALIGNED]
    gap, closed = plain.seen["mmd"], aligned.seen["mmd"]
    loss = plain.target - aligned.target
    answer = 0 if loss > 0.1 else 1 if loss > -0.02 else 2
    return Surprise(
        holds=closed < gap / 4 and loss > 0.1,
        answer=answer,
        sentence=f"The gap went from {gap:.2f} to {max(closed, 0):.2f} (MMD², 0 is none). Target accuracy went from "
        f"{percent(plain.target)} to {percent(aligned.target)}.",
        numbers={
            "gap, not aligned": gap,
            "gap, aligned": closed,
            "target accuracy, not aligned": plain.target,
            "target accuracy, aligned": aligned.target,
        },
    )


LESSON = Lesson(
    number=6,
    key="when-the-gap-lies",
    title="When the gap lies",
    course="shift",
    minutes=5,
    teaser="Is a smaller gap a better model?",
    story="""
        Two clouds again, moved a little. In the source both are equally large. In the target nine points of
        ten belong to the right cloud. First the network just learns the source. Then the same network also
        has to make both domains look alike, by MMD, which is a good method: with equal clouds it works.
    """,
    question="MMD will close the gap. Target accuracy will …",
    answers=("fall by more than 10 points", "stay within some points of where it was", "rise with it"),
    right=0,
    takes={
        PLAIN: RunSpec("source-only", "blobs", shift=1, settings=_RARE),
        ALIGNED: RunSpec("mmd", "blobs", shift=1, settings=_RARE),
    },
    surprise=surprise,
    look="""
        Two needles: the gap gauge, and the dashed line of target accuracy. Then the crosses that lie in the
        wrong tint.
    """,
    why="""
        To look alike as a whole, the target would need as many points on the left as the source has: half.
        It has one in ten. So the network carries points of the right cloud over to the left, until the
        halves match. The domains mix perfectly, and the classes are mixed up with them. A small gap is a
        means and not the goal; when adaptation makes a model worse than doing nothing, that is called
        negative transfer.
    """,
    tries=(
        Try(
            "Equal clouds",
            RunSpec("mmd", "blobs", shift=1),
            "The same method, the same move, equal proportions: now it helps.",
        ),
        Try("Rarer still: 95 %", RunSpec("mmd", "blobs", shift=1, settings={"proportion": 95.0})),
        Try("DANN instead of MMD", RunSpec("dann", "blobs", shift=1, settings=_RARE), "Does the judge fall for it?"),
    ),
    unlocked=("proportion", "shift", "s", "seed"),
    teacher="""
        **Aim** Domain alignment assumes that class proportions agree. Where they do not, the gauge and the
        goal part company.

        **In class** Ask first: “who would deploy the model with the smaller gap?” Then reveal. Drag *share
        of the right blob* from 50 to 95 % and watch the two needles go opposite ways.

        **Ask** What could one look at in practice, without target labels? (How many points of each class
        are predicted, before and after; the gap of every class by itself.)

        **Careful** That label shift breaks alignment does not mean that every method breaks: try DANN at
        this strength. Zhao et al., ICML 2019 (arXiv:1901.09453) prove that something must give.
    """,
    terms=("domain gap", "label shift", "negative transfer", "MMD"),
    strategies=("mmd", "dann"),
)
