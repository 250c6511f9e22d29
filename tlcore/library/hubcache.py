"""Whether a backbone's weights lie in the cache of torch's hub, asked without torch."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def weights_here(card: Mapping[str, Any]) -> bool:
    """Whether its own weights need no download."""
    return bool(card["shipped"] or (card["file"] and (checkpoints() / card["file"]).is_file()))


def checkpoints() -> Path:
    """The folder in which torch's hub keeps what it has fetched, by the rules that torch follows."""
    caches = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return Path(os.environ.get("TORCH_HOME", caches / "torch")).expanduser() / "hub" / "checkpoints"
