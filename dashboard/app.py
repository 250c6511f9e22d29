"""The server: pages, the live feed, and the supervisor that keeps a warm worker.

streamlit run dashboard/app.py          or, with a free port and a browser, `transfer-lab`
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from dashboard import workers
from dashboard.feed import make_routes
from dashboard.storing import store

log = logging.getLogger("transfer_lab")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Workers outlive the server on purpose: ending it ends no training."""
    workers.start()
    yield
    workers.stop()


def calmly(error: Exception) -> bool:
    """A mistake of ours: the log gets the traceback, the page a sentence."""
    log.error("A page could not be drawn.", exc_info=error)
    st.error("This page could not be drawn because of a mistake in the program; its log says more. Nothing is lost.")
    return True


app = st.App("main.py", routes=make_routes(store), lifespan=lifespan, on_script_error=calmly)
