"""Lesson 9: one block can do the work of all, if it is the right one; which one depends on the kind of shift."""

from tlcore.lessons.lesson import Lesson, Surprise, Try
from tlcore.lessons.results import Results, percent
from tlcore.runs.spec import RunSpec

HEAD, FIRST, SECOND, ALL = "the head", "the first block", "the second block", "everything"
FOG, NEGATIVES = "handwritten-to-low-contrast", "handwritten-to-inverted"
IN_FOG, OF_NEGATIVES = "fog: {}", "negatives: {}"


def surprise(results: Results) -> Surprise:
    fog = {name: results[IN_FOG.format(name)].target for name in (HEAD, ALL, FIRST)}
    negatives = {name: results[OF_NEGATIVES.format(name)].target for name in (FIRST, SECOND, HEAD)}
    best = max(negatives, key=negatives.__getitem__)
    return Surprise(
        holds=fog[FIRST] > max(fog[ALL] - 0.03, fog[HEAD] + 0.05)
        and negatives[SECOND] - max(negatives[FIRST], negatives[HEAD]) > 0.2,
        answer=(FIRST, SECOND, HEAD).index(best),
        sentence=f"For negatives: {FIRST} alone {percent(negatives[FIRST])}, {SECOND} {percent(negatives[SECOND])}, "
        f"{HEAD} {percent(negatives[HEAD])}. In fog {FIRST} alone comes to {percent(fog[FIRST])}, {ALL} together to "
        f"{percent(fog[ALL])}, {HEAD} to {percent(fog[HEAD])}.",
        numbers={
            **{IN_FOG.format(name): share for name, share in fog.items()},
            **{OF_NEGATIVES.format(name): share for name, share in negatives.items()},
        },
    )


def _block(scenario: str, block: int) -> RunSpec:
    hparams = {"source_steps": 150, "steps": 100, "batch": 32, "block": block}
    return RunSpec("surgical", scenario, target_labels=4, hparams=hparams)


def _all(scenario: str) -> RunSpec:
    hparams = {"source_steps": 150, "steps": 100, "batch": 32, "backbone_rate": 1.0}
    return RunSpec("fine-tune", scenario, target_labels=4, hparams=hparams)


LESSON = Lesson(
    number=9,
    key="which-layer-moves",
    title="Which layer should move?",
    course="why",
    minutes=6,
    teaser="Can 192 weights do the work of 24,170?",
    story="""
        A network reads clean digits. For a new place it gets four labels of each digit, and you open one
        padlock: the head, the first block or the second block may move, and all the rest stays as it is. The
        first block has 192 of the 24,170 weights. In fog, it will turn out, opening this block alone does as
        well as opening everything. Then the digits come as negatives.
    """,
    question="For negatives, the best one of these three to open will be …",
    answers=("the first block again", "the second block", "the head"),
    right=1,
    takes={
        IN_FOG.format(HEAD): _block(FOG, 0),
        IN_FOG.format(ALL): _all(FOG),
        IN_FOG.format(FIRST): _block(FOG, 1),
        OF_NEGATIVES.format(HEAD): _block(NEGATIVES, 0),
        OF_NEGATIVES.format(FIRST): _block(NEGATIVES, 1),
        OF_NEGATIVES.format(SECOND): _block(NEGATIVES, 2),
    },
    surprise=surprise,
    look="""
        The dashed line after step 150, when the padlock opens: either it jumps within some steps, or that
        block cannot do it. The solid line falls at the same time: the clean digits are left behind.
    """,
    why="""
        Fog makes the same edges weaker. The first block sees edges; it only has to speak up, and everything
        behind it is right already. In a negative every edge has turned its sign. To undo that in the
        first block each filter would have to turn round, and half-way there it sees nothing at all; the
        second block can combine what the filters say in another way. The head comes too late in both: it can only
        sort features that have already gone wrong. So the right padlock is where the shift lies, and opening
        fewer weights than all leaves less to spoil with forty labels (Lee et al., ICLR 2023,
        arXiv:2210.11466).
    """,
    tries=(
        Try("Negatives: open everything", _all(NEGATIVES), "Is the right block as good as all of them?"),
        Try("Noise: the first block", _block("handwritten-to-noisy", 1), "Where does noise lie?"),
        Try("Turned digits: the second block", _block("handwritten-to-rotated", 2), "And a turn?"),
    ),
    unlocked=("shift", "lab", "block", "s", "seed"),
    teacher="""
        **Aim** Fine-tuning is a choice of what may move, and the choice is a guess about where the shift
        lies.

        **In class** Give each group another shift (dark, noise, turned, photographs) and let it find its
        best padlock with the setting *block*. Collect the answers in a table on the board.

        **Ask** Which block for a class that is renamed? (The head: the features are right.) Why not always
        open everything? (More labels are needed to say where all those weights should go.)

        **Careful** These blocks are three in a small network. In a deep one “first block” means something
        else, and with many labels opening everything catches up.
    """,
    terms=("surgical fine-tuning", "fine-tuning", "label budget", "backbone and head"),
    strategies=("surgical", "fine-tune", "gradual-unfreezing"),
)
