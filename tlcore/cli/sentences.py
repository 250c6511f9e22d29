"""What all commands have in common: how they speak, and with which exit code they end."""

import json
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click

from tlcore.errors import TransferError


class Told(Protocol):
    def as_json(self) -> dict[str, Any]: ...


Found = TypeVar("Found", bound=Told)


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


def tell(found: Found, as_json: bool, words: Callable[[Found], str]) -> None:
    """What a command found, on stdout: as JSON on one line, or in words."""
    click.echo(json.dumps(found.as_json()) if as_json else words(found))
