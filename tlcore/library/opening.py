"""How an image file is opened: by few of Pillow's readers, and not at all when it is larger than images are."""

import logging
import warnings
from pathlib import Path
from typing import IO

from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")  # of some forty: no Ghostscript for what strangers send
LARGE = 8_000_000  # pixels from which an image is first reduced, for the memory it takes
MOST_PIXELS = 60_000_000  # of one image: what is larger is no photograph but an attack, or a map

# Pillow only warns of what it takes for a bomb. Here that is an error, in every thread. What else it has to say of a
# damaged image goes to the terminal of somebody who has a thousand of them: the report says it once.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\b")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
logging.getLogger("PIL").addHandler(logging.NullHandler())


def opened(file: str | Path | IO[bytes], most: int = MOST_PIXELS) -> Image.Image:
    """An image whose header was read, and no pixel yet; whoever asks closes it.

    Raises `TooLarge` beyond `most` pixels, and for a damaged file whatever Pillow's readers raise.
    """
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge(f"it has more than {most:,} pixels") from None
    if image.width * image.height > most:
        size = f"{image.width:,} × {image.height:,}"
        image.close()
        raise TooLarge(f"{size} pixels are more than {most:,}")
    return image


def reduced(image: Image.Image, side: int) -> Image.Image:
    """A large image in fewer pixels, its shorter side at least `side`; a small one as it is.

    For what comes after: every step from one mode to another makes a copy, and sixty million pixels are 240 MB.
    """
    image.draft(None, (side, side))  # a JPEG is decoded no larger than it has to be
    times = min(image.size) // side
    if image.width * image.height < LARGE or times < 2:
        return image
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image.reduce(times)
    return image.resize((image.width // times, image.height // times), Image.Resampling.NEAREST)


class TooLarge(ValueError):
    """An image has more pixels than any that is read here."""
