"""What the Data page's numbers are, and how it says them."""

from collections.abc import Mapping, Sequence

# Beside each heading: what is shown, how it was worked out, and what it is good for.
MEANINGS: Mapping[str, str] = {
    "balance": "How many images each class has in the source (filled bar) and in the target (dashed bar). A bar's "
    "length is the class's share of all images of its domain, so that two domains of different size can "
    "be compared. Where the shares differ, the network's expectations about classes are wrong in the "
    "target (label shift).",
    "pixels": "How often each value from 0 (dark) to 255 (bright) occurs, source solid and target dashed (a height "
    "is the square root of the share, so that rare values can be seen); and mean and standard deviation "
    "on a scale from 0 to 1. Every image is brought to 64 × 64 pixels first, so that large ones count no "
    "more than small ones. Domains that differ here can often be brought nearer by normalisation alone.",
    "averages": "The mean of all images of a domain, pixel by pixel at 64 × 64, and the same of each class. A sharp "
    "average means that the images are much alike and stand in the same place; an even grey means that "
    "they have little in common.",
    "nearest": "The pairs of one source and one target image that are most alike. Both are made grey and 16 × 16 "
    "pixels small, their brightness and contrast are taken away, and what is left is correlated: 1.00 is "
    "the same picture, 0.00 has nothing in common. These are pixels, not features: a network may find "
    "quite other images alike.",
    "twins": "Exact duplicates have the same pixels, whatever their files are called. Near duplicates are alike by"
    " 0.995 or more (correlation in grey at 16 × 16, as for nearest pairs): the same picture saved again,"
    " brightened or made smaller. Duplicates make a test set look easier than it is, if one half of a "
    "pair is trained on.",
    "matching": "Classes are matched by their names; capitals, spaces, hyphens and underscores do not count, and "
    "names that a data set is known to use for the same thing count as one. *Only in the source* makes "
    "the label sets partial, *only in the target* makes them open: an image of such a class cannot be "
    "named by a network that never saw it.",
}  # fmt: skip

LAYOUTS = """\
one domain                   several domains: each ordered two of them become a pair

pictures/                    office31/
├── backpack/                ├── amazon/
│   ├── 001.jpg              │   ├── backpack/ …
│   └── 002.jpg              │   └── mug/ …
└── mug/                     └── webcam/
    └── 001.jpg                  ├── backpack/ …
                                 └── mug/ …

One folder around all of it, or an "images" folder inside of a domain, does no harm.
JPEG, PNG, WebP, BMP, GIF, TIFF and PPM are read.
"""

MEANT = set("\\`*_{}[]<>()#+!|$~:")  # letters that mean something in Markdown


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table; the first one is its head."""
    lines = ["| " + " | ".join(plain(each) for each in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def plain(text: str) -> str:
    """What a stranger wrote, as text: none of it is taken for Markdown."""
    return "".join(f"\\{letter}" if letter in MEANT else letter for letter in text.replace("\n", " "))


def megabytes(size: float) -> str:
    """Bytes as people say them: 340 kB, 92 MB, 1.2 GB."""
    if size < 1e6:
        return f"{max(1, round(size / 1e3)) if size else 0} kB"
    return f"{size / 1e6:,.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
