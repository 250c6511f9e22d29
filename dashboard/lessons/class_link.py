"""What "Share" holds: the link to what is on the page, and one with controls left out, for a class."""

from urllib.parse import urlencode

import streamlit as st

from dashboard import hiding, links
from dashboard.visit import Visit


def share(visit: Visit) -> None:
    if visit.attending is None:
        st.caption("This link opens the same experiment: data, strategy, settings and seed.")
        said, names = links.write(visit.spec), hiding.named(visit.spec)
    else:
        st.caption("Class link: it opens this lesson from its beginning for everyone, with the same seeds, so that all "
                   "see the same numbers.")  # fmt: skip
        said = {links.LESSON: str(visit.attending.lesson.number)}
        said |= {links.SEED: str(visit.attending.seed)} if visit.attending.seed else {}
        every = hiding.named(visit.spec)
        names = {name: every.get(name, name) for name in visit.attending.lesson.unlocked}
    hidden = st.multiselect(
        "Leave out controls", list(names), default=[name for name in names if name in visit.hidden],
        format_func=names.__getitem__, key="share-hide", placeholder="none: all stay",
        help="Whoever opens the link does not see these controls; each keeps the value that it has now. "
        "In a lesson these are the controls that open at its end.",
    )  # fmt: skip
    address = (st.context.url or "").partition("?")[0]
    st.code(f"{address}?{linked(said, hidden)}", language=None, wrap_lines=True)


def linked(said: dict[str, str], hidden: list[str]) -> str:
    """The query of a link: what it says, and what it hides."""
    return urlencode(said | ({links.HIDE: ",".join(hidden)} if hidden else {}), safe=",")
