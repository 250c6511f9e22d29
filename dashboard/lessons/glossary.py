"""The glossary: every word of the field and every number on the page, with a way to see it."""

import streamlit as st

from dashboard import words
from dashboard.lessons.terms import meaning
from dashboard.lessons.vocabulary import GROUPS, TERMS


def glossary() -> None:
    wanted = st.text_input("Find a word", key="glossary-find", placeholder="shift, judge, batch norm …").strip().lower()
    found = {name: term for name, term in TERMS.items() if wanted in f"{name} {term.meaning}".lower()}
    columns = st.columns(2)
    for k, group in enumerate(GROUPS):
        names = [name for name, term in found.items() if term.group == group]
        if names:
            with columns[k % 2]:
                st.markdown(f"##### {group}")
                for name in names:
                    meaning(name)
    numbers = {**words.GLOSSARY, **dict(words.MEASURES.values())}
    numbers = {name: text for name, text in numbers.items() if wanted in f"{name} {text}".lower()}
    if numbers:
        st.markdown("##### Numbers on the page")
        st.markdown("\n\n".join(f"**{name}** · {text}" for name, text in numbers.items()))
    if not found and not numbers:
        st.caption(f"No word here holds “{wanted}”. Try a shorter one.")
