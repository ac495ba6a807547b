"""Health: the 18 signs with their evidence, rows left out with their remedy, row accounting."""

import streamlit as st

from lead_scoring.app.language import Words
from lead_scoring.app.source import Source
from lead_scoring.app.views.parts import table

CHECKLIST = """
    select item, question, question_ja, answer, evidence, is_malfunction_suspected from scoring_checklist
    order by answer = 'true' desc, answer = 'unknown' desc, item
"""
REJECTED = """
    select source_table, reason, count(*) as rows, min(explanation) as explanation, min(remedy) as remedy
    from rejected_records group by source_table, reason order by count(*) desc, source_table, reason
"""


def show(source: Source, words: Words) -> None:
    """Show what is wrong first."""
    st.write(words("health_intro"))
    st.subheader(words("checklist"), anchor=False)
    checklist = source.frame(CHECKLIST)
    if not checklist.empty and checklist["is_malfunction_suspected"].any():
        st.error(words("malfunction"))
    answers = {"true": f"⚠ {words('is_true')}", "false": words("is_false"), "unknown": words("unknown")}
    checklist["answer"] = checklist["answer"].astype(str).str.lower().map(lambda given: answers.get(given, given))
    question = "question_ja" if words.language == "ja" else "question"
    table(checklist, words, {question: "question", "answer": "answer", "evidence": "evidence"}, "scoring_checklist")
    st.subheader(words("rejected"), anchor=False)
    labels = {"source_table": "entry", "reason": "reason", "rows": "rows", "remedy": "remedy"}
    table(source.frame(REJECTED), words, labels, "rejected_records")
    st.subheader(words("accounting"), anchor=False)
    st.dataframe(source.frame("select * from row_accounting order by source_table"), hide_index=True, width="stretch")
