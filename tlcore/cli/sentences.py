"""What all commands have in common: how they speak, and with which exit code they end."""

import sys
from typing import Any

import click

from tlcore.errors import TransferError


class Sentences(click.Group):
    """Whatever goes wrong is one sentence on stderr; what a command returns is the exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.ClickException as error:
            code = say(error.format_message(), error.exit_code)
        except TransferError as error:
            code = say(str(error), 2)
        except (KeyboardInterrupt, click.Abort):
            code = say("Interrupted.", 130)
        sys.exit(code)


as_json_option = click.option("--json", "as_json", is_flag=True, help="Tell it as JSON, on the last line.")


def say(text: str, code: int) -> int:
    """A sentence on stderr, and the exit code that goes with it."""
    click.echo(text, err=True)
    return code
