"""What a check has found, as a person reads it before deciding: numbers, thumbnails, warnings, and which files."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.data import charts
from dashboard.data.texts import megabytes, plain, table
from dashboard.drawing import drawing, framed
from tlcore.runs.chores import Chore

SHOWN = 50  # files that are named


def report(chore: Chore) -> None:
    """The report of a check that is done."""
    told = chore.result
    st.markdown(f"#### {plain(told['name'])}: what is in it", anchors=False)
    st.markdown(_summed(told))
    st.markdown(table(_domains(told["domains"])))
    for domain, sheet in told["sheets"].items():
        st.markdown(f"**{plain(domain)}** · {sheet['count']} of its images")
        drawing(
            _strip(f"api/chores/{chore.id}/{sheet['file']}", sheet["count"], domain), key=f"sheet:{chore.id}:{domain}"
        )
    if told["warnings"]:
        st.markdown(f"##### Worth knowing ({len(told['warnings'])})", anchors=False)
        st.markdown("\n".join(f"- {plain(each)}" for each in told["warnings"]))
    else:
        st.markdown("Nothing about it is out of the ordinary.")
    _files(told)


def _summed(told: Mapping[str, Any]) -> str:
    domains, classes = len(told["domains"]), len(told["classes"])
    parts = [f"**{told['images']:,} images**", f"{classes:,} {'class' if classes == 1 else 'classes'}"]
    parts += [f"{domains} {'domain' if domains == 1 else 'domains'}", megabytes(told["bytes"])]
    parts += [f"{told['duplicate_images']:,} exact duplicates", f"{told['nearly_duplicate_pairs']:,} nearly the same"]
    parts += [f"{told['unreadable_images']:,} unreadable"]
    return " · ".join(parts)


def _domains(domains: Mapping[str, Any]) -> list[list[str]]:
    rows = [["Domain", "Images", "Classes", "Smallest class", "Pixels", "On disk"]]
    for name, about in domains.items():
        least = min(about["classes"], key=about["classes"].__getitem__)
        sizes = about["sizes"]
        size = (
            _size(sizes["median"])
            if sizes["kinds"] == 1
            else f"{_size(sizes['smallest'])} to {_size(sizes['largest'])}"
        )
        counts = f"{least}: {about['classes'][least]:,}"
        row = [name, f"{about['images']:,}", f"{len(about['classes']):,}", counts, size, megabytes(about["bytes"])]
        rows.append(row)
    return rows


def _files(told: Mapping[str, Any]) -> None:
    if told["unreadable"]:
        with st.expander(f"Unreadable files ({told['unreadable_images']:,})"):
            _named([f"{each['file']}: {each['reason']}" for each in told["unreadable"]])
    if told["duplicates"]:
        with st.expander("Duplicates"):
            _named([f"{each['kind']}: {' = '.join(each['files'][:4])}" for each in told["duplicates"]])
    with st.expander("Classes"):
        for domain, about in told["domains"].items():
            st.markdown(
                f"**{plain(domain)}** · " + plain(", ".join(f"{k} ({v:,})" for k, v in about["classes"].items()))
            )


def _named(lines: Sequence[str]) -> None:
    more = [f"… and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else []
    st.code("\n".join([*lines[:SHOWN], *more]), language=None, wrap_lines=True)


def _strip(address: str, count: int, domain: str) -> str:
    size, gap = 64.0, 6.0
    drawn = [charts.crop(address, k, count, 1, k * (size + gap), 0, size) for k in range(count)]
    return framed(12 * (size + gap) - gap, size, "".join(drawn), f"{count} images of {domain}.")


def _size(size: Sequence[int]) -> str:
    return f"{size[0]} × {size[1]}"
