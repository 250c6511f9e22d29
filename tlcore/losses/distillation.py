"""Learning from a teacher: from its answers, from its features, or from where it looks."""

import torch.nn.functional as F
from torch import Tensor


def distillation(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """How far a student's softened answers are from its teacher's: T² KL(softmax(v/T) ‖ softmax(z/T)).

    Logits z (B, classes) of the student and v (B, classes) of the teacher give a scalar in nats, the
    mean of the batch. The gradient by z falls as 1/T², hence the factor T²: the weight of this term then
    means the same at every temperature. Without it, as in some libraries, T = 20 is 400 times too weak.

    Source: Hinton, Vinyals & Dean, 2015, arXiv:1503.02531, eq. 1 and section 2 for T².
    """
    softened = F.log_softmax(student / temperature, dim=1)  # (B, classes)
    wanted = F.log_softmax(teacher / temperature, dim=1)  # (B, classes)
    return temperature**2 * F.kl_div(softened, wanted, reduction="batchmean", log_target=True)


def hint(guided: Tensor, teacher: Tensor) -> Tensor:
    """Half the squared distance of a student's regressed features from its teacher's: ½ ‖r − u‖², over their size.

    Features (B, ...) of equal shapes give a scalar. The paper sums over a feature map; here it is the
    mean of its elements, so that a rate of learning means the same for maps of every size.

    Source: Romero et al. (FitNets), ICLR 2015, arXiv:1412.6550, eq. 3.
    """
    return 0.5 * F.mse_loss(guided, teacher)


def attention(maps: Tensor) -> Tensor:
    """Where a layer looks: the sum of its squared channels at each place, as a vector of length one.

    Maps (B, C, H, W) give (B, H W), whose rows have the Euclidean length 1 (0 where all channels are 0).

    Source: Zagoruyko & Komodakis, ICLR 2017, arXiv:1612.03928, section 3.1, F²_sum, normalised as in eq. 2.
    """
    return F.normalize(maps.square().sum(1).flatten(1), dim=1)


def attention_transfer(student: Tensor, teacher: Tensor) -> Tensor:
    """How far apart a student and its teacher look: the mean over the batch of ‖Q_S/‖Q_S‖ − Q_T/‖Q_T‖‖₂.

    Maps (B, C, H, W) and (B, C', H', W') give a scalar between 0 and √2; channels may differ, and
    the teacher's maps are averaged to the student's places where theirs are more.

    Source: Zagoruyko & Komodakis, ICLR 2017, arXiv:1612.03928, eq. 2 with p = 2. The authors' code takes the mean
    of squares instead, whose gradient vanishes as the two agree.
    """
    if student.shape[2:] != teacher.shape[2:]:
        teacher = F.adaptive_avg_pool2d(teacher, (student.shape[2], student.shape[3]))
    difference = attention(student) - attention(teacher)  # (B, H W)
    # The root has no slope at 0, where two equal networks begin.
    return (difference.square().sum(1) + 1e-12).sqrt().mean()
