"""The words of transfer learning: what they mean in plain English, and which lessons and strategies show them."""

from dataclasses import dataclass

GROUPS = ("The setting", "What goes wrong", "What is measured", "What can be done")


@dataclass(frozen=True)
class Term:
    """A word of the field. Lessons that name it link to it by themselves."""

    group: str
    meaning: str  # one or two sentences
    strategies: tuple[str, ...] = ()  # keys of cards that are about it


SETTING, WRONG, MEASURED, DONE = GROUPS
TERMS: dict[str, Term] = {
    "domain": Term(SETTING, "A kind of data: where it comes from and how it looks. Two domains may hold the same "
        "classes."),
    "source and target": Term(SETTING, "The source is the domain that you have labels for; the target is the one that "
        "the model has to work on."),
    "transfer learning": Term(SETTING, "Using what was learnt in one place to do better, or with fewer labels, in "
        "another."),
    "pre-training": Term(SETTING, "Training on a large or easy task first, for the sake of its features.",
        ("fine-tune", "linear-probe")),
    "backbone and head": Term(SETTING, "The backbone turns an input into features; the head, its last layer, turns "
        "features into classes."),
    "unlabelled target": Term(SETTING, "Images of the target without their labels. They are cheap, and they tell where "
        "the target lies.", ("coral", "dann", "adabn")),
    "label budget": Term(SETTING, "How many target images of each class come with their label.",
        ("fine-tune", "linear-probe")),
    "covariate shift": Term(SETTING, "Inputs are distributed otherwise, while the rule from input to label stays the "
        "same.", ("importance-weighting", "kmm")),
    "label shift": Term(SETTING, "The classes come in other proportions, while each class looks as before."),
    "label set": Term(SETTING, "Which classes a domain holds: the same in both (closed), fewer in the target "
        "(partial), new ones in the target (open).", ("pada", "iwan")),
    "zero-shot": Term(SETTING, "Naming classes that no training image showed, by what is known about them.",
        ("eszsl", "attribute-embedding")),
    "few-shot": Term(SETTING, "Learning a class from a handful of examples.", ("proto-net", "maml")),
    "oracle": Term(SETTING, "Whatever uses target labels that nobody has in practice. It shows the ceiling, and is "
        "always marked.", ("target-only",)),
    "domain shift": Term(WRONG, "The target's data is distributed otherwise than the source's, so what was learnt may "
        "not hold.", ("adabn", "coral", "dann")),
    "negative transfer": Term(WRONG, "Transfer that makes a model worse than doing nothing.", ("source-only",)),
    "forgetting": Term(WRONG, "Losing the old task while learning the new one.", ("l2-sp", "multi-task")),
    "task mismatch": Term(WRONG, "The old task needed other features than the new one, so what is kept does not help."),
    "feature distortion": Term(WRONG, "Fine-tuning bends good features to a few examples; at home this looks fine, "
        "elsewhere it breaks.", ("lp-ft", "linear-probe")),
    "label inconsistency": Term(WRONG, "The same thing is called differently in the two domains, or labels are "
        "wrong."),
    "dataset bias": Term(WRONG, "Something that is not the class gives the class away in this data set, and only "
        "there.", ("irm", "group-dro")),
    "shortcut": Term(WRONG, "The easy feature that a biased data set teaches: the colour instead of the shape.",
        ("irm", "group-dro")),
    "overconfidence": Term(WRONG, "Being surer than right. Under a shift it is the rule."),
    "accuracy": Term(MEASURED, "The share of held-out inputs that are named correctly."),
    "confidence": Term(MEASURED, "The largest of the class probabilities that the network gives, averaged. It is the "
        "network's own opinion."),
    "domain gap": Term(MEASURED, "How far apart the two domains' features lie. Small is a means, not the goal.",
        ("mmd", "dann")),
    "judge": Term(MEASURED, "A small classifier that tries to tell source features from target features. 50 % means "
        "that it cannot.", ("dann",)),
    "MMD": Term(MEASURED, "Maximum mean discrepancy: how far the mean features lie apart, under a kernel. As a loss it "
        "pulls the domains together.", ("mmd", "jan")),
    "held-out data": Term(MEASURED, "Data that nothing was learnt from. Choosing settings by it uses it up."),
    "validation": Term(MEASURED, "Held-out data to choose by. Without target labels there is only the source's, and it "
        "may not tell."),
    "seed": Term(MEASURED, "Where chance starts: weights, order of the data. Another seed shows how much was luck."),
    "interval": Term(MEASURED, "Where the true mean probably lies, worked out from several seeds."),
    "UMAP": Term(MEASURED, "A map of features that keeps neighbours together, as t-SNE does. Distances between its "
        "clusters mean nothing."),
    "baseline": Term(MEASURED, "What to compare with: the same work without the clever part, tuned as well.",
        ("source-only", "scratch")),
    "feature extraction": Term(DONE, "Keep the backbone as it is and learn a new head.", ("linear-probe",)),
    "fine-tuning": Term(DONE, "Go on training the whole network on the new data, gently.", ("fine-tune", "l2-sp")),
    "surgical fine-tuning": Term(DONE, "Train only the block that the shift sits in.", ("surgical",)),
    "feature alignment": Term(DONE, "Make source and target features alike, so that one classifier serves both.",
        ("coral", "deep-coral", "mmd")),
    "CORAL": Term(DONE, "Correlation alignment: match how the features of both domains spread.",
        ("coral", "deep-coral")),
    "mean and spread": Term(DONE, "The first two moments: where a cloud lies, and how wide it is in each direction. "
        "Both can be read off unlabelled data.", ("coral", "adabn")),
    "adversarial": Term(DONE, "Two parts of a network trained against each other: a judge of domains, and features "
        "that fool it.", ("dann", "cdan", "adda")),
    "gradient reversal": Term(DONE, "On the way from the judge into the features the gradient is turned round: what "
        "helps the judge is unlearnt.", ("dann",)),
    "batch norm": Term(DONE, "A layer that standardises by the mean and variance of what it sees. These statistics "
        "belong to a domain.", ("adabn", "dsbn", "tent")),
    "replay": Term(DONE, "Mixing some old examples into the new ones, so that the old task is not forgotten.",
        ("replay",)),
    "augmentation": Term(DONE, "Varying the training images in ways that keep their class."),
    "reweighting": Term(DONE, "Letting source samples that look like the target count more.",
        ("importance-weighting", "kmm", "ulsif")),
    "self-training": Term(DONE, "Learning from one's own confident answers on the target.",
        ("pseudo-label", "mean-teacher", "shot")),
    "self-supervision": Term(DONE, "Learning features from a task that needs no labels.", ("rotation", "simclr")),
    "distillation": Term(DONE, "A small network learns from a large one's answers.", ("distill", "hints")),
    "meta-learning": Term(DONE, "Learning to learn: training on many small problems, to be quick at the next.",
        ("maml", "anil", "reptile")),
}  # fmt: skip
