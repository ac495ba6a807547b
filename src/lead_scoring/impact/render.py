"""The files of the report: templates filled, and text that others wrote made harmless."""

import csv
import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from lead_scoring.impact.backtest import GroupRate
from lead_scoring.impact.comparison import Mover
from lead_scoring.impact.report import Report, number, percent, several

# The first line of report.md, by which the workflow finds its comment again.
MARKER = "<!-- lead-scoring impact -->"
# GitHub takes 65,536 characters of a comment.
COMMENT_CHARACTERS = 65_000
# How many changes and warnings, and how many leads and moves, are shown; fewer where the comment would be too long.
SHOWN_CHANGES = (100, 30, 10, 3, 0)
SHOWN_LEADS = 20
SHOWN_CAUSES = 6
SHOWN_CHARACTERS = 1000
# Characters by which markdown, HTML and formulas begin.
SYNTAX = re.compile(r"[\\`*\[\]<>&|~$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
# What GitHub links without being asked: people, issues, addresses.
LINKED = re.compile(r"(@|#|\bGH-|\bwww\.|:(?=//))", re.IGNORECASE)
INVISIBLE = "\u200b"
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
FORMULAS = tuple("=+-@＝＋－＠")


def write(report: Report, folder: Path) -> None:
    """Write report.md, report.html, entering.csv and leaving.csv.

    Arguments:
        report: what to write.
        folder: where to; it exists.

    """
    # only here: who renders text only need not wait for it
    from lead_scoring.impact import charts

    (folder / "report.md").write_text(as_comment(report), encoding="utf-8")
    page = _filled(report, "report.html.j2", shown=SHOWN_CHANGES[0], charts=charts.draw(report))
    (folder / "report.html").write_text(page, encoding="utf-8")
    _write_leads(folder / "entering.csv", report.comparison.entering)
    _write_leads(folder / "leaving.csv", report.comparison.leaving)


def write_empty(base: str, folder: Path) -> None:
    """Write the report of two equal rule books.

    Arguments:
        base: name of the rule book compared with.
        folder: where to; it exists.

    """
    for ending in ("md", "html"):
        text = _environment(ending).get_template(f"empty.{ending}.j2").render(base=base, marker=Markup(MARKER))
        (folder / f"report.{ending}").write_text(text, encoding="utf-8")
    for name in ("entering.csv", "leaving.csv"):
        _write_leads(folder / name, [])


def as_comment(report: Report) -> str:
    """Return the report as markdown that GitHub takes as a comment: what is left out is counted."""
    for shown in SHOWN_CHANGES:
        text = _filled(report, "report.md.j2", shown)
        if len(text) <= COMMENT_CHARACTERS:
            return text
    return (
        f"{MARKER}\n## Rule book: {markdown(report.verdict)}\n\nThe rest is too long for a comment; see report.html.\n"
    )


def markdown(text: str) -> Markup:
    """Write a text so that it reads the same in markdown, in a table too, and does nothing else.

    Arguments:
        text: what anybody may have written; `name` between backticks is shown as code.

    """
    text = BREAKS.sub(" ", text)
    text = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    parts = text.split("`")
    if len(parts) % 2 == 0:  # the last backtick opens nothing
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup("".join(code(part) if place % 2 else _plain(part) for place, part in enumerate(parts)))


def code(text: str) -> Markup:
    """Write a text as code in markdown."""
    text = BREAKS.sub(" ", text)
    if re.search(r"[`|\\]", text) or not text.strip():
        return Markup(f"<code>{_plain(text)}</code>")
    return Markup(f"`{text}`")


def cell(text: str) -> str:
    """Write a text as the cell of a csv that a spreadsheet does not calculate.

    Arguments:
        text: what anybody may have written.

    """
    return f"'{text}" if text.lstrip().startswith(FORMULAS) or text.startswith(("\t", "\r", "\n")) else text


def _plain(text: str) -> str:
    text = SYNTAX.sub(lambda found: f"&#{ord(found[0])};", text)
    # `#` also begins an entity's number, which has to stay as it is
    return re.sub(r"(&#\d+;)|" + LINKED.pattern, lambda m: m[1] or m[2] + INVISIBLE, text, flags=re.IGNORECASE)


def _filled(report: Report, template: str, shown: int, **more: Any) -> str:
    return (
        _environment(template.split(".")[1])
        .get_template(template)
        .render(
            report=report,
            now=report.comparison,
            past=report.backtest,
            shown_changes=shown,
            shown_leads=min(SHOWN_LEADS, shown),
            shown_causes=SHOWN_CAUSES,
            marker=Markup(MARKER),
            **more,
        )
    )


def _environment(ending: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lead_scoring.impact"),
        autoescape=ending == "html",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    if ending == "md":
        environment.finalize = lambda value: (
            markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        )
    environment.filters |= {"percent": percent, "plain": number, "code": code, "words": _code_to_html}
    environment.globals |= {"several": several, "rate": _rate_words}
    return environment


def _rate_words(rate: GroupRate | None) -> str:
    if rate is None or rate.rate is None:
        return "–"
    low, high = rate.interval
    return f"{percent(rate.rate)} ({100 * low:.1f}–{100 * high:.1f})"


def _code_to_html(text: str) -> Markup:
    """Turn `name` into code, and everything else into safe text."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def _write_leads(path: Path, leads: list[Mover]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["lead_id", "tier_before", "tier_after", "score_before", "score_after", "moved_by", "top_reasons"]
        )
        for lead in leads:
            scores = [number(lead.score_before), number(lead.score_after)]
            moved_by = "; ".join(lead.causes).replace("`", "")
            texts = [cell(text) for text in (lead.lead_id, lead.tier_before, lead.tier_after, moved_by, lead.reasons)]
            writer.writerow([*texts[:3], *scores, *texts[3:]])
