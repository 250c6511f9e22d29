"""Cards and the glossary as a person reads them: one click away from what they explain."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import words
from tlcore import catalogue


def about_strategy(card: Mapping[str, Any]) -> None:
    """The idea in one sentence, and everything else behind "Card"."""
    with st.container(key="card"), st.popover("Card", type="tertiary", help=f"All about {card['title']}"):
        st.markdown(strategy_text(card))
    with st.container(key="idea"):
        st.caption(f"{'⚑ **Oracle.** ' if card['oracle'] else ''}{card['idea']}")


def strategy_text(card: Mapping[str, Any]) -> str:
    """A strategy's card as Markdown."""
    facts = {
        "Setting": words.SETTINGS[card["setting"]],
        "Needs": words.needs(card),
        "Use it": card["use"],
        "Avoid it": card["avoid"],
        "Assumes": card["assumes"],
        "Costs": card["cost"],
        "Trains": "; ".join(f"{phase}: {' and '.join(parts)}" for phase, parts in card["trains"].items()),
        "Source": card["source"],
        "Promise": _promise(card["promise"]) if card["promise"] else card["no_promise"],
    }
    lines = [f"**{card['title']}** · {card['family']}", card["idea"]]
    lines += [f"**⚑ Oracle** · {words.ORACLE}"] if card["oracle"] else []
    lines += [words.CLUSTERS] if card["answers"] == "clusters" else []
    lines += [f"**{name}** · {text}" for name, text in facts.items() if text]
    lines += _listed("Its curves", card["curves"]) + _listed("Its own views, under the stage", card["exhibits"])
    return "\n\n".join(lines)


def _listed(heading: str, explained: Mapping[str, str]) -> list[str]:
    if not explained:
        return []
    return [f"**{heading}**", "\n".join(f"- *{name}*: {text}" for name, text in explained.items())]


def glossary() -> None:
    """Every number on the page by name, and the keys."""
    numbers, keys = st.tabs(["What the numbers mean", "Keys"])
    with st.container(horizontal=True):
        for section, icon in (("Glossary", "dictionary"), ("Map", "map")):
            there = {"lessons-section": section}
            st.page_link(
                "views/lessons.py", label=f"{section} of the field", icon=f":material/{icon}:", query_params=there
            )
    for name, meaning in (words.GLOSSARY | dict(words.MEASURES.values())).items():
        numbers.markdown(f"**{name}** · {meaning}")
    keys.markdown("\n".join(f"- `{key}` {does}" for key, does in words.KEYS.items()))


def _promise(promise: Mapping[str, Any]) -> str:
    scenario = catalogue.scenarios().get(promise["scenario"], {}).get("title", promise["scenario"])
    over = catalogue.strategies().get(promise["over"], {"card": {"title": promise["over"]}})["card"]["title"]
    measure = words.MEASURES.get(promise["measure"], (promise["measure"],))[0].lower()
    return (
        f"at least {promise['points']:g} points of {measure} over {over} on {scenario}, "
        f"mean of {promise['seeds']} seeds. The tests hold it to that."
    )
