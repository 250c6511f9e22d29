"""Where images come from, under which terms, and how much room they take."""

from collections.abc import Sequence

from dashboard.data.texts import megabytes, plain
from tlcore.errors import TransferError
from tlcore.library import sets, shelf
from tlcore.library.domains import DomainEntry
from tlcore.scenarios.sides import Side

DRAWN = "These images are drawn by this program (MIT licence) or ship with the libraries that it is made of."


def credit(said: str, both: Sequence[Side]) -> str:
    """Licence, citation and size on disk of a pair, as Markdown; `said` is what its card says already."""
    entries = {side.entry.key: side.entry for side in both if side.entry is not None}
    lines = [said] if said and not entries else []
    for entry in entries.values():
        lines.append(f"**{plain(entry.title)}** · {_terms(entry)}")
        lines += [plain(entry.citation)] if entry.citation else []
        lines.append(_room(entry))
    return "\n\n".join(lines) or DRAWN


def _terms(entry: DomainEntry) -> str:
    if entry.key in sets.cards():
        return f"Licence: {plain(entry.licence or 'not stated')}"
    return "brought in here; its licence is whatever its owner says"


def _room(entry: DomainEntry) -> str:
    """How much room it takes on the disk, or would take."""
    if entry.key in sets.cards():
        size = megabytes(sets.card(entry.key).on_disk * 1e6)
        return f"{size} on the disk" if entry.present else f"{size} on the disk, once it was fetched"
    try:
        key, several, domain = entry.key.partition("/")
        collection = shelf.find(key)
        kind = collection.kind(domain) if several else next(iter(collection.domains.values()))
        taken = collection.report()["domains"][kind.title]["bytes"]
    except (TransferError, KeyError):
        return "How much room it takes is not known any more."
    return f"{megabytes(taken)} {'in the library' if collection.copied else f'in {plain(str(collection.root))}'}"
