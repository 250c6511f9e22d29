"""What the Inspect page's pictures and numbers are, in the words that its popovers say."""

CONFUSION = """
Rows are what an image is, columns what the network answered; a number is the **percentage of the row** (of all images
of that class). Blue is right, orange is a confusion. Press a cell, or go with the arrow keys and press Enter: its
images open as a gallery. These are the held-out images that every look at the run is about: up to 300 of each domain,
as many of every class. ⚑ The target's labels are used to show this; in practice nobody has them.
"""
CLASSES = """
For each class the **share of its held-out images that is named rightly**, in the source (●) and in the target (✕). A
long line is a class that the change of domain hurts. The widest ones are on top.
"""
GALLERY = """
Each picture says what it is → what was answered, and **how sure** the network is (its largest softmax output). ● is
of the source, ✕ of the target; the edge below has the colour of the true class; a wrong answer is underlined. Press
one to look at it closely. Clusters have numbers for names.
"""
NEIGHBOURS = """
The images whose **features** are nearest, by Euclidean distance between what the head sees; not by their distance on
a map, which leaves out all but two directions. When adaptation works, a target image's neighbours in the source are
of its own class. Features are kept now and then only: the caption says of which step.
"""
GRAD_CAM = """
**Grad-CAM** (Selvaraju et al., ICCV 2017): orange is where the last feature maps speak *for* the answer that was
given, each picture on a scale of its own. It is as fine as those maps are, here 4 × 4 places or more, and is no proof
of a cause. Left the run, right the same experiment trained on the source alone. It is of the network at the run's
last checkpoint, whatever step is chosen above.
"""
MAP = """
Features of the same held-out images, projected to a plane. **PCA**: the two directions in which they vary most; the
plane follows slowly, so what moves has moved. **UMAP** keeps neighbours together; distances between its clusters mean
nothing. Draw a lasso or a box around points (the tools at the upper right) and they open as a gallery. Without a
pointer: *Filter* beside the gallery chooses by class and by right or wrong.
"""
MOVED = """
How far a part's weights moved from where they began, **relative to their length at the start** (‖θ − θ₀‖ / ‖θ₀‖): 0
rested, 1 moved as far as they were long. Batch norms' running means and variances are told apart, as some techniques
change nothing else.
"""
ALIKE = """
How alike the features after a part are to those **before training**, on the held-out images of the source (●) and of
the target (✕): linear centred kernel alignment (CKA, Kornblith et al., ICML 2019). 100 % is the same up to turning
and scaling; the lower, the more was rewritten.
"""
CALIBRATION = """
Of all answers that are given with 80 % certainty, 80 % should be right. Each mark stands for the answers of one
stretch of certainty; **below the dashed line the network is surer than it should be**. The line through a mark is the
95 % interval of that share. The **calibration error** (ECE) is the mean distance from the dashed line, weighted by
how many answers there are (Guo et al., 2017). Up to 2,000 test images of each domain, at the run's last checkpoint. ⚑
The target's part needs its labels.
"""
OWN = """
Your picture goes through what the run's own images went through: the same size and channels, and where the data is
grey and light on dark, light and dark are turned around. A drawing is centred and made as large as theirs. It stays
on this machine, and is removed after a few more.
"""
ANSWERS = """
The network's softmax outputs: how sure it is of each class. A network has to choose among the classes that it
knows, whatever it is shown.
"""
