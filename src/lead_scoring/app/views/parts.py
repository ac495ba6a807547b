"""What several pages show."""

import pandas as pd
import streamlit as st

from lead_scoring.app.language import Words


def table(frame: pd.DataFrame, words: Words, labels: dict[str, str], name: str = "") -> None:
    """Show the named columns of a table, with a button to download them.

    Arguments:
        frame: the rows.
        words: of the language.
        labels: key of the heading by column, in order.
        name: of the downloaded file; blank for no button.

    """
    if frame.empty:
        st.info(words("empty"))
        return
    shown = frame[list(labels)].copy()
    for column in shown.select_dtypes(include=["object", "string"]):
        shown[column] = shown[column].fillna("")
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        column_config={
            column: st.column_config.Column(words(label))
            if not pd.api.types.is_datetime64_any_dtype(shown[column])
            else st.column_config.DatetimeColumn(words(label), format="YYYY-MM-DD HH:mm")
            for column, label in labels.items()
        },
    )
    if name:
        # with its mark, so that a spreadsheet reads Japanese
        content = shown.to_csv(index=False).encode("utf-8-sig")
        st.download_button(words("download"), content, f"{name}.csv", "text/csv")


def number(value: object) -> str:
    """Write a number without zeros that say nothing: `80`, `2.5`."""
    return "" if value is None or pd.isna(value) else f"{float(value):.6f}".rstrip("0").rstrip(".")


def share(value: object) -> str:
    """Write a share as percent."""
    return "" if value is None or pd.isna(value) else f"{float(value):.1%}"
