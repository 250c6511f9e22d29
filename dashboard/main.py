"""What every page has in common; `st.App` runs this file for each look at any of them."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Transfer Lab",
    page_icon=str(HERE / "static" / "icon.png"),  # a file of ours: an icon by name would be fetched from elsewhere
    layout="wide",
    initial_sidebar_state=300,
)
st.html(HERE / "static" / "page.css")
st.navigation(
    [
        st.Page("views/play.py", title="Play", icon=":material/play_circle:", default=True),
        st.Page("views/lessons.py", title="Lessons", icon=":material/school:"),
        st.Page("views/compare.py", title="Compare", icon=":material/leaderboard:"),
        st.Page("views/inspect.py", title="Inspect", icon=":material/troubleshoot:"),
        st.Page("views/data.py", title="Data", icon=":material/photo_library:"),
        st.Page("views/shift.py", title="Shift", icon=":material/straighten:"),
        st.Page("views/runs.py", title="Runs", icon=":material/list:"),
    ],
    position="top",
).run()
