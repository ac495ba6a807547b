"""What Streamlit runs: the frame around the pages."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import streamlit as st

from lead_scoring.app.command import PUBLISHED
from lead_scoring.app.language import LANGUAGES, Words, catalogue
from lead_scoring.app.source import Source, opened
from lead_scoring.app.views import health, lead, months, rules, today, trial

VIEWS = {
    "today": today.show,
    "lead": lead.show,
    "rules": rules.show,
    "trial": trial.show,
    "months": months.show,
    "health": health.show,
}
OLD_DAYS = 2


def chosen_language() -> str:
    """Return the language of the address, else that of the browser."""
    if "language" not in st.session_state:
        wished = st.query_params.get("lang") or (st.context.locale or "")[:2]
        st.session_state["language"] = wished if wished in LANGUAGES else "en"
    return st.session_state["language"]


def main() -> None:
    """Show the page that is chosen."""
    words = Words(chosen_language())
    st.set_page_config(page_title=words("title"), layout="wide")
    title, choice = st.columns([4, 1], vertical_alignment="bottom")
    title.title(words("title"))
    choice.selectbox(
        "Language / 言語",
        LANGUAGES,
        key="language",
        format_func=lambda each: catalogue(each)["language"],
        label_visibility="collapsed",
    )
    if "page" not in st.session_state:
        wished = st.query_params.get("page")
        st.session_state["page"] = wished if wished in VIEWS else "today"
    page = st.segmented_control(
        words("page"),
        list(VIEWS),
        key="page",
        format_func=lambda each: words.named("pages", each),
        label_visibility="collapsed",
    )
    st.query_params.update({"page": page or "today", "lang": words.language})
    file = Path(os.environ.get(PUBLISHED, "published/lead_scoring.duckdb"))
    if not file.exists():
        st.info(words("nothing", path=file))
        return
    try:
        with opened(file) as source:
            say_age(source, words)
            VIEWS[page or "today"](source, words)
    except duckdb.Error as error:
        st.error(words("broken", path=file, said=" ".join(str(error).split())))


def say_age(source: Source, words: Words) -> None:
    """Say of when the set is, and whether it is older than one would expect."""
    published = source.publication["published_at"]
    st.caption(
        words(
            "as_of",
            as_of=source.local(source.as_of),
            published_at=source.local(published),
            timezone=source.publication["timezone"],
            rules_version=source.publication["rules_version"][:8],
        )
    )
    days = (datetime.now(UTC).replace(tzinfo=None) - published).days
    if days > OLD_DAYS:
        st.warning(words("old", days=days))


main()
