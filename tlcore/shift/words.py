"""A judgement in words. They say how different the domains look, never whether that is good."""

from tlcore.shift.judge import Judgement

_WORDS = (
    (0.55, "The two domains look the same to the judge."),
    (0.70, "Partly mixed."),
    (0.90, "Clearly different."),
    (1.00, "Worlds apart."),
)

_TOO_WIDE = 0.15


def words(judgement: Judgement) -> str:
    """One sentence for a judgement; an interval wider than 15 points is too wide to say anything."""
    if judgement.high - judgement.low > _TOO_WIDE:
        return "Too few samples to say."
    return next(sentence for limit, sentence in _WORDS if judgement.accuracy <= limit)
