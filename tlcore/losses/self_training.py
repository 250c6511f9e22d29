"""Losses that need no label: of how sure, how varied and how steady predictions are.

Logits are (N, C), one row an image.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from tlcore.losses.precision import full_precision, wide


def entropy(logits: Tensor) -> Tensor:
    """How unsure each prediction is: −Σ_c p_c log p_c, from 0 to log C.

    Shannon, Bell System Technical Journal 27, 1948, section 6. Its mean is TENT's loss: Wang et al., ICLR
    2021, arXiv:2006.10726, section 3.

    logits (N, C) → (N,), in nats
    """
    logs = F.log_softmax(wide(logits), 1)  # (N, C)
    return -(logs.exp() * logs).sum(1)


def diversity(logits: Tensor) -> Tensor:
    """How evenly the classes are used: the entropy of the mean prediction; log C when all come equally often.

    Liang et al., "SHOT", ICML 2020, arXiv:2002.08546, eq. 3 (with its sign turned, so that more is more varied).
    Information maximisation is to make `entropy(logits).mean() - diversity(logits)` small (its eq. 2 and 3).

    logits (N, C) → scalar, in nats
    """
    mean = F.softmax(wide(logits), 1).mean(0)  # (C,)
    # A class that nobody believes in counts 0, and so does its gradient.
    return -(mean * mean.clamp_min(torch.finfo(mean.dtype).tiny).log()).sum()


def centroid_labels(features: Tensor, logits: Tensor) -> Tensor:
    """A class for every row: that of the centroid whose direction is nearest to its feature's.

    The first centroids are means of all features, weighted by the probability of the class; the second ones
    are plain means of the rows that the first ones attracted. A centroid that attracted none stays.

    Liang et al., "SHOT", ICML 2020, arXiv:2002.08546, eq. 4 to 6, with the cosine distance.

    features (N, D), logits (N, C) → (N,) int64
    """
    with full_precision(features):
        features, probabilities = wide(features), F.softmax(wide(logits), 1)  # (N, D), (N, C)
        # A class that nobody believes in would divide by 0.
        weighted = probabilities.T @ features / probabilities.sum(0)[:, None].clamp_min(1e-8)  # (C, D)
        member = F.one_hot(_nearest(features, weighted), logits.shape[1]).to(features)  # (N, C)
        counts = member.sum(0)[:, None]  # (C, 1)
        means = torch.where(counts > 0, member.T @ features / counts.clamp_min(1), weighted)  # (C, D)
        return _nearest(features, means)


def _nearest(features: Tensor, centroids: Tensor) -> Tensor:
    """By cosine; the length of a feature changes nothing in the order of the centroids."""
    return (features @ F.normalize(centroids).T).argmax(1)  # (N,)


def class_confusion(logits: Tensor, temperature: float = 2.5) -> Tensor:
    """How often two classes are confused in one prediction: what lies off the diagonal of a confusion matrix.

        W_i = 1 + e^(−H(q_i));  C = qᵀ W q, its rows brought to sum 1;  (sum of C − trace of C) / classes

    q is the softmax at a temperature. The weights are constants: rows that are sure count up to twice as much
    (the paper brings the weights to mean 1 first, which the sums of the rows undo).

    Jin et al., "Minimum class confusion", ECCV 2020, arXiv:1912.03699, eq. 2 to 6.

    logits (N, C) → scalar, from 0 to 1 − 1/C
    """
    with full_precision(logits):
        scaled = wide(logits) / temperature
        predictions = F.softmax(scaled, 1)  # (N, C)
        weights = 1 + torch.exp(-entropy(scaled.detach()))  # (N,)
        confusion = (predictions * weights[:, None]).T @ predictions  # (C, C)
        # A class that nobody believes in confuses nobody.
        confusion = confusion / confusion.sum(1, keepdim=True).clamp_min(torch.finfo(confusion.dtype).tiny)
        return (confusion.sum() - confusion.trace()) / len(confusion)


def consistency(student_logits: Tensor, teacher_logits: Tensor, confidence: float = 0.0) -> Tensor:
    """How far a student's predictions are from its teacher's: the mean squared difference of probabilities.

    The teacher is a constant. Rows of which it is less sure than `confidence` count 0.

    Tarvainen & Valpola, "Mean teachers", NeurIPS 2017, arXiv:1703.01780, section 2 (J); the mean over classes
    as well as rows and the threshold are those of French et al., "Self-ensembling", ICLR 2018,
    arXiv:1706.05208, section 3.1 and 3.2.

    student_logits (N, C), teacher_logits (N, C), confidence: a probability → scalar, from 0 to 2 / C
    """
    teacher = F.softmax(wide(teacher_logits.detach()), 1)  # (N, C)
    difference = (F.softmax(wide(student_logits), 1) - teacher).square().mean(1)  # (N,)
    return (difference * (teacher.amax(1) >= confidence)).mean()


def pseudo_labelled(logits: Tensor, confidence: float = 0.0) -> tuple[Tensor, Tensor]:
    """Cross-entropy against one's own answers, over all rows, counting those alone that are sure enough.

    The answers and who is sure are constants. With a confidence of 0 this is Lee, "Pseudo-label", ICML
    Workshops 2013, eq. 14 and 15; with a threshold, and the mean over all rows, it is as in Sohn et al.,
    "FixMatch", NeurIPS 2020, arXiv:2001.07685, eq. 4 (there between two views of an image).

    logits (N, C), confidence: a probability → the loss, at least 0, and the share of the rows that count
    """
    logits = wide(logits)
    sureness, answers = F.softmax(logits.detach(), 1).max(1)  # (N,) each
    believed = (sureness >= confidence).to(logits)  # (N,)
    return (believed * F.cross_entropy(logits, answers, reduction="none")).mean(), believed.mean()
