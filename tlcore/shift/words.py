"""A judgement in words. They say how different the domains look, never whether that is good."""

from tlcore.shift.judge import Judgement

_WORDS = (  # up to which accuracy, what is said, and the level's name
    (0.55, "The two domains look the same to the judge.", "same"),
    (0.70, "Partly mixed.", "partly"),
    (0.90, "Clearly different.", "clear"),
    (1.00, "Worlds apart.", "apart"),
)

_TOO_WIDE = 0.15


def words(judgement: Judgement) -> str:
    """One sentence for a judgement; an interval wider than 15 points is too wide to say anything."""
    return judge_words(judgement.accuracy, judgement.low, judgement.high)[0]


def judge_words(judge: float, low: float | None = None, high: float | None = None) -> tuple[str, str]:
    """What a judge's accuracy in [0, 1] means in a sentence, and the level's name."""
    if low is not None and high is not None and high - low > _TOO_WIDE:
        return "Too few samples to say.", "unsure"
    return next((sentence, level) for limit, sentence, level in _WORDS if judge <= limit)
