"""The server: pages, the live feed, and the supervisor that keeps a warm worker.

streamlit run dashboard/app.py          or, with a free port and a browser, `transfer-lab`
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

import dashboard.controls  # noqa: F401 - what pages need is there before the first visitor comes
from dashboard import workers
from dashboard.feed import make_routes
from dashboard.storing import store

QUIET = 12.0  # seconds after the start

log = logging.getLogger("transfer_lab")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Workers outlive the server on purpose: ending it ends no training."""
    workers.start()
    later = asyncio.create_task(_prepare_tables())
    yield
    later.cancel()
    workers.stop()


async def _prepare_tables() -> None:
    """Tables and charts take seconds to load: after the first page, and before somebody waits for them."""
    await asyncio.sleep(QUIET)
    for name in ("pandas", "plotly.graph_objects", "dashboard.compare.showing"):
        await asyncio.to_thread(import_module, name)


def calmly(error: Exception) -> bool:
    """A mistake of ours: the log gets the traceback, the page a sentence."""
    log.error("A page could not be drawn.", exc_info=error)
    st.error("This page could not be drawn because of a mistake in the program; its log says more. Nothing is lost.")
    return True


app = st.App("main.py", routes=make_routes(store), lifespan=lifespan, on_script_error=calmly)
