"""The workers of this server's store: looked after while the server runs, and what is wrong with them."""

import logging

from dashboard.storing import store
from tlcore.errors import TransferError
from tlcore.runs.supervisor import Supervisor

log = logging.getLogger("transfer_lab")
_supervisor: Supervisor | None = None


def start() -> None:
    """Begin to look after the workers; a store that cannot be read is left to the pages to tell."""
    global _supervisor  # noqa: PLW0603 - one per process, as the server is
    try:
        _supervisor = Supervisor(store())
    except TransferError as error:
        log.error("%s", error)
        return
    _supervisor.start()


def stop() -> None:
    """Stop looking. Workers and their runs go on."""
    if _supervisor is not None:
        _supervisor.stop()


def lay_out(run: int) -> None:
    """Let a process beside the worker compute the UMAP of a run. Raises `TransferError` where none can be."""
    if _supervisor is None:
        raise TransferError("UMAP cannot be computed, because the store cannot be read.")
    _supervisor.project(run)


def trouble() -> str | None:
    """One sentence while no worker can be kept alive, or None."""
    return None if _supervisor is None else _supervisor.trouble
