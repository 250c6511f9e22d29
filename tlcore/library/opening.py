"""How an image file is opened: by few of Pillow's readers, and not at all when it is larger than images are."""

import logging
import warnings
from pathlib import Path
from typing import IO

from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")  # of some forty: no Ghostscript for what strangers send
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


class TooLarge(ValueError):
    """An image has more pixels than any that is read here."""
