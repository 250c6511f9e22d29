"""`tlcore data fetch`: a published data set, after its size and licence were shown."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from tlcore.cli.sentences import say

if TYPE_CHECKING:
    from tlcore.library.downloading import Bar
    from tlcore.library.sets import SetCard


_FOR = {"train": "training", "validation": "validation", "test": "the test"}


@click.command()
@click.argument("key", metavar="KEY")
@click.option("--yes", is_flag=True, help="Do not ask.")
def fetch(key: str, yes: bool) -> int:
    """Download a published data set; what broke off is gone on with."""
    from tlcore.library import sets

    card = sets.card(key)
    here = sets.present(key)
    click.echo(f"{card.title} is here already." if here else _shown(card, sets.arrived(key)))
    if not here and not yes and not _agreed():
        return say("Nothing was downloaded. To agree without being asked, add --yes.", 2)
    if here and sets.ready(key):
        return 0
    try:
        with _Told() as told:
            sets.fetch(key, told)
    except KeyboardInterrupt:
        say(f"Go on with: tlcore data fetch {key}", 0)
        raise
    click.echo(
        f"{card.title} is ready: " + ", ".join(f"{n:,} images for {_FOR[part]}" for part, n in _counted(key)) + "."
    )
    return 0


def _shown(card: "SetCard", arrived: int) -> str:
    """What a person should know before agreeing."""
    from tlcore.library.sets.finding import goal

    size = "of all sizes" if card.varied else f"of {card.side}×{card.side} pixels"
    lines = [
        f"{card.title}: {card.idea} {sum(card.images.values()):,} images {size} in {len(card.classes)} classes.",
        f"Download: {card.megabytes:,g} MB" + (f", {arrived / 1e6:,.0f} MB of it are here" if arrived else ""),
        f"On disk:  {card.on_disk:,g} MB in {goal(card)}",
        f"Licence:  {card.licence}",
        f"Cite:     {card.citation}",
        f"See:      {card.homepage}",
    ]
    return "\n".join(lines + [f"Note:     {card.remark}"] * bool(card.remark))


def _agreed() -> bool:
    try:
        return click.confirm("Download it?")
    except click.Abort:  # nobody there to ask
        click.echo()
        return False


def _counted(key: str) -> list[tuple[str, int]]:
    from tlcore.library import sets

    return [(part, len(sets.listing(key, part))) for part in sets.card(key).images]


class _Told:
    """One progress bar for each thing that is being done."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._doing = ""
        self._bar: Bar | None = None

    def __enter__(self) -> "_Told":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __call__(self, doing: str, done: int, total: int) -> None:
        from tlcore.library.downloading import Bar

        if doing != self._doing:
            self._open.close()
            self._doing, self._bar = doing, None
            if total:
                self._bar = self._open.enter_context(Bar(doing))
            else:
                click.echo(f"{doing} …", err=True)
        if self._bar:
            self._bar(done, total)
