"""What a person reads about a data set before fetching it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class SetCard:
    """A data set's card: words and numbers only."""

    key: str
    title: str
    idea: str  # what it shows, in one sentence
    classes: tuple[str, ...]
    side: int  # pixels of an image at its shorter side; of images of all sizes, what suits them
    colour: bool
    images: Mapping[str, int]  # how many each part has: "train", "test", and "validation" where one is published
    megabytes: float  # to download
    on_disk: float  # MB that it takes afterwards
    licence: str  # "not stated" where its authors say nothing
    citation: str
    homepage: str
    files: str  # what to copy into the data folder by hand
    varied: bool = False  # images of all sizes
    split: str = ""  # how the parts were made, where none were published
    needs: str = ""  # a package beyond ours, without which it cannot be read
    remark: str = ""  # what else to know before fetching it
    synonyms: Mapping[str, str] = field(default_factory=dict)  # a class's name: what other sets call it

    @property
    def channels(self) -> int:
        return 3 if self.colour else 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
