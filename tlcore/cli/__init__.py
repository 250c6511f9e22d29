"""The command line: the same engine as the page, without a page.

Exit code 0 when what was asked for is done (for a run: when it is finished), 2 and one sentence for
a mistake in the request, 130 after Ctrl-C, 1 otherwise.
"""

import click

from tlcore.cli import data, runs
from tlcore.cli.estimate import estimate
from tlcore.cli.export import export
from tlcore.cli.lesson import lesson
from tlcore.cli.rank import rank
from tlcore.cli.search import search
from tlcore.cli.sentences import Sentences
from tlcore.cli.shift import shift
from tlcore.cli.sweep import sweep


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Transfer learning: pick a strategy and a scenario, train, look."""


for command in (
    runs.list_,
    estimate,
    shift,
    rank,
    search,
    sweep,
    runs.run,
    runs.resume,
    runs.show,
    runs.stop,
    export,
    data.data,
    lesson,
):
    cli.add_command(command)


def main() -> None:
    cli()
